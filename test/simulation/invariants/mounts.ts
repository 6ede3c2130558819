import { TAGS } from "../../../src/model/records.ts";
import { evaluateClientAccess } from "../../../src/simulator/access/client-access.ts";
import { tryMount } from "../../../src/simulator/services/lambda/invoke.ts";
import type { VersionRecord } from "../../../src/simulator/services/lambda/state.ts";
import type { World } from "../../../src/simulator/world.ts";
import { FS_ID } from "../../integration/manifests.ts";
import { FUNCTIONS } from "../catalog.ts";
import { isMutation } from "../levers.ts";
import type { Truth } from "../truth.ts";
import { tagOf } from "./access-points.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

/** The world as clients will feel it once the newest policy is everywhere. */
export function withNewestPolicy(world: World): World {
  const efs = world.service("efs");
  const document = efs.fileSystem(FS_ID)?.policies.at(-1)?.document ?? null;
  const felt = Object.assign(Object.create(efs) as typeof efs, { policyInForce: () => document });
  const service = (name: string): unknown => (name === "efs" ? felt : world.service(name as "efs"));
  return Object.assign(Object.create(world) as World, { service });
}

/** Why a new environment of this function could not mount what it names through Mooring; null = it could, or names nothing. */
function mountFailure(truth: Truth, world: World, source: VersionRecord): string | null {
  const efs = truth.world.service("efs");
  const own = source.fileSystemConfigs.find(({ Arn }) => {
    const found = efs.accessPoint(Arn.slice(Arn.lastIndexOf("/") + 1));
    // Another's mounts work for as long as somebody else's policy lets them, or none is there.
    return found !== undefined && tagOf(found, TAGS.bindingName)?.endsWith(`/${source.functionName}`) === true;
  });
  if (own === undefined) return "nothing";
  const attempt = tryMount(world, source, own);
  return "failure" in attempt ? attempt.why : null;
}

/** After somebody else's change of a function, its role or its access point Mooring may still act on what was before. */
const FOREIGN_MS = 60_000;

export const noGap: Invariant = {
  name: "no-gap",
  why: "No call of Mooring's may take a mount away that works, unless its binding is to go: replacement is gapless.",
  watch: (truth, check) => {
    const working = (): Map<string, VersionRecord> => {
      const world = withNewestPolicy(truth.world);
      const lambda = truth.world.service("lambda");
      const versions = FUNCTIONS.flatMap((name) => {
        const found = lambda.function(name);
        return found === undefined ? [] : [found.latest, ...found.published.values()];
      });
      const all = versions.filter((version) => mountFailure(truth, world, version) === null);
      return new Map(all.map((version) => [`${version.functionName}:${version.version}`, version]));
    };
    let before = new Map<string, VersionRecord>();
    let isKnown = false;
    const isAtRisk = (call: { service: string; operation: string }) =>
      ["PutFileSystemPolicy", "UpdateFunctionConfiguration", "DeleteAccessPoint"].includes(call.operation);
    return {
      beforeCall(call) {
        if (!isMutation(call) || !isAtRisk(call)) return;
        before = working();
        isKnown = true;
      },
      afterCall(call, outcome) {
        if (!isKnown || !isMutation(call) || !isAtRisk(call)) return;
        isKnown = false;
        if (!("output" in outcome)) return;
        // AWS knows no fence: who is stopped between the last look at the lease and the call makes it late.
        if ((truth.intentFor(call)?.beganAtMs ?? Infinity) < call.process.resumedAtMs) return;
        const after = working();
        const gone = [...before.values()].filter(
          ({ functionName, version }) => !after.has(`${functionName}:${version}`),
        );
        check(
          gone.every((version) => isExcused(truth, version)),
          () =>
            `${told(call)} takes the mount of ${gone.map((one) => `${one.functionName}:${one.version}`).join(", ")} away`,
        );
      },
    };
  },
};

/** A list that was read before a version was published, and the run that relies on it. */
const PUBLISHED_MS = 15_000;

function isExcused(truth: Truth, { functionName, version, lastModifiedMs }: VersionRecord): boolean {
  // A published version never changes: nothing that befalls its function explains that it lost its mount.
  const isNew =
    version === "$LATEST"
      ? truth.untouchedMs(`function/${functionName}`) < FOREIGN_MS
      : truth.nowMs - lastModifiedMs < PUBLISHED_MS;
  if (isNew || truth.untouchedMs("policy") < 5_000) return true;
  return truth.goes.has(`lambda/${functionName}`) || truth.isRestored;
}

