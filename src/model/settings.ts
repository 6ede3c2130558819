const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** What an installation may tune. Units are in the names; the defaults are production's. */
export interface Settings {
  /** Id of this installation, in Sids and tags: 1-16 lower-case letters and digits. */
  installation: string;
  /** Plan and report, but make no mutating AWS call. */
  readOnly: boolean;
  /** How long after the Put a new policy is not yet relied upon in mode Enforce. AWS: "several minutes". */
  propagationMs: number;
  /** Wait after somebody else's Lambda update came to rest. */
  settleMs: number;
  /** Between the two reads that must both show nothing before absence is believed. */
  absenceGapMs: number;
  /** From retirement of a replaced access point to its deletion; an explicit deletion skips it. */
  quarantineMs: number;
  /** Quiet time for which spec changes of one key are gathered. */
  gatherQuietMs: number;
  gatherMaxMs: number;
  sweepIntervalMs: number;
  /** Longest run of one reconciler. */
  runMaxMs: number;
  /** Deadline of one AWS call, retries included. */
  callDeadlineMs: number;
  /** Must be at least runMaxMs + callDeadlineMs + 2 s. */
  leaseMs: number;
  actionsPerRunMax: number;
  /** Keys that one replica reconciles at once. */
  concurrency: number;
  /** Share of AWS's documented request quotas that Mooring may use; Infinity = no budget. */
  quotaShare: number;
  backoffBaseMs: number;
  backoffCapMs: number;
  /** One actor who undoes one thing three times within this time is contended with, until so much quiet has passed. */
  contendedWindowMs: number;
  /** How long the correction waits after the third undoing; doubles with each further one. */
  contendedBackoffBaseMs: number;
  contendedBackoffCapMs: number;
}

export const DEFAULT_SETTINGS: Settings = {
  installation: "default",
  readOnly: false,
  propagationMs: 5 * MINUTE,
  settleMs: 10 * SECOND,
  absenceGapMs: 5 * SECOND,
  quarantineMs: 7 * DAY,
  gatherQuietMs: 500,
  gatherMaxMs: 10 * SECOND,
  sweepIntervalMs: 10 * MINUTE,
  runMaxMs: 10 * SECOND,
  callDeadlineMs: 8 * SECOND,
  leaseMs: 20 * SECOND,
  actionsPerRunMax: 25,
  concurrency: 8,
  quotaShare: 0.5,
  backoffBaseMs: 1 * SECOND,
  backoffCapMs: 5 * MINUTE,
  contendedWindowMs: 60 * MINUTE,
  contendedBackoffBaseMs: 1 * MINUTE,
  contendedBackoffCapMs: 30 * MINUTE,
};
