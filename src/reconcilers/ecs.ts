import { ecsMachine } from "../../state-machines/ecs/machine.ts";
import { parseKey } from "../model/keys.ts";
import { MOUNT_FINALIZER } from "../model/records.ts";
import { isTargetCall } from "../model/task-targets.ts";
import {
  type EcsFacetDrafts,
  type EcsMemory,
  type EcsObservation,
  type EcsTarget,
  EMPTY_ECS_MEMORY,
} from "../plan/ecs-input.ts";
import { planEcs } from "../plan/plan-ecs.ts";
import { nameOf } from "./binding-name.ts";
import { driftedOf, SECOND_LOOK_MS } from "./drift-log.ts";
import { showFailures } from "./failures.ts";
import { desiredEcs, ecsKeyOf, ecsWorkloadId, noServiceObserved, observeEcs, readMoreOfEcs } from "./observe-ecs.ts";
import { runPass, type PassSpec, type Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { proposeWorkloadFacets } from "./record.ts";
import type { Reconciler } from "./reconciler.ts";
import { createRevisionCache, type RevisionCache } from "./revision-cache.ts";
import { type TaskTargetScan, tellStarters, withPins } from "./task-targets.ts";

/** A sweep reads who starts tasks; until the next has done so, which is jittered, nobody else needs to. */
const SWEEPS_KEPT = 1.5;

type Spec = PassSpec<EcsObservation, EcsFacetDrafts, EcsMemory>;

/** The one writer of a service's, or a family's, volumes and mounts. Serves both kinds of key. */
export function createEcsReconciler(ports: ReconcilerPorts, targets: TaskTargetScan): Reconciler {
  const revisions = createRevisionCache(ports.aws);
  return (run) => {
    const key = parseKey(run.key);
    if (key.kind === "ecsService")
      return runPass(
        ecsSpec({ cluster: key.cluster, service: key.service }, { ...ports, revisions, targets }),
        ports,
        run,
      );
    if (key.kind === "ecsFamily")
      return runPass(ecsSpec({ family: key.family }, { ...ports, revisions, targets }), ports, run);
    throw new Error(`Cannot reconcile ${run.key} as an ECS service or task family`);
  };
}

interface EcsReads extends ReconcilerPorts {
  revisions: RevisionCache;
  targets: TaskTargetScan;
}

/**
 * From when on who starts tasks must have been read: no older than a sweep, nor than an event that tells of a change,
 * nor, where a while has passed since, than a second look after it.
 */
function targetsWanted({ settings }: ReconcilerPorts, { nowMs, item }: Situation<EcsMemory>): number {
  const changes = item.noted.filter(isTargetCall).map(({ receivedAtMs }) => {
    const secondMs = receivedAtMs + SECOND_LOOK_MS;
    return nowMs < secondMs ? receivedAtMs : secondMs;
  });
  return Math.max(nowMs - SWEEPS_KEPT * settings.sweepIntervalMs, ...changes);
}

function ecsSpec(target: EcsTarget, ports: EcsReads): Spec {
  const { clock, home, revisions } = ports;
  let needs: ("candidates" | "tasks")[] = [];
  return {
    machine: ecsMachine,
    emptyMemory: EMPTY_ECS_MEMORY,
    observe: async (view, situation) => {
      const desired = desiredEcs(view, target, situation, ports);
      if (desired.bindings.length === 0) return noServiceObserved(clock.nowMs());
      const [observed, starting] = await Promise.all([
        observeEcs(ports, revisions, desired, view),
        ports.targets.soon(targetsWanted(ports, situation)),
      ]);
      if (observed.base.known && observed.base.value !== null)
        tellStarters(ports.sightings, ecsKeyOf(target, home), observed.base.value.taskDefinitionArn, starting);
      return withPins(clock, revisions, observed, starting);
    },
    readMore: (_view, observation) => readMoreOfEcs(ports, revisions, target, observation, needs),
    plan: (view, observed, situation) => {
      const desired = desiredEcs(view, target, situation, ports);
      if (desired.bindings.length === 0) return null;
      const plan = planEcs({ ...desired, observed });
      needs = plan.needs;
      return plan.needs.length > 0 ? { needsMore: true } : { needsMore: false, plan };
    },
    propose: (view, facets, lease, failures, nowMs) => {
      const shown = showFailures(facets.workloads, (uid) => nameOf(view.bindingByUid(uid)), failures, nowMs);
      return proposeWorkloadFacets(view, { ...facets, workloads: shown }, MOUNT_FINALIZER, lease, home);
    },
    drifted: (facets) => driftedOf(facets.workloads),
    concerns: (view) => {
      const bindings = view.bindingsOfWorkload(ecsWorkloadId(target));
      return { fileSystem: bindings[0]?.spec.fileSystemRef.name ?? null, bindings: bindings.map(nameOf) };
    },
  };
}
