import { lambdaKey } from "../model/keys.ts";
import type { ObservedMountTarget, Reading } from "../model/observations.ts";
import type { LambdaMemory, LambdaObservation, LambdaPlanInput } from "../plan/lambda-input.ts";
import type { RecordsView } from "../store/store.ts";
import type { Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { notRead, reading } from "./read.ts";

type Desired = Omit<LambdaPlanInput, "observed">;

export function desiredLambda(
  view: RecordsView,
  functionName: string,
  situation: Situation<LambdaMemory>,
  ports: Pick<ReconcilerPorts, "settings" | "home" | "isOwn">,
): Desired {
  const bindings = view.bindingsOfFunction(functionName);
  const fileSystemIds = new Map<string, string>();
  for (const binding of bindings) {
    const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
    if (fileSystem !== undefined) fileSystemIds.set(binding.metadata.uid, fileSystem.spec.fileSystemId);
  }
  const foreign = situation.item.noted.filter((event) => !ports.isOwn(event) && /^(UpdateFunction|PublishVersion)/.test(event.name));
  return {
    nowMs: situation.nowMs,
    settings: ports.settings,
    account: ports.home.account,
    region: ports.home.region,
    functionName,
    bindings,
    fileSystemIds,
    memory: situation.memory,
    removalsLastHour: situation.removalsLastHour,
    lastForeignEventAtMs: foreign.length === 0 ? null : Math.max(...foreign.map((event) => event.atMs)),
  };
}

/** One fresh look at a function and at the mount targets of the file systems that it is to mount. */
export async function observeLambda(ports: ReconcilerPorts, desired: Desired): Promise<LambdaObservation> {
  const { aws, clock, sightings } = ports;
  const fileSystemIds = [...new Set(desired.fileSystemIds.values())].toSorted();
  const [latest, ...targets] = await Promise.all([
    reading(clock, () => aws.lambda.getFunction(desired.functionName)),
    ...fileSystemIds.map((id) => reading(clock, () => aws.efs.describeMountTargets(id))),
  ]);
  const mountTargets = new Map<string, Reading<ObservedMountTarget[]>>();
  fileSystemIds.forEach((id, i) => {
    const seen = targets[i]!;
    mountTargets.set(id, seen);
    if (seen.known) sightings.mountTargets(id, seen.value);
  });
  if (latest.known && latest.value !== null) sightings.roles(lambdaKey(desired), [latest.value.roleArn]);
  return { latest, versions: null, mountTargets };
}

export function noFunctionObserved(nowMs: number): LambdaObservation {
  return { latest: notRead(nowMs), versions: null, mountTargets: new Map() };
}
