import { expect, test } from "vitest";
import type { SpecChange } from "./apply-proposal.ts";
import { SpecAudit } from "./spec-audit.ts";

/** Entries in the order in which they were written; each waits for its answer. */
function setUp() {
  const asked: { name: string; answer: PromiseWithResolvers<void> }[] = [];
  const audit = new SpecAudit((change) => {
    const answer = Promise.withResolvers<void>();
    asked.push({ name: `${change.chain} ${change.atMs}`, answer });
    return answer.promise;
  });
  return { audit, asked, names: () => asked.map(({ name }) => name) };
}

function change(chain: string, atMs = 1): SpecChange {
  return { chain, atMs, entry: {} as SpecChange["entry"] };
}

/** Lets everything go on that waits for nothing but promises. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

test("the history of one record does not wait for that of another", async () => {
  const { audit, asked, names } = setUp();
  const slow = audit.add([change("slow")]);
  const quick = audit.add([change("quick")]);
  await turns();
  expect(names()).toEqual(["slow 1", "quick 1"]);
  asked[1]!.answer.resolve();
  await quick;
  asked[0]!.answer.resolve();
  await slow;
});

test("changes of one record are written one after the other, in their order", async () => {
  const { audit, asked, names } = setUp();
  const both = [audit.add([change("a", 1)]), audit.add([change("a", 2)])];
  await turns();
  expect(names()).toEqual(["a 1"]);
  asked[0]!.answer.resolve();
  await turns();
  expect(names()).toEqual(["a 1", "a 2"]);
  asked[1]!.answer.resolve();
  await Promise.all(both);
});

test("what could not be written is tried again with the next change, of whichever record, before what follows it", async () => {
  const { audit, asked, names } = setUp();
  const first = audit.add([change("a", 1)]);
  await turns();
  asked[0]!.answer.reject(new Error("the table is gone"));
  await expect(first).rejects.toThrow("the table is gone");
  const second = audit.add([change("b")]);
  await turns();
  expect(names()).toEqual(["a 1", "a 1", "b 1"]);
  asked[2]!.answer.resolve();
  await second;
  asked[1]!.answer.resolve();
  await audit.flush();
});

test("sixteen records are written at once, and a flush waits for all, those of other replicas included", async () => {
  const { audit, asked, names } = setUp();
  audit.addForeign([change("foreign")]);
  for (let n = 0; n < 20; n += 1) void audit.add([change(`own${n}`)]);
  let isOver = false;
  const flushed = audit.flushAll().then(() => (isOver = true));
  await turns();
  expect(asked).toHaveLength(16);
  for (let at = 0; at < 21; at += 1) {
    expect(isOver).toBe(false);
    asked[at]!.answer.resolve();
    await turns();
  }
  await flushed;
  expect(names().at(-1)).toBe("foreign 1");
});
