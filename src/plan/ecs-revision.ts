import type { ObservedTaskDefinition } from "../model/observations.ts";
import type { EcsMount } from "../model/records.ts";
import { RegisterInput } from "../model/register-input.ts";
import type { ContainerShape, RegisterShape, VolumeShape } from "../model/task-definition.ts";
import { digest } from "./digest.ts";

/** AWS's limit of one revision, not adjustable (General Reference, Amazon ECS service quotas). */
export const REVISION_BYTES_MAX = 64 * 1024;

/** What is to become of one binding's volume in a new revision. */
export interface RevisionEdit {
  /** The name that Mooring gives the volume where there is none yet. */
  name: string;
  /** Names under which the base has it: `name`, or what a pipeline calls it. */
  present: readonly string[];
  /** null = taken out, with all its mount points. */
  put: { fileSystemId: string; accessPointId: string; mounts: readonly EcsMount[] } | null;
}

export const VOLUME_PREFIX = "mooring-";

/** Short enough to read, long enough to be nobody else's: 48 bits of the uid. */
export function volumeName(bindingUid: string): string {
  return `${VOLUME_PREFIX}${bindingUid.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 12)}`;
}

/** What was done to a copy of a revision. */
export interface Edited {
  register: RegisterInput;
  changed: boolean;
  /** `container:path` of mount points that a change of spec takes out, readable. Those of removed volumes do not count. */
  dropped: string[];
}

/**
 * A copy of a revision that differs in our volumes and mount points only; all other members stay as they are, known
 * to this version or not. Pure; an edit that is there already changes nothing.
 */
export function editRevision(base: RegisterInput, edits: readonly RevisionEdit[]): Edited {
  const input = base.reveal() as RegisterShape;
  const dropped: string[] = [];
  const editOf = new Map(edits.flatMap((edit) => edit.present.map((name) => [name, edit] as const)));
  const volumes = [
    ...(input.volumes ?? []).flatMap((volume) => editedVolume(volume, editOf.get(volume.name ?? ""))),
    ...edits.filter(({ put, present }) => put !== null && present.length === 0).map(newVolume),
  ];
  const containers = (input.containerDefinitions ?? []).map((container) =>
    editedContainer(container, edits, editOf, dropped),
  );
  const changed = !sameList(volumes, input.volumes ?? []) || !sameList(containers, input.containerDefinitions ?? []);
  if (!changed) return { register: base, changed, dropped };
  const register = new RegisterInput({ ...input, volumes, containerDefinitions: containers });
  return { register, changed, dropped };
}

/** What stays as it is, stays the very same object. */
function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

function editedVolume(volume: VolumeShape, edit: RevisionEdit | undefined): VolumeShape[] {
  if (edit === undefined) return [volume];
  if (edit.put === null) return [];
  return isAsPut(volume, edit.put) ? [volume] : [{ name: volume.name!, ...efsVolume(volume, edit.put) }];
}

function isAsPut({ efsVolumeConfiguration: efs }: VolumeShape, put: NonNullable<RevisionEdit["put"]>): boolean {
  return (
    efs !== undefined &&
    efs.fileSystemId === put.fileSystemId &&
    (efs.rootDirectory || "/") === "/" &&
    efs.transitEncryption === "ENABLED" &&
    efs.authorizationConfig?.accessPointId === put.accessPointId &&
    efs.authorizationConfig.iam === "ENABLED"
  );
}

/** With an access point, ECS allows no other root directory than "/", and demands TLS; `iam` makes the task role count. */
function efsVolume(volume: VolumeShape, put: NonNullable<RevisionEdit["put"]>): VolumeShape {
  return {
    efsVolumeConfiguration: {
      ...volume.efsVolumeConfiguration,
      fileSystemId: put.fileSystemId,
      rootDirectory: "/",
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId: put.accessPointId, iam: "ENABLED" },
    },
  };
}

function newVolume({ name, put }: RevisionEdit): VolumeShape {
  return { name, ...efsVolume({}, put!) };
}

function editedContainer(
  container: ContainerShape,
  edits: readonly RevisionEdit[],
  editOf: ReadonlyMap<string, RevisionEdit>,
  dropped: string[],
): ContainerShape {
  const before = container.mountPoints ?? [];
  const wanted = edits.flatMap((edit) =>
    (edit.put?.mounts ?? []).filter((mount) => mount.container === container.name).map((mount) => ({ edit, mount })),
  );
  const met = new Set<EcsMount>();
  const kept = before.flatMap((point) => {
    const edit = editOf.get(point.sourceVolume ?? "");
    if (edit === undefined) return [point];
    const want = wanted.find((one) => one.edit === edit && one.mount.containerPath === point.containerPath);
    if (want !== undefined) {
      met.add(want.mount);
      return (point.readOnly ?? false) === want.mount.readOnly
        ? [point]
        : [{ ...point, readOnly: want.mount.readOnly }];
    }
    // Where a pipeline has given the volume a name of its own, it may mount it elsewhere as well.
    if (edit.put !== null && point.sourceVolume !== edit.name) return [point];
    if (edit.put !== null) dropped.push(`${container.name}:${point.containerPath}`);
    return [];
  });
  const added = wanted
    .filter(({ mount }) => !met.has(mount))
    .map(({ edit, mount: { containerPath, readOnly } }) => ({
      sourceVolume: edit.present[0] ?? edit.name,
      containerPath,
      readOnly,
    }));
  const mountPoints = [...kept, ...added];
  return sameList(mountPoints, before) ? container : { ...container, mountPoints };
}

/** Equal digests, equal revisions, whatever order and empty members AWS gives back. Without tags. */
export function contentOf(register: RegisterInput): string {
  return digest([canonical(register.reveal())]);
}

/**
 * Equal digests: the same is to be mounted, whatever the base. What is taken out does not count: it is in no base for
 * long, and without it the same revision is to be made.
 */
export function editsDigest(edits: readonly RevisionEdit[]): string {
  const texts = edits.filter(({ put }) => put !== null).map(({ name, put }) => canonical({ name, put }));
  return digest(texts.sort());
}

/** Members of volumes and mount points that AWS may give back, or leave out, where they are as they are by default. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  rootDirectory: "/",
  transitEncryption: "DISABLED",
  iam: "DISABLED",
  readOnly: false,
};

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([name, member]) => !isEmpty(member) && DEFAULTS[name] !== member)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}

/** AWS gives back empty members that nobody wrote. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** For the audit: our volumes and where they are mounted, and nothing else of a revision. */
export function shownVolumes(
  { volumes, containers }: Pick<ObservedTaskDefinition, "volumes" | "containers">,
  names: ReadonlySet<string>,
): Record<string, { accessPointId: string | null; mounts: string[] }> {
  const shown = volumes
    .filter(({ name }) => names.has(name))
    .map(({ name, efs }) => {
      const mounts = containers.flatMap((container) =>
        container.mountPoints
          .filter(({ sourceVolume }) => sourceVolume === name)
          .map(({ containerPath, readOnly }) => `${container.name}:${containerPath}${readOnly ? " (read-only)" : ""}`),
      );
      return [name, { accessPointId: efs?.accessPointId ?? null, mounts }] as const;
    });
  return Object.fromEntries(shown);
}
