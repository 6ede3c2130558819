import type { Clock } from "../model/clock.ts";
import { AwsError } from "../model/errors.ts";
import type { Reading } from "../model/observations.ts";

/**
 * Turns a read into a Reading: a failure becomes "not known" with its reason, never "absent".
 * The time is that of the beginning of the read, so that whatever changed during it counts as later.
 *
 * @throws whatever is not an AwsError: that is a bug of ours, not an answer of AWS's.
 */
export async function reading<T>(clock: Clock, read: () => Promise<T>): Promise<Reading<T>> {
  const readAtMs = clock.nowMs();
  try {
    return { known: true, value: await read(), readAtMs };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const transient = error.kind === "Transient" || error.kind === "Conflict";
    return {
      known: false,
      why: { code: error.code, message: error.message, transient, operation: error.operation },
      readAtMs,
    };
  }
}

/** What was not asked for, so that nobody mistakes it for an answer. */
export function notRead<T>(nowMs: number): Reading<T> {
  return {
    known: false,
    why: { code: "NotRead", message: "was not read in this pass", transient: true },
    readAtMs: nowMs,
  };
}
