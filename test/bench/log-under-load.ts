import { realClock } from "../../src/cli/clock.ts";
import type { Engine, SlotItem } from "../../src/store/engine.ts";
import type { Store } from "../../src/store/store.ts";
import { commitInLoops } from "./log-load.ts";
import { openLog } from "./log-store.ts";

const OPTIONS = { checkpointEvery: 10, keepSlots: 30 };
const COMMITTERS = 8;

/** What was wrong at the end, and how much was done. */
export interface UnderLoad {
  /** Commits that a follower of the log was not told of, told twice, or in another order. */
  gaps: number;
  /** Slot items that are missing or do not follow the one before; kept bodies that should be gone; lost ones. */
  slotFaults: number;
  /** Records that the follower, or the replica that slept, has otherwise than one that starts now. */
  differences: number;
  slots: number;
  checkpoints: number;
  bodiesDropped: number;
}

/**
 * Two replicas write as fast as they can while checkpoints are written and bodies dropped every ten slots; a third
 * follows each slot, a fourth sleeps beyond what is kept. Ends after so many slots, or so many ms.
 */
export async function logUnderLoad(engine: Engine, slots: number, maxMs: number): Promise<UnderLoad> {
  const shared = withoutClose(engine);
  const [one, two, follower, sleeper] = await Promise.all([0, 1, 2, 3].map(() => openLog(shared, OPTIONS)));
  const gaps = countGaps(follower!);
  const endMs = realClock.nowMs() + maxMs;
  const isOver = (): boolean => follower!.records.view().head >= slots || realClock.nowMs() > endMs;
  await Promise.all([
    commitInLoops(one!, "one", COMMITTERS, isOver),
    commitInLoops(two!, "two", COMMITTERS, isOver),
    followUntil(follower!, isOver),
  ]);
  // A store that closes ends its checkpoint first.
  await Promise.all([one!.close(), two!.close()]);
  await Promise.all([follower!.records.refresh(), sleeper!.records.refresh()]);
  const late = await openLog(shared, OPTIONS);
  const marker = await engine.marker();
  const items = await allSlots(engine);
  return {
    gaps: gaps(),
    slotFaults: faultsOf(items, marker?.compacted ?? 0),
    differences: [follower!, sleeper!].reduce((sum, store) => sum + differing(late, store), 0),
    slots: items.length,
    checkpoints: Math.floor((marker?.slot ?? 0) / OPTIONS.checkpointEvery),
    bodiesDropped: items.filter(({ body }) => body === null).length,
  };
}

/** Several replicas on one engine of this process: none of them may close it. */
function withoutClose(engine: Engine): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name === "close") return async () => undefined;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

async function followUntil({ records }: Store, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await records.refresh();
    await realClock.sleep(0);
  }
}

/** Each record counts its commits: a watcher must see every number once, in order. */
function countGaps({ records }: Store): () => number {
  const seen = new Map<string, number>();
  let gaps = 0;
  records.watch(records.view().head, ({ record: { metadata } }) => {
    if (metadata.generation !== (seen.get(metadata.name) ?? 0) + 1) gaps += 1;
    seen.set(metadata.name, metadata.generation);
  });
  return () => gaps;
}

async function allSlots(engine: Engine): Promise<SlotItem[]> {
  const items: SlotItem[] = [];
  for (let more = true; more;) {
    const page = await engine.slotsAfter(items.length);
    items.push(...page.items);
    more = page.more && page.items.length > 0;
  }
  return items;
}

function faultsOf(items: readonly SlotItem[], compacted: number): number {
  return items.filter(({ slot, prev, body }, index) => {
    const follows = slot === index + 1 && prev === (items[index - 1]?.sum ?? "");
    return !follows || (body === null) !== (slot > 1 && slot <= compacted);
  }).length;
}

function differing(expected: Store, actual: Store): number {
  const [a, b] = [expected, actual].map(({ records }) => [...records.view().bindings()]);
  const same = a!.filter(({ resourceVersion }, index) => b![index]?.resourceVersion === resourceVersion).length;
  return Math.max(a!.length, b!.length) - same;
}
