import type { EcsService } from "../../src/simulator/services/ecs/ecs.ts";
import type { TaskRecord } from "../../src/simulator/services/ecs/state.ts";
import { mountVolumes } from "../../src/simulator/services/ecs/task-mounts.ts";
import { tryMount } from "../../src/simulator/services/lambda/invoke.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { World, WorldEvent } from "../../src/simulator/world.ts";
import { CLUSTER } from "./account-services.ts";
import type { Account } from "./account.ts";

/** What the account's own event log shows of mounts. */
export interface GapWatch {
  /** Longest time that a configuration named no access point that exists, ms. 0 = at no event. */
  longestUnnamedMs(): number;
  /** Longest time that a new environment or task could not have mounted what its configuration names, ms. */
  longestUnmountableMs(): number;
  /** Events after which workloads were judged. */
  events(): number;
  stop(): void;
}

/** What is found of a function or a service at one instant. */
interface Judgement {
  isNamed: boolean;
  isMountable: boolean;
}

/** Calls that may change the mounts of all workloads of one file system. */
const CONCERNS_FILE_SYSTEM = /AccessPoint|FileSystemPolicy/;
const CONCERNS_FUNCTION = /UpdateFunction|PublishVersion/;

/**
 * Judges every function and service after every mutating call to the account and every step of a rollout, in the
 * event itself: no state between two events goes unseen, as it would between two polls.
 */
export function watchGaps({ world }: Simulator, { fileSystems }: Account): GapWatch {
  const workloads = new Map<string, () => Judgement>(
    fileSystems.flatMap(({ functionNames, services }) => [
      ...functionNames.map((name) => [name, () => judgeFunction(world, name)] as const),
      ...services.map(({ name, bindings }) => [name, () => judgeService(world, name, bindings)] as const),
    ]),
  );
  const concerns = concernedBy(world, fileSystems);
  const unnamed = new Spells();
  const unmountable = new Spells();
  let events = 0;
  let isOver = false;
  const judge = (name: string): void => {
    const judgement = workloads.get(name)?.();
    if (judgement === undefined) return;
    const nowMs = performance.now();
    unnamed.note(name, !judgement.isNamed, nowMs);
    unmountable.note(name, !judgement.isMountable, nowMs);
  };
  world.onEvent((event) => {
    const concerned = isOver ? [] : concerns(event);
    if (concerned.length === 0) return;
    events += 1;
    for (const name of concerned) judge(name);
  });
  return {
    longestUnnamedMs: () => unnamed.longestMs(performance.now()),
    longestUnmountableMs: () => unmountable.longestMs(performance.now()),
    events: () => events,
    stop: () => (isOver = true),
  };
}

/** Names of the workloads whose mounts an event may have changed. */
function concernedBy(world: World, fileSystems: Account["fileSystems"]): (event: WorldEvent) => readonly string[] {
  const byFileSystem = new Map(
    fileSystems.map(({ fileSystemId, functionNames, services }) => [
      fileSystemId,
      [...functionNames, ...services.map(({ name }) => name)],
    ]),
  );
  const all = [...byFileSystem.values()].flat();
  // The event of a deletion names nothing but the access point.
  const homes = new Map(
    fileSystems.flatMap(({ fileSystemId, functionNames, services }) =>
      [
        ...functionNames.map((name) => mountOf(world, name).id),
        ...services.flatMap(({ name }) => deployed(world, name).flatMap(accessPointsIn)),
      ].flatMap((id) => (id === null ? [] : [[id, fileSystemId] as const])),
    ),
  );
  return ({ source, resources = [], detail }) => {
    const { eventName = "", requestParameters, responseElements, group } = detail as Detail;
    const { fileSystemId, accessPointId = "", functionName = "", service } = requestParameters ?? {};
    if (source === "aws.ecs") return [lastPart(service ?? group ?? resources[0] ?? "")];
    if (CONCERNS_FUNCTION.test(eventName)) return [functionName];
    if (!CONCERNS_FILE_SYSTEM.test(eventName)) return [];
    if (fileSystemId !== undefined && responseElements?.accessPointId !== undefined)
      homes.set(responseElements.accessPointId, fileSystemId);
    return byFileSystem.get(fileSystemId ?? homes.get(accessPointId) ?? "") ?? all;
  };
}