export const confined: Invariant = {
  name: "confined",
  why: "In mode Enforce a bound role reaches its own access points over TLS, and nothing else of the file system.",
  watch: (truth, check) => ({
    async atRest() {
      const view = await truth.view();
      const record = view?.fileSystem(truth.simulation.fileSystem.metadata.name);
      if (record?.spec.policy.mode !== "Enforce" || truth.isRestored) return;
      const ready = await truth.readyBindings();
      const others = truth.simulation.account.foreignAccessPointId;
      for (const { metadata, facets } of ready) {
        for (const roleArn of facets.workload?.roleArns ?? []) {
          const own = ready.filter((one) => one.facets.workload?.roleArns.includes(roleArn));
          const ids = new Set(own.map((one) => one.facets.accessPoint?.accessPoint?.id));
          const foreign = ready.map((one) => one.facets.accessPoint?.accessPoint?.id).filter((id) => !ids.has(id));
          const attempts = [
            { how: "no access point", tls: true },
            { how: "no TLS", tls: false },
            ...[others, ...foreign].map((id) => ({ how: `access point ${id}`, tls: true, accessPointId: id! })),
          ];
          for (const { how, ...attempt } of attempts) {
            const given = { roleArn, fileSystemId: FS_ID, viaMountTarget: true, action: "ClientMount" as const };
            const { decision, why } = evaluateClientAccess(truth.world, { ...given, ...attempt });
            check(decision === "deny", () => `${roleArn} of ${metadata.name} mounts through ${how}: ${why}`);
          }
        }
      }
    },
  }),
};

const ACCESS = { ReadOnly: [false, false], ReadWrite: [true, false], ReadWriteRoot: [true, true] } as const;

export const readyMounts: Invariant = {
  name: "ready-mounts",
  why: "Ready means that a new environment of the workload mounts the directory, as the identity and with the rights of the spec.",
  watch: (truth, check) => ({
    async atRest() {
      const view = await truth.view();
      const mode = view?.fileSystem(truth.simulation.fileSystem.metadata.name)?.spec.policy.mode;
      for (const { metadata, spec } of await truth.readyBindings()) {
        const { lambda } = spec.workload;
        if (lambda === undefined) continue;
        const says = (what: string) => () => `${metadata.name} is Ready, but ${what}`;
        const found = truth.world.service("lambda").function(lambda.functionName)?.latest;
        const mount = found?.fileSystemConfigs.find((one) => one.LocalMountPath === lambda.localMountPath);
        check(found !== undefined && mount !== undefined, says("nothing is mounted"));
        if (found === undefined || mount === undefined) continue;
        const accessPoint = truth.world.service("efs").accessPoint(mount.Arn.slice(mount.Arn.lastIndexOf("/") + 1));
        check(
          accessPoint !== undefined && tagOf(accessPoint, TAGS.binding) === metadata.uid,
          says(`${mount.Arn} is another's`),
        );
        check(accessPoint?.path === spec.rootDirectory.path, says(`it mounts ${accessPoint?.path}`));
        check(
          accessPoint?.posixUser?.Uid === spec.posixUser.uid,
          says(`it mounts as uid ${accessPoint?.posixUser?.Uid}`),
        );
        const attempt = tryMount(truth.world, found, mount);
        // In mode Observe the policy is not Mooring's matter.
        if (mode === "Observe") continue;
        check("mounted" in attempt, says("failure" in attempt ? attempt.why : ""));
        if (!("mounted" in attempt) || mode !== "Enforce") continue;
        const { write, root } = attempt.mounted;
        check(
          write === ACCESS[spec.access][0] && root === ACCESS[spec.access][1],
          says(`write is ${write}, root ${root}`),
        );
      }
    },
  }),
};

export const readyTasksMount: Invariant = {
  name: "ready-tasks-mount",
  why: "Of a Ready service every running task has the volume, and of a Ready family the newest revision names it.",
  watch: (truth, check) => ({
    async atRest() {
      const ecs = truth.world.service("ecs");
      for (const { metadata, spec, facets } of await truth.readyBindings()) {
        const id = facets.accessPoint?.accessPoint?.id;
        if (spec.workload.ecs === undefined) continue;
        const target = spec.workload.ecs;
        if ("service" in target) {
          const tasks = ecs.tasksOfService(target.cluster, target.service);
          const all = tasks.length > 0 && tasks.every(({ mounts }) => mounts.some((one) => one.accessPointId === id));
          check(all, () => `${metadata.name} is Ready, but a task of ${target.service} does not mount ${id}`);
        } else {
          const volumes = ecs.definition(target.family)?.definition.volumes ?? [];
          const names = volumes.some((one) => one.efsVolumeConfiguration?.authorizationConfig?.accessPointId === id);
          check(
            names,
            () => `${metadata.name} is Ready, but the newest revision of ${target.family} does not name ${id}`,
          );
        }
      }
    },
  }),
};
