import { lambdaKey } from "../model/keys.ts";
import type { LambdaMemory, LambdaObservation, LambdaPlanInput } from "../plan/lambda-input.ts";
import { needsMountTargets } from "../plan/plan-lambda.ts";
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

/** One fresh look at a function and, if it is to mount something, at the mount targets of that file system. */
export async function observeLambda(ports: ReconcilerPorts, desired: Desired): Promise<LambdaObservation> {
  const { aws, clock, sightings } = ports;
  const latest = await reading(clock, () => aws.lambda.getFunction(desired.functionName));
  if (latest.known && latest.value !== null) sightings.roles(lambdaKey(desired), [latest.value.roleArn]);
  const observed = { latest, versions: null, mountTargets: new Map() };
  if (!needsMountTargets({ ...desired, observed })) return observed;
  return { ...observed, mountTargets: await readMountTargets(ports, desired) };
}

async function readMountTargets(ports: ReconcilerPorts, desired: Desired): Promise<LambdaObservation["mountTargets"]> {
  const { aws, clock, sightings } = ports;
  const ids = [...new Set(desired.fileSystemIds.values())].toSorted();
  const readings = await Promise.all(ids.map((id) => reading(clock, () => aws.efs.describeMountTargets(id))));
  ids.forEach((id, i) => {
    const seen = readings[i]!;
    if (seen.known) sightings.mountTargets(id, seen.value);
  });
  return new Map(ids.map((id, i) => [id, readings[i]!] as const));
}

export function noFunctionObserved(nowMs: number): LambdaObservation {
  return { latest: notRead(nowMs), versions: null, mountTargets: new Map() };
}
