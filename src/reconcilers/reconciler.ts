import type { Cause } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { Ending } from "../plan/plan.ts";
import type { KeyItem, Lease } from "../store/store.ts";

/** What the worker tells a run. */
export interface Run {
  key: ReconcileKey;
  lease: Lease;
  /** The key's item: as the acquisition gave it, or read anew where a dirty key runs again. */
  item: KeyItem;
  /** Why this run takes place, as far as its message told. */
  cause: Cause;
  signal: AbortSignal;
}

/** What a run tells back, for the release of the lease. */
export interface RunReport {
  result: Ending;
  /** Mutating calls that succeeded. */
  acted: number;
  /** Head of the log that the run had seen. */
  seenSlot: number;
  /** Start of the read that showed convergence, ms. */
  convergedReadAtMs?: number;
  removals: { atMs: number; count: number }[];
  memory: Record<string, unknown>;
  /** Ids of noted events that are accounted for. */
  accountedFor: string[];
  /** A converged read that came so soon after an event that it may not show its effect yet: look again; null = no need. */
  lookAgainInMs: number | null;
}

export type Reconciler = (run: Run) => Promise<RunReport>;

/** One simulated call of a dry-run, for `status.plan`. */
export interface PlannedCall {
  /** e.g. "elasticfilesystem:CreateAccessPoint". */
  operation: string;
  target: string;
  why: string;
  before: unknown;
  after: unknown;
}

export interface DryRunResult {
  calls: PlannedCall[];
  /** What stands in the way, e.g. "function thumbnailer does not exist". */
  problems: string[];
}
