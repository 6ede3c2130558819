import { expect, test } from "vitest";
import { changeLines } from "./change-lines.ts";

test("a policy's difference is one of statements, however AWS laid the text out", () => {
  const theirs = { Sid: "Theirs", Effect: "Allow", Action: ["a", "b"] };
  const before = { policy: JSON.stringify({ Statement: [theirs, { Sid: "Old" }] }, null, 2) };
  const after = { policy: JSON.stringify({ Statement: [{ Sid: "New" }, { ...theirs, Action: ["b", "a"] }] }) };
  expect(changeLines(before, after)).toEqual([
    { sign: "-", text: 'policy.Statement[Old]: {"Sid":"Old"}' },
    { sign: "+", text: 'policy.Statement[New]: {"Sid":"New"}' },
  ]);
});

test("ARNs lose what they all share, and long values their end", () => {
  const arn = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-1";
  expect(changeLines({ arn: null }, { arn })).toEqual([{ sign: "+", text: 'arn: "access-point/fsap-1"' }]);
  expect(changeLines({ a: 1 }, { a: "x".repeat(1_000) })[0]!.text).toMatch(/^a: 1 -> "x{238}…$/);
});
