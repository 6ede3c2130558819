import { afterEach, expect, test } from "vitest";
import { LOG_FORMAT, makeSlot } from "../../src/store/slot.ts";
import { aFileSystem } from "../integration/manifests.ts";
import { Replicas } from "./replicas.ts";

let replicas: Replicas;
afterEach(() => replicas?.close());

test("replicas that meet the slot of a newer format hand over, say what to do, and end; nothing is written after it", async () => {
  replicas = await Replicas.start(["one", "two"]);
  expect((await replicas.create(aFileSystem()))?.status).toBe(201);
  const engine = replicas.engine();
  await replicas.until("a slot of the newer format stands at the end of the log", async () => {
    const last = (await engine.slotsAfter(0)).items.at(-1)!;
    const format = LOG_FORMAT + 1;
    const item = makeSlot({
      ...last,
      slot: last.slot + 1,
      prev: last.sum,
      writeId: "newer",
      atMs: 1,
      proposals: [],
      format,
    });
    return (await engine.putSlot(item)) === true ? { is: true } : { not: last.slot };
  });
  const written = (await engine.slotsAfter(0)).items.length;
  for (const { serving } of replicas.all) {
    expect(await serving.ended).toEqual({ code: 1, signal: null });
    expect(serving.said).toMatch(/has format 2, and this Mooring reads formats up to 1.*Replace this replica/);
    expect(serving.said).not.toMatch(/unexpected|\n\s+at /);
  }
  expect((await engine.slotsAfter(0)).items).toHaveLength(written);
});
