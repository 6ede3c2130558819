import type { WorkloadFacet } from "../model/facets.ts";
import type { ObservedService, ObservedTaskDefinition } from "../model/observations.ts";
import type { BindingRecord } from "../model/records.ts";
import type { EcsBinding } from "../model/workload.ts";
import { nameOf } from "./access-point-fields.ts";
import { ConditionDrafts } from "./condition-drafts.ts";
import { type RevisionEdit, volumeName } from "./ecs-revision.ts";
import { type EcsMemory, type EcsPlanInput, targetName } from "./ecs-input.ts";
import { Endings } from "./endings.ts";

/** One binding of the service or family in the course of one pass. */
export interface EcsDraft {
  readonly binding: EcsBinding;
  readonly name: string;
  readonly previous: WorkloadFacet | undefined;
  readonly conditions: ConditionDrafts;
  readonly mayAct: boolean;
  /** Ids of access points that are, or once were, this binding's: a volume that names one is ours. */
  readonly ourIds: ReadonlySet<string>;
  /** The access point that the volume should name; null = not made yet. */
  readonly wantedId: string | null;
  readonly fileSystemId: string | undefined;
  /** The name that Mooring gives its volume. */
  readonly volume: string;
  /** Names of volumes of the base that are this binding's. */
  readonly present: readonly string[];
  admissible: boolean;
  /** What the next revision is to have; null = leave whatever is there. */
  edit: RevisionEdit | null;
  echo: string | null;
  verified: boolean;
  drifted: boolean;
  release: boolean;
}

/** Everything that the parts of one pass over a service or family share. */
export interface EcsPass {
  readonly input: EcsPlanInput;
  /** For people. */
  readonly name: string;
  /** Null = a family, not there, or not read. */
  readonly service: ObservedService | null;
  /** Null = not there, or not read. */
  readonly base: ObservedTaskDefinition | null;
  readonly drafts: EcsDraft[];
  readonly endings: Endings;
  readonly memory: EcsMemory;
  /** What must be read before this pass can decide. */
  readonly needs: Set<"candidates" | "tasks">;
}

export function beginEcsPass(input: EcsPlanInput): EcsPass {
  const { service, base } = input.observed;
  const key = ({ metadata }: BindingRecord) => `${metadata.creationTimestamp} ${metadata.uid}`;
  const ordered = input.bindings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const found = service?.known && service.value !== "noCluster" ? service.value : null;
  const revision = base.known ? base.value : null;
  return {
    input,
    name: targetName(input.target),
    service: found?.status === "INACTIVE" ? null : found,
    base: revision,
    drafts: ordered.map((binding) => draftOf(input, binding, revision)),
    endings: new Endings(),
    memory: structuredClone(input.memory),
    needs: new Set(),
  };
}

function draftOf(input: EcsPlanInput, binding: EcsBinding, base: ObservedTaskDefinition | null): EcsDraft {
  const { accessPoint: facet, workload: previous } = binding.facets;
  const wantedId = facet?.handover ?? facet?.accessPoint?.id ?? null;
  const ids = [
    wantedId,
    facet?.accessPoint?.id,
    facet?.predecessor?.id,
    facet?.successor?.accessPoint?.id,
    previous?.echo,
    ...(facet?.former ?? []),
    ...(facet?.retiring ?? []).map(({ accessPointId }) => accessPointId),
  ];
  const leaving = binding.metadata.deletionTimestamp !== undefined;
  const observesOnly = binding.spec.driftPolicy === "Observe" && !leaving;
  const ourIds = new Set(ids.filter((one): one is string => typeof one === "string"));
  const volume = volumeName(binding.metadata.uid);
  const fileSystemId = input.fileSystemIds.get(binding.metadata.uid);
  return {
    binding,
    name: nameOf(binding),
    previous,
    conditions: new ConditionDrafts(),
    mayAct: !input.settings.readOnly && !binding.spec.suspend && !observesOnly,
    ourIds,
    wantedId,
    fileSystemId,
    volume,
    present: base === null ? [] : ownVolumes(base, { ourIds, volume, fileSystemId }),
    admissible: false,
    edit: null,
    echo: null,
    verified: false,
    drifted: false,
    release: false,
  };
}

/**
 * Names of volumes that are one binding's: they name an access point of it, whoever called them what; or they have
 * our name and lost the access point on the way.
 */
export function ownVolumes(
  { volumes }: ObservedTaskDefinition,
  { ourIds, volume, fileSystemId }: Pick<EcsDraft, "ourIds" | "volume" | "fileSystemId">,
): string[] {
  const own = volumes.filter(({ name, efs }) => {
    if (efs === null) return false;
    if (efs.accessPointId !== null) return ourIds.has(efs.accessPointId);
    return name === volume && efs.fileSystemId === fileSystemId;
  });
  // Ours first, so that what is added goes to the volume that we have named.
  return own.map(({ name }) => name).sort((a, b) => Number(b === volume) - Number(a === volume));
}

export function isLeaving({ binding }: EcsDraft): boolean {
  return binding.metadata.deletionTimestamp !== undefined;
}

/** It was in order for this very spec at the last look. */
export function wasMounted({ previous, binding }: EcsDraft): boolean {
  const was = previous?.conditions.find(({ type }) => type === "MountConfigured");
  return previous?.observedGeneration === binding.metadata.generation && was?.status === "True";
}

/** The access point, ours or not, that a revision mounts where the spec wants its first mount. */
export function mountedAt({ volumes, containers }: ObservedTaskDefinition, { binding }: EcsDraft): string | null {
  const first = binding.spec.workload.ecs.mounts[0];
  const point = containers
    .find(({ name }) => name === first?.container)
    ?.mountPoints.find(({ containerPath }) => containerPath === first?.containerPath);
  return volumes.find(({ name }) => name === point?.sourceVolume)?.efs?.accessPointId ?? null;
}

/** Ids of access points of one binding that a revision names. */
export function idsIn(revision: ObservedTaskDefinition | null, { ourIds }: EcsDraft): string[] {
  return (revision?.volumes ?? []).flatMap(({ efs }) =>
    efs?.accessPointId && ourIds.has(efs.accessPointId) ? [efs.accessPointId] : [],
  );
}

export function say(
  draft: Pick<EcsDraft, "conditions">,
  status: "True" | "False" | "Unknown",
  reason: string,
  message: string,
): void {
  draft.conditions.set("MountConfigured", status, reason, message);
}
