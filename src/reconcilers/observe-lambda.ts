import { lambdaKey } from "../model/keys.ts";
import type { ObservedMountTarget, Reading } from "../model/observations.ts";
import type { BindingRecord } from "../model/records.ts";
import type { LambdaMemory, LambdaObservation, LambdaPlanInput } from "../plan/lambda-input.ts";
import type { RecordsView } from "../store/store.ts";
import type { Situation } from "./pass.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { notRead, reading } from "./read.ts";
import { isLambdaBinding } from "../model/workload.ts";

type Desired = Omit<LambdaPlanInput, "observed">;

export function desiredLambda(
  view: RecordsView,
  functionName: string,
  situation: Situation<LambdaMemory>,
  ports: Pick<ReconcilerPorts, "settings" | "home" | "isOwn">,
): Desired {
  const bindings = view.bindingsOfWorkload(`lambda/${functionName}`).filter(isLambdaBinding);
  const fileSystemIds = new Map<string, string>();
  for (const binding of bindings) {
    const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
    if (fileSystem !== undefined) fileSystemIds.set(binding.metadata.uid, fileSystem.spec.fileSystemId);
  }
  const foreign = situation.item.noted.filter(
    (event) => !ports.isOwn(event) && /^(UpdateFunction|PublishVersion)/.test(event.name),
  );
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

/** One fresh look at a function, beside what the file system's side last saw of its mount targets. */
export async function observeLambda(
  ports: ReconcilerPorts,
  desired: Desired,
  view: RecordsView,
): Promise<LambdaObservation> {
  const { aws, clock, sightings } = ports;
  const latest = await reading(clock, () => aws.lambda.getFunction(desired.functionName));
  if (latest.known && latest.value !== null) sightings.roles(lambdaKey(desired), [latest.value.roleArn]);
  return { latest, versions: null, mountTargets: recordedMountTargets(view, desired) };
}

export function recordedMountTargets(
  view: RecordsView,
  { bindings, nowMs }: { bindings: readonly BindingRecord[]; nowMs: number },
): LambdaObservation["mountTargets"] {
  const recorded = new Map<string, Reading<ObservedMountTarget[]>>();
  for (const binding of bindings) {
    const fileSystem = view.fileSystem(binding.spec.fileSystemRef.name);
    const seen = fileSystem?.facets.fileSystem?.mountTargets;
    if (fileSystem !== undefined && seen !== undefined)
      recorded.set(fileSystem.spec.fileSystemId, { ...seen, readAtMs: nowMs });
  }
  return recorded;
}

export function noFunctionObserved(nowMs: number): LambdaObservation {
  return { latest: notRead(nowMs), versions: null, mountTargets: new Map() };
}
