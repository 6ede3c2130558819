import type { Condition } from "./conditions.ts";
import type { ObservedMountTarget, ReadFailure } from "./observations.ts";

/**
 * A facet is the part of a record's status that one reconciler alone writes.
 * `fence` is the fence of the key's lease under which it was written: a lower one is refused.
 */
interface Facet {
  /** Reconcile key of the writer. */
  key: string;
  fence: number;
  /** metadata.generation of the record that this facet answers. */
  observedGeneration: number;
  conditions: Condition[];
}

/** Written by the workload's reconciler (Lambda now). */
export interface WorkloadFacet extends Facet {
  /** Roles of every version that still serves. Sorted. Empty while the function was never read. */
  roleArns: string[];
  /** Access point id that `$LATEST` mounts at our path, ours or not; null = none. */
  mounted: string | null;
  /** Access point ids that $LATEST or any published version names. Sorted. */
  served: string[];
  /** Access point id verified everywhere by a read after the write; null = not (yet). */
  echo: string | null;
  /** RevisionId at the last verified read; equal = unchanged, which saves a read in a sweep. */
  revisionId: string | null;
  /**
   * Who names an access point of the binding that is on its way out, by its id: "thumbnailer:3", "task definition
   * web:12". Sorted; absent = nobody, or not looked at.
   */
  namedBy?: Record<string, string[]>;
  /** True if the newcomer's checks (exists, VPC, SnapStart, slot free) passed for observedGeneration. */
  admissible: boolean;
}

export interface RetiringAccessPoint {
  accessPointId: string;
  /** ms since the epoch; recorded before the first act of retirement. */
  retiredAtMs: number;
  why: "BindingDeleted" | "Replaced";
  /**
   * ms since the epoch from which the policy does not admit it any more, set once a complete read begun after
   * its retirement shows that nothing names it; absent = still admitted.
   */
  withdrawnAtMs?: number;
}

/** The access point that is to take over, from the moment at which its token generation is durable. */
export interface SucceedingAccessPoint {
  /** Null while it is being made. */
  accessPoint: { id: string; arn: string } | null;
  /** ms since the epoch from which the policy may be relied on to admit it; null = not yet. */
  usableAtMs: number | null;
}

/** Written by the file-system reconciler, on a Binding. */
export interface AccessPointFacet extends Facet {
  /** The one that serves: in a replacement the old one until its successor may be relied on, then the new one. */
  accessPoint: { id: string; arn: string } | null;
  /** What `accessPoint` serves, as one readable line; so that it is known also when it vanishes. */
  serves?: string;
  /** Being made and admitted; nothing mounts it yet. */
  successor?: SucceedingAccessPoint;
  /** Served until `accessPoint` took over; stays admitted, and is retired once the workload's echo is the new one. */
  predecessor?: { id: string; arn: string };
  /** Replacement generation: part of the client token; bumped durably before an access point is made anew. */
  tokenGeneration: number;
  /** ms since the epoch from which the policy may be relied on; null = the policy does not admit it yet. */
  policyUsableAtMs: number | null;
  /** Which access point the workload must name; equals accessPoint.id outside replacement. */
  handover: string | null;
  retiring: RetiringAccessPoint[];
  /** Ids of access points of this binding that others deleted; a mount that still names one is ours. The newest 5, oldest first. */
  former?: string[];
  /**
   * What access points were asked for, as `serves` tells it, noted before each create: what bears a client token of this
   * binding's and is none of these was made by somebody who knew the token. The newest 5, oldest first.
   */
  asked?: string[];
}

export interface BindingFacets {
  workload?: WorkloadFacet;
  accessPoint?: AccessPointFacet;
}

/** What a retained binding leaves behind: still listed in its roles' Denies. */
export interface RetainedAccessPoint {
  accessPointId: string;
  accessPointArn: string;
  bindingUid: string;
  /** `<namespace>/<name>`. */
  bindingName: string;
  roleArns: string[];
  access: "ReadOnly" | "ReadWrite" | "ReadWriteRoot";
}

/** Written by the file-system reconciler, on the FileSystem itself. */
/** What proves, after a Binding is gone, that an access point was made for it. */
export interface ReleasedBinding {
  bindingUid: string;
  /** `<namespace>/<name>`, for people. */
  bindingName: string;
  /** The last generation of client tokens that it had. */
  tokenGeneration: number;
  /** As in its AccessPointFacet. */
  asked?: string[];
  /** Head of the log when it went: no create of its was intended later. */
  slot: number;
  /** ms. */
  atMs: number;
}

export interface FileSystemFacet extends Facet {
  /**
   * Characters of the policy document in force, and its statements. `free`: what newcomers may still fill, the
   * reserve for one replacement left out; absent where Mooring writes no policy.
   */
  policy: { characters: number; ours: number; foreign: number; free?: number } | null;
  retained: RetainedAccessPoint[];
  /** Bindings that were deleted in the last day, oldest first; absent = none. */
  released?: ReleasedBinding[];
  /**
   * For the workloads' reconcilers, so that a file system's mount targets are read once and not for each
   * function. Sorted by id. What could be read once stays when a later read fails; AWS checks each mount anyway.
   */
  mountTargets: { known: true; value: ObservedMountTarget[] } | { known: false; why: ReadFailure };
  /**
   * Slot that the log never reached although an access point was made at it: the store was restored, and
   * writes stop until that is confirmed. Kept here, as the log soon grows beyond the slot again.
   */
  restoredSlot?: number;
  /** Set by our first Put in mode Enforce: leaving Enforce is then a matter of `policy.release`. */
  enforcedSinceMs: number | null;
}

export interface FileSystemFacets {
  fileSystem?: FileSystemFacet;
}
