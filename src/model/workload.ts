import { ecsFamilyKey, ecsServiceKey, lambdaKey, type ParsedKey, type ReconcileKey } from "./keys.ts";
import type { BindingRecord, EcsWorkload, LambdaWorkload, Workload } from "./records.ts";
import type { Home } from "./validate.ts";

/** A Binding whose workload is a Lambda function. */
export type LambdaBinding = BindingRecord & { spec: { workload: { lambda: LambdaWorkload } } };

/** A Binding whose workload is an ECS service or a task-definition family. */
export type EcsBinding = BindingRecord & { spec: { workload: { ecs: EcsWorkload } } };

export function isLambdaBinding(binding: BindingRecord): binding is LambdaBinding {
  return binding.spec.workload.lambda !== undefined;
}

export function isEcsBinding(binding: BindingRecord): binding is EcsBinding {
  return binding.spec.workload.ecs !== undefined;
}

/** A parsed key that is not a file system's. */
export type WorkloadKey = Exclude<ParsedKey, { kind: "filesystem" }>;

/** How the API shows a mount of this workload: the paths at which its containers, or its function, see the directory. */
export function mountPaths({ lambda, ecs }: Workload): string {
  return lambda?.localMountPath ?? [...new Set(ecs!.mounts.map(({ containerPath }) => containerPath))].join(", ");
}

/**
 * Names a workload within the account and region: `lambda/<function>`, `ecs/<cluster>/<service>` or
 * `ecs-family/<family>`. Bindings with equal ids share one AWS object, and so one reconciler.
 */
export type WorkloadId = string;

export function workloadId({ lambda, ecs }: Workload): WorkloadId {
  if (lambda !== undefined) return `lambda/${lambda.functionName}`;
  return "service" in ecs ? `ecs/${ecs.cluster}/${ecs.service}` : `ecs-family/${ecs.family}`;
}

/** For people: "function thumbnailer", "service prod/web", "task family nightly-report". */
export function workloadName({ lambda, ecs }: Workload): string {
  if (lambda !== undefined) return `function ${lambda.functionName}`;
  return "service" in ecs ? `service ${ecs.cluster}/${ecs.service}` : `task family ${ecs.family}`;
}

/** The reconcile key of a workload in the service's own account and region. */
export function workloadKey({ lambda, ecs }: Workload, { account, region }: Home): ReconcileKey {
  if (lambda !== undefined) return lambdaKey({ account, region, functionName: lambda.functionName });
  return "service" in ecs
    ? ecsServiceKey({ account, region, cluster: ecs.cluster, service: ecs.service })
    : ecsFamilyKey({ account, region, family: ecs.family });
}

/** The workload that a key is about. */
export function workloadIdOfKey(key: WorkloadKey): WorkloadId {
  switch (key.kind) {
    case "lambda":
      return `lambda/${key.functionName}`;
    case "ecsService":
      return `ecs/${key.cluster}/${key.service}`;
    case "ecsFamily":
      return `ecs-family/${key.family}`;
  }
}
