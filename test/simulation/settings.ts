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
  propagationMs: 10 * SECOND,
  settleMs: 3 * SECOND,
  absenceGapMs: 5 * SECOND,
  quarantineMs: 25 * SECOND,
  sweepIntervalMs: 30 * SECOND,
  backoffCapMs: 20 * SECOND,
  contendedWindowMs: 1 * MINUTE,
  contendedBackoffBaseMs: 10 * SECOND,
  contendedBackoffCapMs: 20 * SECOND,
};
