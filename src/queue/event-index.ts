import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";

/** What an event does not say itself: whose access point, whose mount target, whose role. */
export interface EventIndex {
  fileSystemOfAccessPoint(accessPointId: string): string | undefined;
  fileSystemOfMountTarget(mountTargetId: string): string | undefined;
  /** Keys whose bindings use the role. By name, which is unique in an account and all that IAM's events carry. */
  keysOfRole(roleName: string): ReconcileKey[];
  /**
   * Keys that care for what starts tasks: by a rule's or schedule's name (`ruleStarter`, `scheduleStarter`) those
   * that it was seen to pin, by a family's ARN all that run it.
   */
  keysOfStarter(starter: string): ReconcileKey[];
}

/**
 * How long an id is remembered after it was last seen. DeleteAccessPoint carries only its own id and
 * CloudTrail may be late, or replayed from an archive.
 */
const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1_000;

interface Home {
  fileSystemId: string;
  /** null = seen in the newest complete list. */
  goneSinceMs: number | null;
}

/** An EventIndex in memory, fed by what the reconcilers and the sweep observe. */
export interface MemoryEventIndex extends EventIndex {
  /** All access points of one file system, as a complete list showed them: the others are gone. */
  accessPointsSeen(fileSystemId: string, accessPointIds: readonly string[]): void;
  /** One access point, without saying anything about others. */
  accessPointSeen(fileSystemId: string, accessPointId: string): void;
  /** One mount target, without saying anything about others. */
  mountTargetSeen(fileSystemId: string, mountTargetId: string): void;
  /** All mount targets of one file system, as a complete list showed them. */
  mountTargetsSeen(fileSystemId: string, mountTargetIds: readonly string[]): void;
  /** The roles that matter to `key`; replaces what was said of this key before. */
  rolesSeen(key: ReconcileKey, roleArns: readonly string[]): void;
  /** The family that `key` runs and what pins its revisions; replaces what was said of this key before. */
  startersSeen(key: ReconcileKey, starters: readonly string[]): void;
}

export function createEventIndex(clock: Pick<Clock, "nowMs">): MemoryEventIndex {
  const accessPoints = new IdsOfFileSystems(clock);
  const mountTargets = new IdsOfFileSystems(clock);
  const roles = new KeysByName();
  const starters = new KeysByName();
  return {
    fileSystemOfAccessPoint: (id) => accessPoints.homeOf(id),
    fileSystemOfMountTarget: (id) => mountTargets.homeOf(id),
    keysOfRole: (roleName) => roles.keysOf(roleName),
    keysOfStarter: (starter) => starters.keysOf(starter),
    accessPointsSeen: (fileSystemId, ids) => accessPoints.allSeen(fileSystemId, ids),
    accessPointSeen: (fileSystemId, id) => accessPoints.seen(fileSystemId, id),
    mountTargetSeen: (fileSystemId, id) => mountTargets.seen(fileSystemId, id),
    mountTargetsSeen: (fileSystemId, ids) => mountTargets.allSeen(fileSystemId, ids),
    rolesSeen: (key, roleArns) => roles.seen(key, roleArns.map(roleNameOf)),
    startersSeen: (key, names) => starters.seen(key, names),
  };
}

/** `arn:aws:iam::111122223333:role/path/NAME` → NAME; a bare name stays one. */
function roleNameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
}

/** Which keys care for a name. */
class KeysByName {
  readonly #keys = new Map<string, Set<ReconcileKey>>();
  readonly #names = new Map<ReconcileKey, readonly string[]>();

  keysOf(name: string): ReconcileKey[] {
    return [...(this.#keys.get(name) ?? [])].sort();
  }

  /** Replaces what was said of this key before. */
  seen(key: ReconcileKey, names: readonly string[]): void {
    for (const name of this.#names.get(key) ?? []) {
      const keys = this.#keys.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(name);
    }
    if (names.length === 0) this.#names.delete(key);
    else this.#names.set(key, names);
    for (const name of names) this.#keys.set(name, (this.#keys.get(name) ?? new Set()).add(key));
  }
}

class IdsOfFileSystems {
  readonly #homes = new Map<string, Home>();
  readonly #idsByFileSystem = new Map<string, Set<string>>();
  readonly #clock: Pick<Clock, "nowMs">;

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  homeOf(id: string): string | undefined {
    const home = this.#homes.get(id);
    return home === undefined || this.#isForgotten(home) ? undefined : home.fileSystemId;
  }

  seen(fileSystemId: string, id: string): void {
    this.#homes.set(id, { fileSystemId, goneSinceMs: null });
    this.#idsByFileSystem.set(fileSystemId, (this.#idsByFileSystem.get(fileSystemId) ?? new Set()).add(id));
  }

  allSeen(fileSystemId: string, ids: readonly string[]): void {
    const present = new Set(ids);
    for (const id of this.#idsByFileSystem.get(fileSystemId) ?? []) {
      if (!present.has(id)) this.#gone(fileSystemId, id);
    }
    for (const id of ids) this.seen(fileSystemId, id);
  }

  #gone(fileSystemId: string, id: string): void {
    const home = this.#homes.get(id);
    if (home === undefined) return;
    home.goneSinceMs ??= this.#clock.nowMs();
    if (!this.#isForgotten(home)) return;
    this.#homes.delete(id);
    this.#idsByFileSystem.get(fileSystemId)?.delete(id);
  }

  #isForgotten({ goneSinceMs }: Home): boolean {
    return goneSinceMs !== null && this.#clock.nowMs() - goneSinceMs > REMEMBERED_MS;
  }
}
