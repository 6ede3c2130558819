import { lambdaMachine } from "../../state-machines/lambda/machine.ts";
import { parseKey } from "../model/keys.ts";
import { MOUNT_FINALIZER } from "../model/records.ts";
import type { LambdaFacetDrafts, LambdaMemory, LambdaObservation } from "../plan/lambda-input.ts";
import { needsVersions, planLambda } from "../plan/plan-lambda.ts";
import { nameOf } from "./binding-name.ts";
import { driftedOf } from "./drift-log.ts";
import { showFailures } from "./failures.ts";
import { desiredLambda, noFunctionObserved, observeLambda } from "./observe-lambda.ts";
import { runPass, type PassSpec } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { reading } from "./read.ts";
import { proposeWorkloadFacets } from "./record.ts";
import type { Reconciler } from "./reconciler.ts";

export const EMPTY_LAMBDA_MEMORY: LambdaMemory = { absentSinceMs: null, foreignUpdateAtMs: null };

type Spec = PassSpec<LambdaObservation, LambdaFacetDrafts, LambdaMemory>;

/** The one writer of a function's FileSystemConfigs. */
export function createLambdaReconciler(ports: ReconcilerPorts): Reconciler {
  return (run) => {
    const key = parseKey(run.key);
    if (key.kind !== "lambda") throw new Error(`Cannot reconcile ${run.key} as a Lambda function`);
    return runPass(lambdaSpec(key.functionName, ports), ports, run);
  };
}

function lambdaSpec(functionName: string, ports: ReconcilerPorts): Spec {
  const { aws, clock, home } = ports;
  return {
    machine: lambdaMachine,
    emptyMemory: EMPTY_LAMBDA_MEMORY,
    observe: async (view, situation) => {
      const desired = desiredLambda(view, functionName, situation, ports);
      if (desired.bindings.length === 0) return noFunctionObserved(clock.nowMs());
      return observeLambda(ports, desired, view);
    },
    readMore: async (_view, observation) => ({
      ...observation,
      versions: await reading(clock, () => aws.lambda.listVersions(functionName)),
    }),
    plan: (view, observed, situation) => {
      const desired = desiredLambda(view, functionName, situation, ports);
      if (desired.bindings.length === 0) return null;
      const input = { ...desired, observed };
      if (observed.versions === null && needsVersions(input)) return { needsMore: true };
      return { needsMore: false, plan: planLambda(input) };
    },
    propose: (view, facets, lease, failures, nowMs) => {
      const shown = showFailures(facets.workloads, (uid) => nameOf(view.bindingByUid(uid)), failures, nowMs);
      return proposeWorkloadFacets(view, { ...facets, workloads: shown }, MOUNT_FINALIZER, lease, home);
    },
    drifted: (facets) => driftedOf(facets.workloads),
    concerns: (view) => {
      const bindings = view.bindingsOfWorkload(`lambda/${functionName}`);
      return { fileSystem: bindings[0]?.spec.fileSystemRef.name ?? null, bindings: bindings.map(nameOf) };
    },
  };
}
