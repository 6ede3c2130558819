import { expect, test } from "vitest";
import { holdsOurs, withDenyTurned } from "./policy-text.ts";

const deny = {
  Sid: "mooring-dev-deny-1",
  Effect: "Deny",
  Principal: { AWS: "arn:aws:iam::111122223333:role/r" },
  Action: ["b", "a"],
  Resource: "fs",
};
const foreign = { Sid: "Theirs", Effect: "Deny", Principal: { AWS: "*" }, Action: "x", Resource: "fs" };
const policy = (...statements: unknown[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

test("our statements are there whatever their order, and whatever became of others'", () => {
  expect(holdsOurs(policy({ ...deny, Action: ["a", "b"] }), policy(foreign, deny), "dev")).toBe(true);
});

test("an edited statement, and no policy at all, hold nothing of ours", () => {
  const turned = withDenyTurned(policy(foreign, deny), "dev")!;
  expect(turned.sid).toBe("mooring-dev-deny-1");
  expect(holdsOurs(turned.policy, policy(foreign, deny), "dev")).toBe(false);
  expect(holdsOurs(undefined, policy(deny), "dev")).toBe(false);
});

test("only a Deny of ours is turned", () => {
  expect(withDenyTurned(policy(foreign), "dev")).toBeNull();
  expect(JSON.parse(withDenyTurned(policy(foreign, deny), "dev")!.policy).Statement[0]).toEqual(foreign);
});
