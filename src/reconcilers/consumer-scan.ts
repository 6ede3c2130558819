import type { Aws } from "../aws/aws.ts";
import type { Clock } from "../model/clock.ts";
import type { ObservedFunction, Reading } from "../model/observations.ts";
import { reading } from "./read.ts";

/**
 * The complete list of function versions of the account and region, shared between runs.
 *
 * It is the dearest read there is (20 calls for 1,000 functions out of 15 calls a second), and a
 * deletion may only rely on a list that was begun after its retirement; so runs that ask at about
 * the same time share one read, and nobody is given an older one than it asked for.
 */
export interface ConsumerScan {
  /** A list whose reading began at `notBeforeMs` (ms since the epoch) or later. */
  since(notBeforeMs: number): Promise<Reading<ObservedFunction[]>>;
}

export function createConsumerScan(aws: Aws, clock: Clock): ConsumerScan {
  let last: { beganAtMs: number; read: Promise<Reading<ObservedFunction[]>> } | null = null;
  return {
    since(notBeforeMs) {
      if (last === null || last.beganAtMs < notBeforeMs) {
        const begun = { beganAtMs: clock.nowMs(), read: reading(clock, () => aws.lambda.listAllVersions()) };
        last = begun;
        void begun.read.then(({ known }) => {
          // A permission may be granted at any moment, so what failed is not handed out again.
          if (!known && last === begun) last = null;
        });
      }
      return last.read;
    },
  };
}
