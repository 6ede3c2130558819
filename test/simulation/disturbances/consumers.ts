import type { Levers } from "../levers.ts";
import { FUNCTIONS } from "../catalog.ts";
import { makeRole } from "../simulated-aws.ts";
import { person, type Disturb } from "./disturbance.ts";
import { updateFunction } from "./saboteurs.ts";

const NONE = { FileSystemConfigs: [] };

/** Gives a function a role of its own making, which has no right of EFS's. */
export async function giveRole(levers: Levers, actor: string, FunctionName: string, role: string): Promise<boolean> {
  await makeRole(levers.simulator, role);
  const Role = `arn:aws:iam::${levers.simulator.world.account}:role/${role}`;
  return (await updateFunction(levers, actor, FunctionName, { Role })) !== null;
}

/** A version keeps its mount and its role; then the function moves on, or its record goes. */
export const versionKept: Disturb = async (levers, chance, n) => {
  const mounted = FUNCTIONS.filter((name) => mountOf(levers, name) !== undefined);
  if (mounted.length === 0) return;
  const FunctionName = chance.pick(mounted);
  const actor = person(chance);
  const published = await levers.foreign(actor, "lambda", "PublishVersion", { FunctionName });
  if (published === null) return;
  levers.interference.count("version-kept");
  const manifest = levers.bindings.find(({ metadata }) => metadata.name === FunctionName)!;
  levers.time.after(chance.between(1_000, 6_000), () => {
    if (chance.happens(0.5)) levers.request("ann", { verb: "delete", manifest });
    else void giveRole(levers, actor, FunctionName, `${FunctionName}-kept-${n}`);
  });
  if (chance.happens(0.3)) return;
  const gone = { FunctionName, Qualifier: published.Version };
  levers.time.after(chance.between(40_000, 80_000), () => {
    void levers.foreign("deploy-bot", "lambda", "DeleteFunction", gone);
  });
};

function mountOf(levers: Levers, name: string): string | undefined {
  const found = levers.simulator.world.service("lambda").function(name)?.latest;
  return found?.fileSystemConfigs[0]?.Arn;
}

/** For so long after a deletion its reads are waited for, ms. */
const AWAITED_MS = 60_000;
/** Longer than the gap between two reads. */
const NAMED_MS = 30_000;

/**
 * A record is deleted, and right after the first list that shows its access point to be named by nobody a version of
 * another function is published that names it. Later it goes.
 */
export const lateConsumer: Disturb = (levers, chance, n) => {
  const onFunctions = levers.bindings.filter(({ metadata }) => mountOf(levers, metadata.name) !== undefined);
  if (onFunctions.length < 2) return;
  const manifest = chance.pick(onFunctions);
  const { name } = manifest.metadata;
  const Arn = mountOf(levers, name)!;
  const other = chance.pick(onFunctions.filter((one) => one !== manifest)).metadata.name;
  const withinMs = chance.between(20, 600);
  let isOver = false;
  levers.request("ben", { verb: "delete", manifest });
  levers.interference.onAws({
    fault: "late-consumer",
    forMs: AWAITED_MS,
    matches: ({ operation, input }) =>
      operation === "ListFunctions" && input["FunctionVersion"] === "ALL" && mountOf(levers, name) === undefined,
    spring: () => {
      if (isOver) return false;
      isOver = true;
      levers.time.after(withinMs, () => void nameIt(levers, other, Arn, n));
    },
  });
};

async function nameIt(levers: Levers, FunctionName: string, Arn: string, n: number): Promise<void> {
  const before = levers.simulator.world.service("lambda").function(FunctionName)?.latest.fileSystemConfigs ?? [];
  const FileSystemConfigs = [{ Arn, LocalMountPath: "/mnt/data" }];
  if (!(await updateFunction(levers, `late-${n}`, FunctionName, { FileSystemConfigs }))) return;
  const published = await levers.foreign(`late-${n}`, "lambda", "PublishVersion", { FunctionName });
  await updateFunction(levers, `late-${n}`, FunctionName, before.length === 0 ? NONE : { FileSystemConfigs: before });
  if (published === null) return;
  levers.time.after(NAMED_MS, () => {
    void levers.foreign(`late-${n}`, "lambda", "DeleteFunction", { FunctionName, Qualifier: published.Version });
  });
}

/** Everybody's role at once, as by a wrong pipeline; mostly somebody then says that it was meant. */
export const massRemoval: Disturb = async (levers, chance, n) => {
  const isMeant = chance.happens(0.7);
  const changed = await Promise.all(
    FUNCTIONS.map((name) => giveRole(levers, "platform-team", name, `${name}-all-${n}`)),
  );
  if (!changed.some(Boolean)) return;
  levers.interference.count("mass-removal");
  // Each further removal is another plan, which asks again.
  if (isMeant)
    for (const afterMs of [15_000, 30_000, 45_000])
      levers.time.after(afterMs + chance.between(0, 5_000), () => confirmRemoval(levers));
};

/** Says that the removals are meant which the FileSystem says to be held back, if any are. */
export function confirmRemoval(levers: Levers, tries = 5): void {
  const { fileSystem: manifest } = levers;
  const view = levers.replicas.find(({ controller }) => controller !== null)?.controller?.store.records.view();
  const conditions = view?.fileSystem(manifest.metadata.name)?.facets.fileSystem?.conditions ?? [];
  const said = conditions.find(({ reason }) => reason === "RemovalWithheld")?.message ?? "";
  const hash = /confirm-removal=(\w+)/.exec(said)?.[1];
  const patch = { metadata: { annotations: { "mooring.dev/confirm-removal": hash } } };
  if (hash !== undefined) levers.request("operator", { verb: "patch", manifest, patch });
  else if (tries > 1) levers.time.after(2_000, () => confirmRemoval(levers, tries - 1));
}
