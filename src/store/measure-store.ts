import type { StoredRecord } from "../model/records.ts";
import type { Store } from "./store.ts";

/** Wall-clock time of one operation, in µs. */
export interface StoreCosts {
  commitUs: number;
  refreshUs: number;
  acquireUs: number;
  intentUs: number;
  outcomeUs: number;
  releaseUs: number;
}

/**
 * Measures a store by doing each thing `times` times, one after the other. It writes for good: give it a store of its own.
 *
 * @param recordOf the record of the nth commit.
 * @param now a clock with better than ms resolution, in ms (performance.now).
 */
export async function measureStore(
  store: Store,
  recordOf: (n: number) => StoredRecord,
  now: () => number,
  times: number,
): Promise<StoreCosts> {
  const spent = { commitUs: 0, refreshUs: 0, acquireUs: 0, intentUs: 0, outcomeUs: 0, releaseUs: 0 };
  const timed = async <T>(name: keyof StoreCosts, work: () => Promise<T>): Promise<T> => {
    const begun = now();
    const result = await work();
    spent[name] += ((now() - begun) * 1_000) / times;
    return result;
  };
  const about = { bindings: ["measure/one"], fileSystem: "measure", operation: "measure", target: "measure" };
  for (let n = 0; n < times; n++) {
    const record = recordOf(n);
    const proposal = { changes: [{ type: "put" as const, record }], wakes: [], by: record.changedBy };
    await timed("commitUs", () => store.records.commit(() => proposal));
    await timed("refreshUs", () => store.records.refresh());
    const lease = await timed("acquireUs", () => store.keys.acquire(`measure/${n}`, `measure-${n}`, 60_000));
    if (lease === "held") throw new Error(`Cannot measure: the key measure/${n} is held. Give a store of its own`);
    const intent = {
      type: "Intent" as const,
      ...about,
      intentId: `measure-${n}`,
      why: "measure",
      cause: { kind: "Sweep" as const },
    };
    await timed("intentUs", () => store.keys.beginIntent(lease, { ...intent, before: null, after: null }));
    const outcome = { type: "Outcome" as const, ...about, intentId: `measure-${n}`, outcome: "Done" as const };
    await timed("outcomeUs", () => store.keys.closeIntent(lease, { ...outcome, requestId: null, detail: null }));
    await timed("releaseUs", () => store.keys.release(lease, { failures: 0 }));
  }
  return spent;
}
