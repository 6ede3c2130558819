import { performance } from "node:perf_hooks";
import { realClock } from "../../src/cli/clock.ts";
import type { BindingRecord } from "../../src/model/records.ts";
import type { Store } from "../../src/store/store.ts";
import { aHeldBinding } from "./held-records.ts";

/** What committers did: how long each commit took, ms, and how many slots that were. */
export interface Load {
  latenciesMs: number[];
  slots: number;
}

/**
 * Commits in a closed loop, `committers` at once as a replica's runs do, each to a record of its own, whose generation
 * counts its commits.
 *
 * @param isOver asked before each commit.
 */
export async function commitInLoops(
  store: Store,
  writer: string,
  committers: number,
  isOver: () => boolean,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const slots = new Set<number>();
  const loop = async (_: unknown, index: number): Promise<void> => {
    const name = `${writer}-${index}`;
    for (let generation = 1; !isOver(); generation++) {
      const startMs = performance.now();
      const { slot } = await store.records.commit(() => change(name, generation));
      latenciesMs.push(performance.now() - startMs);
      slots.add(slot);
      // A run calls AWS between two commits: others have their turn then.
      await realClock.sleep(0);
    }
  };
  await Promise.all(Array.from({ length: committers }, loop));
  return { latenciesMs, slots: slots.size };
}

function change(name: string, generation: number) {
  const record: BindingRecord = aHeldBinding(name);
  const metadata = { ...record.metadata, generation, labels: { generation: String(generation) } };
  return { changes: [{ type: "put" as const, record: { ...record, metadata } }], wakes: [], by: record.changedBy };
}
