import { FURNISHED } from "../../src/simulator/furnish/furnished.ts";
import { aBinding, aFileSystem, FS_ID } from "../integration/manifests.ts";
import type { Manifest } from "../integration/world.ts";
import type { Stream } from "./chance.ts";

/** Functions that the simulated account has beside the furnished ones. */
export const MORE_FUNCTIONS = ["importer", "exporter", "resizer", "archiver", "notifier"] as const;
export const FUNCTIONS: readonly string[] = [...FURNISHED.functions, ...MORE_FUNCTIONS];

export const NAMESPACE = "media";
export const ACCESSES = ["ReadOnly", "ReadWrite", "ReadWriteRoot"] as const;
const CONSENT = { replacement: "AcceptDataChange" };

/** The FileSystem record of a run; most confine, since that is where most can go wrong. */
export function fileSystemOf(chance: Stream): Manifest {
  const mode = chance.random();
  if (mode < 0.75) return aFileSystem({ mode: "Enforce", confirm: FS_ID, requireTls: chance.happens(0.7) });
  return aFileSystem(mode < 0.9 ? { mode: "Preserve" } : { mode: "Observe" });
}

/** All Bindings of a run: nine functions, two volumes of one service, one family. */
export function bindingsOf(chance: Stream): Manifest[] {
  const onFunctions = FUNCTIONS.map((name, n) => {
    // Two functions that work in one directory say the same about its owner.
    const path = name === "transcoder" ? "/thumbnailer" : `/${name}`;
    const own = name === "transcoder" || name === "thumbnailer" ? 1001 : 1001 + n;
    return aBinding(name, {
      ...CONSENT,
      rootDirectory: { path, ownerUid: own, ownerGid: own, permissions: "0750" },
      posixUser: { uid: own, gid: own },
      access: chance.pick(ACCESSES),
      deletionPolicy: chance.happens(0.1) ? "Retain" : "Delete",
    });
  });
  const service = { cluster: FURNISHED.cluster, service: FURNISHED.service };
  return [
    ...onFunctions,
    aBinding("web-data", {
      ...CONSENT,
      access: "ReadWrite",
      workload: { ecs: { ...service, mounts: [{ container: "app", containerPath: "/data" }] } },
    }),
    aBinding("web-logs", {
      ...CONSENT,
      access: "ReadWrite",
      workload: {
        ecs: {
          ...service,
          mounts: [
            { container: "app", containerPath: "/var/log/web" },
            { container: "log", containerPath: "/in", readOnly: true },
          ],
        },
      },
    }),
    aBinding("nightly", {
      ...CONSENT,
      access: "ReadOnly",
      workload: { ecs: { family: FURNISHED.taskFamily, mounts: [{ container: "report", containerPath: "/reports" }] } },
    }),
  ];
}

/**
 * A change of spec that a user may well make: one that the API takes, so an identity always owns its directory. Of those
 * that ask for another access point some go back to what was before.
 */
export function aChange(manifest: Manifest, chance: Stream, n: number): Record<string, unknown> {
  const what = chance.random();
  if (what < 0.35) return { spec: { access: chance.pick(ACCESSES) } };
  if (what < 0.8) return { spec: chance.happens(0.3) ? placeOf(manifest) : anotherPlace(manifest, chance, n) };
  if (what < 0.92) return { spec: { suspend: chance.happens(0.7) } };
  if (what < 0.97) return { spec: { driftPolicy: chance.happens(0.7) ? "Observe" : "Correct" } };
  return { metadata: { annotations: { "mooring.dev/reconcile-at": `look ${n}` } } };
}

function anotherPlace(manifest: Manifest, chance: Stream, n: number): object {
  const path = `/${manifest.metadata.name}-${n}`;
  if (chance.happens(0.5)) return { rootDirectory: { path } };
  const uid = 2000 + n;
  return { rootDirectory: { path, ownerUid: uid, ownerGid: uid }, posixUser: { uid, gid: uid } };
}

/** True of a change that asks for another access point. */
export function isOfPlace(patch: Record<string, unknown>): boolean {
  return "rootDirectory" in ((patch["spec"] ?? {}) as object);
}

export function placeOf({ spec }: Manifest): object {
  const { rootDirectory, posixUser } = spec as { rootDirectory: object; posixUser: object };
  return { rootDirectory, posixUser };
}
