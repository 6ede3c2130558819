import { adoptionOf, mayAdopt } from "../model/adoption.ts";
import type { ObservedTaskDefinition, ObservedVolume } from "../model/observations.ts";
import type { EcsMount } from "../model/records.ts";
import { revisionName } from "./ecs-input.ts";
import { type EcsDraft, mountedAt } from "./ecs-pass.ts";
import { editRevision } from "./ecs-revision.ts";
import { sayMismatch } from "./plan-adoption.ts";

/**
 * A volume is adopted as it is, so it must be just what the spec says: a revision is never registered for the sake of
 * an adoption. Null = it fits, or none is to be adopted. From the moment at which the access point is the binding's,
 * whatever differs is drift.
 */
export function refuseVolume(
  draft: EcsDraft,
  base: ObservedTaskDefinition,
): { reason: string; message: string } | null {
  const adoption = adoptionOf(draft.binding);
  if (adoption === null || draft.wantedId !== null) return null;
  const id = adoption.accessPointId ?? (adoption.mount ? mountedAt(base, draft) : null);
  const volumes = base.volumes.filter(({ efs }) => id !== null && efs?.accessPointId === id);
  if (volumes.length > 0) return isJustSo(draft, base, volumes) ? null : refuse(draft, base, id, volumes);
  const inTheWay = adoption.mount ? volumesAtSpec(draft, base) : [];
  return inTheWay.length === 0 ? null : refuse(draft, base, id, inTheWay);
}

/** True if the annotation asks for this volume to be taken over, which becomes ours with its access point. */
export function isToAdopt(
  { binding, wantedId }: EcsDraft,
  { volumes }: ObservedTaskDefinition,
  volume: string,
): boolean {
  const id = volumes.find(({ name }) => name === volume)?.efs?.accessPointId ?? null;
  return id !== null && wantedId === null && mayAdopt(adoptionOf(binding), id);
}

function isJustSo(draft: EcsDraft, base: ObservedTaskDefinition, volumes: readonly ObservedVolume[]): boolean {
  const { fileSystemId, volume: name, binding } = draft;
  // Without its record no file system is known: another check says so.
  if (fileSystemId === undefined) return true;
  const accessPointId = volumes[0]!.efs!.accessPointId!;
  const put = { fileSystemId, accessPointId, mounts: binding.spec.workload.ecs.mounts };
  return !editRevision(base.register, [{ name, present: volumes.map((one) => one.name), put }]).changed;
}

function volumesAtSpec({ binding }: EcsDraft, base: ObservedTaskDefinition): ObservedVolume[] {
  const { mounts } = binding.spec.workload.ecs;
  return base.volumes.filter(({ name }) =>
    mountsOf(base, name).some((point) =>
      mounts.some(
        ({ container, containerPath }) => container === point.container && containerPath === point.containerPath,
      ),
    ),
  );
}

function refuse(
  draft: EcsDraft,
  base: ObservedTaskDefinition,
  id: string | null,
  volumes: readonly ObservedVolume[],
): { reason: string; message: string } {
  const wanted = `a volume of ${draft.fileSystemId ?? "its file system"} with access point ${id ?? "(any)"}, iam ENABLED and transitEncryption ENABLED at ${places(draft.binding.spec.workload.ecs.mounts)}`;
  const found = volumes.map((one) => describe(one, mountsOf(base, one.name))).join("; ");
  const sides = `The spec and its annotation ask for ${wanted}; revision ${revisionName(base.taskDefinitionArn)} has ${found}`;
  sayMismatch(draft.conditions, "MountConfigured", `${sides}. Make the spec say what is there, or deploy what it says`);
  const { reason, message } = draft.conditions.get("MountConfigured")!;
  return { reason, message };
}

function describe({ name, efs }: ObservedVolume, mounts: readonly EcsMount[]): string {
  const at = `at ${places(mounts)}`;
  if (efs === null) return `volume ${name}, which is none of EFS, ${at}`;
  const onOff = (on: boolean) => (on ? "ENABLED" : "DISABLED");
  const through = efs.accessPointId === null ? "without access point" : `with access point ${efs.accessPointId}`;
  return `volume ${name} of ${efs.fileSystemId} ${through}, iam ${onOff(efs.iam)} and transitEncryption ${onOff(efs.transitEncryption)} ${at}`;
}

function places(mounts: readonly EcsMount[]): string {
  const each = mounts.map(
    ({ container, containerPath, readOnly }) => `${container}:${containerPath}${readOnly ? " (read-only)" : ""}`,
  );
  return each.length === 0 ? "no path" : each.join(", ");
}

function mountsOf({ containers }: ObservedTaskDefinition, volume: string): EcsMount[] {
  return containers.flatMap(({ name: container, mountPoints }) =>
    mountPoints
      .filter(({ sourceVolume }) => sourceVolume === volume)
      .map(({ containerPath, readOnly }) => ({ container, containerPath, readOnly })),
  );
}
