import type { Aws } from "../aws/aws.ts";
import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { ObservedTaskTarget, Reading } from "../model/observations.ts";
import type { EcsObservation } from "../plan/ecs-input.ts";
import { parseTaskDefinitionArn } from "../model/task-definition.ts";
import type { SightingSink } from "./ports.ts";
import { readRevisions } from "./observe-ecs.ts";
import { notRead, reading } from "./read.ts";
import type { RevisionCache } from "./revision-cache.ts";

/** A target whose task definition names a revision. */
const PINNED = /:task-definition\/[\w-]+:\d+$/;

/** How long a run waits for a read that somebody has to begin: what comes later, the next sweep tells. */
const PATIENCE_MS = 1_000;

/**
 * Which rules and schedules of the account and region start tasks, read once for all keys.
 *
 * Scheduler has no list by target, so this costs one call for every 100 schedules and one for each that starts
 * tasks: too much for each key, and little for a sweep.
 */
export interface TaskTargetScan {
  /** Reads anew, however long that takes, and remembers. */
  refresh(): Promise<Reading<ObservedTaskTarget[]>>;
  /**
   * What was read, or could not be, by a read that began at `notBeforeMs` (ms since the epoch) or later; begins one
   * if there is none, and is not known where that takes long.
   */
  soon(notBeforeMs: number): Promise<Reading<ObservedTaskTarget[]>>;
}

type TargetReads = Pick<Aws, "ecs" | "events" | "scheduler">;

/** @param background for `refresh`, which lets all others go first. */
export function createTaskTargetScan(aws: TargetReads, clock: Clock, background: TargetReads = aws): TaskTargetScan {
  let last: { beganAtMs: number; read: Promise<Reading<ObservedTaskTarget[]>> } | null = null;
  const begin = (through: TargetReads) => {
    last = { beganAtMs: clock.nowMs(), read: reading(clock, () => readTaskTargets(through)) };
    return last.read;
  };
  return {
    refresh: () => begin(background),
    async soon(notBeforeMs) {
      const read = last !== null && last.beganAtMs >= notBeforeMs ? last.read : begin(aws);
      const over = new AbortController();
      const late = clock.sleep(PATIENCE_MS, over.signal).then(() => notRead<ObservedTaskTarget[]>(clock.nowMs()));
      const first = await Promise.race([read, late]);
      over.abort();
      return first;
    },
  };
}

/** Complete or not at all: a part that cannot be read rejects the whole. @throws AwsError */
export async function readTaskTargets({ ecs, events, scheduler }: TargetReads): Promise<ObservedTaskTarget[]> {
  const rules = async () => events.taskTargets(await ecs.listClusters());
  return (await Promise.all([rules(), scheduler.taskTargets()])).flat();
}

/** Those that name a revision, and so go on with it whatever is registered after it. */
export function pinnedOf(targets: readonly ObservedTaskTarget[]): ObservedTaskTarget[] {
  return targets.filter(({ taskDefinitionArn }) => PINNED.test(taskDefinitionArn));
}

/** Those that pin a revision of the same family as this one. */
export function pinsOf(revisionArn: string, targets: readonly ObservedTaskTarget[]): ObservedTaskTarget[] {
  const { familyArn } = parseTaskDefinitionArn(revisionArn);
  return pinnedOf(targets).filter(({ taskDefinitionArn }) => taskDefinitionArn.startsWith(`${familyArn}:`));
}

/** Lets events of rules and schedules find the key that runs this revision's family. */
export function tellStarters(
  sightings: Pick<SightingSink, "starters">,
  key: ReconcileKey,
  revisionArn: string,
  targets: Reading<ObservedTaskTarget[]>,
): void {
  if (!targets.known) return;
  const { familyArn } = parseTaskDefinitionArn(revisionArn);
  sightings.starters(key, [familyArn, ...pinsOf(revisionArn, targets.value).map(({ name }) => name)]);
}

/** Adds to an observation who pins a revision of the family that it shows, and those revisions. */
export async function withPins(
  clock: Clock,
  revisions: RevisionCache,
  observed: EcsObservation,
  targets: Reading<ObservedTaskTarget[]>,
): Promise<EcsObservation> {
  const { base } = observed;
  if (!base.known || base.value === null) return observed;
  if (!targets.known) return { ...observed, pins: targets };
  const pins = pinsOf(base.value.taskDefinitionArn, targets.value);
  const arns = pins.map(({ taskDefinitionArn }) => taskDefinitionArn);
  const pinned = await readRevisions(clock, revisions, arns);
  return {
    ...observed,
    pins: { ...targets, value: pins },
    revisions: new Map([...pinned, ...observed.revisions]),
  };
}
