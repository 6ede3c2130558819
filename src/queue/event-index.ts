import type { Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";

/** What an event does not say itself: whose access point, whose mount target, whose role. */
export interface EventIndex {
  fileSystemOfAccessPoint(accessPointId: string): string | undefined;
  fileSystemOfMountTarget(mountTargetId: string): string | undefined;
  /** Keys whose bindings use the role. By name, which is unique in an account and all that IAM's events carry. */
  keysOfRole(roleName: string): ReconcileKey[];
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
}

export function createEventIndex(clock: Pick<Clock, "nowMs">): MemoryEventIndex {
  const accessPoints = new IdsOfFileSystems(clock);
  const mountTargets = new IdsOfFileSystems(clock);
  const keysByRole = new Map<string, Set<ReconcileKey>>();
  const rolesByKey = new Map<ReconcileKey, string[]>();
  return {
    fileSystemOfAccessPoint: (id) => accessPoints.homeOf(id),
    fileSystemOfMountTarget: (id) => mountTargets.homeOf(id),
    keysOfRole: (roleName) => [...(keysByRole.get(roleName) ?? [])].sort(),
    accessPointsSeen: (fileSystemId, ids) => accessPoints.allSeen(fileSystemId, ids),
    accessPointSeen: (fileSystemId, id) => accessPoints.seen(fileSystemId, id),
    mountTargetSeen: (fileSystemId, id) => mountTargets.seen(fileSystemId, id),
    mountTargetsSeen: (fileSystemId, ids) => mountTargets.allSeen(fileSystemId, ids),
    rolesSeen(key, roleArns) {
      for (const name of rolesByKey.get(key) ?? []) {
        const keys = keysByRole.get(name);
        keys?.delete(key);
        if (keys?.size === 0) keysByRole.delete(name);
      }
      const names = roleArns.map(roleNameOf);
      if (names.length === 0) rolesByKey.delete(key);
      else rolesByKey.set(key, names);
      for (const name of names) keysByRole.set(name, (keysByRole.get(name) ?? new Set()).add(key));
    },
  };
}

/** `arn:aws:iam::111122223333:role/path/NAME` → NAME; a bare name stays one. */
function roleNameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
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
