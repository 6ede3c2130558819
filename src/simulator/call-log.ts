/** Counts every call, so that a benchmark can say what a run cost. */
import type { Caller, ServiceName } from "./core.ts";

export interface CallCounts {
  total: number;
  /** "efs.DescribeAccessPoints" → calls. */
  byOperation: Record<string, number>;
  /** User name, or role name of a session → "service.operation" → calls. */
  byCaller: Record<string, Record<string, number>>;
  /** "efs.CreateAccessPoint AccessPointAlreadyExists" → calls that ended in this error. */
  errors: Record<string, number>;
}

export interface CallLog {
  count(service: ServiceName, operation: string, caller: Caller): void;
  countError(service: ServiceName, operation: string, code: string): void;
  counts(): CallCounts;
  clear(): void;
}

export function createCallLog(): CallLog {
  const empty = (): CallCounts => ({ total: 0, byOperation: {}, byCaller: {}, errors: {} });
  let counts = empty();
  const increment = (table: Record<string, number>, key: string) => void (table[key] = (table[key] ?? 0) + 1);
  return {
    count(service, operation, caller) {
      const key = `${service}.${operation}`;
      counts.total++;
      increment(counts.byOperation, key);
      increment((counts.byCaller[caller.sessionIssuer?.userName ?? caller.userName] ??= {}), key);
    },
    countError: (service, operation, code) => increment(counts.errors, `${service}.${operation} ${code}`),
    counts: () => structuredClone(counts),
    clear: () => void (counts = empty()),
  };
}
