import type { Cause } from "../model/audit.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { Action } from "../model/actions.ts";
import type { Lease } from "../store/store.ts";

/** How one run of a reconciler ended. */
export type RunResult =
  | { kind: "converged" }
  | { kind: "waiting"; afterMs: number; why: string }
  | { kind: "stalled"; why: string };

/** What the worker tells a run, and what the run tells back. */
export interface Run {
  key: ReconcileKey;
  lease: Lease;
  /** Why this run takes place, as far as the message told. */
  cause: Cause;
  signal: AbortSignal;
}

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

export type { Action };
