import { DEFAULT_SETTINGS, type Settings } from "../../src/model/settings.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Production's rules with shorter waits: an idle minute of three replicas costs some hundred steps, and nothing is
 * proven by waiting longer. What must hold between the settings (a lease outlasts a run and a call) stays as it is.
 */
export const SIMULATED_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  installation: "sim",
  propagationMs: 15 * SECOND,
  settleMs: 5 * SECOND,
  absenceGapMs: 5 * SECOND,
  quarantineMs: 40 * SECOND,
  sweepIntervalMs: 45 * SECOND,
  backoffCapMs: 30 * SECOND,
  contendedWindowMs: 2 * MINUTE,
  contendedBackoffBaseMs: 10 * SECOND,
  contendedBackoffCapMs: 30 * SECOND,
};