interface Detail {
  eventName?: string;
  requestParameters?: {
    functionName?: string;
    service?: string;
    fileSystemId?: string;
    accessPointId?: string;
  } | null;
  responseElements?: { accessPointId?: string } | null;
  /** Of a task: service:<name> */
  group?: string;
}

/** The name in an ARN, in a task's group, or as it is. */
function lastPart(text: string): string {
  return text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf(":")) + 1);
}

function mountOf(world: World, name: string) {
  const { latest } = world.service("lambda").function(name)!;
  const source = latest.serving ?? latest;
  const [mount] = source.fileSystemConfigs;
  return { source, mount, id: mount === undefined ? null : lastPart(mount.Arn) };
}

function judgeFunction(world: World, name: string): Judgement {
  const { source, mount, id } = mountOf(world, name);
  return {
    isNamed: isLive(world, id),
    isMountable: mount !== undefined && !("failure" in tryMount(world, source, mount)),
  };
}

type Definition = NonNullable<ReturnType<EcsService["definition"]>>["definition"];

/** What every deployment of a service that may still start tasks starts them from. */
function deployed(world: World, name: string): (Definition | undefined)[] {
  const ecs = world.service("ecs");
  const { deployments, revisions } = ecs.findService(CLUSTER, name)!;
  return deployments.map(({ revisionId }) => {
    const { taskDefinition = "" } = revisions.find(({ id }) => id === revisionId)?.spec ?? {};
    return ecs.definition(taskDefinition)?.definition;
  });
}

function accessPointsIn(definition: Definition | undefined): (string | null)[] {
  return (definition?.volumes ?? []).map(
    ({ efsVolumeConfiguration }) => efsVolumeConfiguration?.authorizationConfig?.accessPointId ?? null,
  );
}

/** In order only if every deployment is, and every task that runs. */
function judgeService(world: World, name: string, volumes: number): Judgement {
  const tasks = world.service("ecs").tasksOfService(CLUSTER, name);
  const revisions = deployed(world, name).map((definition) => judgeRevision(world, definition, tasks[0], volumes));
  const isServed = tasks.every(({ mounts }) => mounts.every((one) => isLive(world, one.accessPointId)));
  return {
    isNamed: revisions.every(({ isNamed }) => isNamed),
    isMountable: isServed && revisions.every(({ isMountable }) => isMountable),
  };
}

function judgeRevision(
  world: World,
  definition: Definition | undefined,
  like: TaskRecord | undefined,
  volumes: number,
): Judgement {
  if (definition === undefined) return { isNamed: false, isMountable: false };
  const ids = accessPointsIn(definition);
  const outcome = mountVolumes(world, { network: like?.network ?? null, overrides: {} }, definition);
  return {
    isNamed: ids.length === volumes && ids.every((id) => isLive(world, id)),
    isMountable: "mounts" in outcome && outcome.mounts.length === volumes,
  };
}

function isLive(world: World, accessPointId: string | null): boolean {
  return accessPointId !== null && world.service("efs").accessPoint(accessPointId) !== undefined;
}

/** How long something was wrong, by name. */
class Spells {
  readonly #since = new Map<string, number>();
  #longestMs = 0;

  note(name: string, isWrong: boolean, nowMs: number): void {
    const since = this.#since.get(name);
    if (since !== undefined) this.#longestMs = Math.max(this.#longestMs, nowMs - since);
    if (!isWrong) this.#since.delete(name);
    else if (since === undefined) this.#since.set(name, nowMs);
  }

  longestMs(nowMs: number): number {
    return Math.max(this.#longestMs, ...[...this.#since.values()].map((since) => nowMs - since));
  }
}
