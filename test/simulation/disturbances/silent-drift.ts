import { FURNISHED } from "../../../src/simulator/furnish/furnished.ts";
import { FS_ID } from "../../integration/manifests.ts";
import { FUNCTIONS, NAMESPACE } from "../catalog.ts";
import { streamOf, type Stream } from "../chance.ts";
import { UNHEARD } from "../event-weather.ts";
import type { Levers } from "../levers.ts";
import type { Scenario } from "../scenario.ts";
import { registerFromSource } from "./pipelines.ts";
import { editPolicy, updateFunction } from "./saboteurs.ts";

type Drift = (levers: Levers, chance: Stream) => Promise<unknown>;

const mountGone: Drift = (levers, chance) => {
  const mounted = FUNCTIONS.filter((name) => (mountsOf(levers, name) ?? []).length > 0);
  if (mounted.length === 0) return Promise.resolve(null);
  return updateFunction(levers, UNHEARD, chance.pick(mounted), { FileSystemConfigs: [] });
};

const accessPointGone: Drift = (levers, chance) => {
  const named = FUNCTIONS.flatMap((name) => mountsOf(levers, name) ?? []).filter(
    ({ Arn }) => !Arn.endsWith(levers.account.foreignAccessPointId),
  );
  if (named.length === 0) return Promise.resolve(null);
  const { Arn } = chance.pick(named);
  return levers.foreign(UNHEARD, "efs", "DeleteAccessPoint", { AccessPointId: Arn.slice(Arn.lastIndexOf("/") + 1) });
};

const statementGone: Drift = async (levers, chance) => {
  const done = await editPolicy(levers, UNHEARD, (statements) => {
    const own = statements.filter(({ Sid }) => Sid?.startsWith("mooring-"));
    if (own.length === 0) return null;
    const victim = chance.pick(own);
    return statements.filter((one) => one !== victim);
  });
  return done ? true : null;
};

const policyGone: Drift = (levers) => levers.foreign(UNHEARD, "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });

const volumeGone: Drift = (levers) => registerFromSource(levers, FURNISHED.taskFamily, 0, UNHEARD);

const DRIFTS: readonly Drift[] = [mountGone, mountGone, accessPointGone, statementGone, policyGone, volumeGone];

/** Whoever suspended a binding, or only watches it, has it as others left it, though every sweep finds it. */
function unmountLeftAlone(levers: Levers): Promise<unknown> {
  const view = levers.replicas.find(({ controller }) => controller !== null)?.controller?.store.records.view();
  const isLeft = (name: string): boolean => {
    const spec = view?.binding(NAMESPACE, name)?.spec;
    return spec !== undefined && (spec.suspend || spec.driftPolicy === "Observe");
  };
  const names = FUNCTIONS.filter((name) => isLeft(name) && (mountsOf(levers, name) ?? []).length > 0);
  return Promise.all(names.map((name) => updateFunction(levers, UNHEARD, name, { FileSystemConfigs: [] })));
}

function mountsOf(levers: Levers, name: string): { Arn: string }[] | undefined {
  return levers.simulator.world.service("lambda").function(name)?.latest.fileSystemConfigs;
}

/**
 * At rest, when nothing else would make anybody look: somebody undoes what Mooring made, and no event tells of it. Only
 * the sweep can find it. @returns whether anything was undone.
 */
export async function driftSilently(levers: Levers, { seed, disturbances }: Scenario): Promise<boolean> {
  const chance = streamOf(seed, "silent drift");
  let count = 0;
  for (const { fault } of disturbances)
    if (fault === "silent-drift" && (await chance.pick(DRIFTS)(levers, chance)) !== null) count += 1;
  if (count === 0) return false;
  await unmountLeftAlone(levers);
  levers.interference.count("silent-drift", count);
  return true;
}
