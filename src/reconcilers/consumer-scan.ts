import type { Aws } from "../aws/aws.ts";
import type { Clock } from "../model/clock.ts";
import type { EcsConsumer, ObservedFunction, Reading } from "../model/observations.ts";
import { readEcsConsumers } from "./ecs-consumers.ts";
import { reading } from "./read.ts";
import { createRevisionCache } from "./revision-cache.ts";

/** Everything in the account and region that may name an access point; each part read completely. */
export interface Consumers {
  functions: Reading<ObservedFunction[]>;
  ecs: Reading<EcsConsumer[]>;
}

/**
 * The complete list of function versions, deployments and tasks of the account and region, shared between runs.
 *
 * It is the dearest read there is (20 calls for 1,000 functions out of 15 calls a second), and a
 * deletion may only rely on a list that was begun after its retirement; so runs that ask at about
 * the same time share one read, and nobody is given an older one than it asked for.
 */
export interface ConsumerScan {
  /** Lists whose reading began at `notBeforeMs` (ms since the epoch) or later. */
  since(notBeforeMs: number): Promise<Consumers>;
}

export function createConsumerScan(aws: Aws, clock: Clock): ConsumerScan {
  const revisions = createRevisionCache(aws);
  let last: { beganAtMs: number; read: Promise<Consumers> } | null = null;
  const read = async (): Promise<Consumers> => {
    const [functions, ecs] = await Promise.all([
      reading(clock, () => aws.lambda.listAllVersions()),
      reading(clock, () => readEcsConsumers(aws, revisions)),
    ]);
    return { functions, ecs };
  };
  return {
    since(notBeforeMs) {
      // One that begins in the future was begun before the clock was set back, nobody knows how long ago.
      if (last === null || last.beganAtMs < notBeforeMs || last.beganAtMs > clock.nowMs()) {
        const begun = { beganAtMs: clock.nowMs(), read: read() };
        last = begun;
        void begun.read.then(({ functions, ecs }) => {
          // A permission may be granted at any moment, so what failed is not handed out again.
          if (!(functions.known && ecs.known) && last === begun) last = null;
        });
      }
      return last.read;
    },
  };
}
