import { describe, expect, test } from "vitest";
import type { NotedEvent } from "../model/audit.ts";
import type { Audit } from "../store/store.ts";
import { isInHistory, isUnaudited, likelyCauses } from "./suspects.ts";

function event(actor: string, more: Partial<NotedEvent> = {}): NotedEvent {
  return {
    id: actor,
    name: "UpdateFunctionConfiguration20150331v2",
    actor,
    actorArn: `arn:aws:iam::111122223333:user/${actor}`,
    atMs: 1_000,
    receivedAtMs: 1_000,
    requestId: `r-${actor}`,
    sourceIp: null,
    userAgent: null,
    subject: {},
    ...more,
  };
}

const actors = (events: NotedEvent[]) => events.map(({ actor }) => actor);

describe("who is blamed for a drift", () => {
  test("is who touched the mount, whoever else updated the function in that second", () => {
    const events = [event("release-bot", { touchesMounts: false }), event("bob", { touchesMounts: true })];
    expect(actors(likelyCauses(events))).toEqual(["bob"]);
  });

  test("is nobody if all who are known left the mount alone", () => {
    expect(likelyCauses([event("a", { touchesMounts: false }), event("b", { touchesMounts: false })])).toEqual([]);
  });

  test("may be anybody of whose call nothing of the kind is known", () => {
    expect(actors(likelyCauses([event("a"), event("b", { touchesMounts: false })]))).toEqual(["a"]);
  });
});

describe("a call with our own principal", () => {
  const made = { ownCalls: [{ requestId: "r-ours", outcomeAtMs: 1 }] };
  const outcome = { entry: { type: "Outcome", requestId: "r-old" } };
  const audit = { query: async () => ({ records: [outcome], cursor: null }) } as unknown as Pick<Audit, "query">;

  test("is told apart from our own by its request id", () => {
    expect(isUnaudited(event("mooring", { requestId: "r-ours" }), made)).toBe(false);
    expect(isUnaudited(event("mooring", { requestId: "r-hand" }), made)).toBe(true);
    expect(isUnaudited(event("mooring", { requestId: null }), made)).toBe(false);
  });

  test("is not called foreign if the history has it, or if there is no history to ask", async () => {
    expect(await isInHistory(event("mooring", { requestId: "r-old" }), audit, ["media/a"])).toBe(true);
    expect(await isInHistory(event("mooring", { requestId: "r-hand" }), audit, ["media/a"])).toBe(false);
    expect(await isInHistory(event("mooring", { requestId: "r-hand" }), audit, [])).toBe(true);
  });
});
