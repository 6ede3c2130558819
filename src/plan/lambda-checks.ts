import type { ObservedFunction, ObservedMountTarget } from "../model/observations.ts";
import { adoptionOf, mayAdopt } from "../model/adoption.ts";
import { ANNOTATIONS } from "../model/records.ts";
import { sayMismatch } from "./plan-adoption.ts";
import { unread } from "./condition-drafts.ts";
import { type LambdaPass, type MountDraft, mountCondition, slotOf } from "./lambda-pass.ts";

const MOUNT_TARGET_POLL_MS = 15_000;

/**
 * True if the function could mount the binding's file system. Otherwise the condition says why not
 * and what to do. Only facts that a read showed refuse; what cannot be seen from here (routes,
 * security groups, zones of subnets without a mount target) is left to AWS's own check.
 */
export function passesChecks(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): boolean {
  const refusal = refuseFunction(draft, latest) ?? refuseSlot(draft, latest);
  if (refusal) {
    mountCondition(draft, "False", refusal.reason, refusal.message);
    pass.endings.stall(`${draft.name}: ${refusal.reason}`);
    return false;
  }
  return hasMountTargets(pass, draft, latest);
}

interface Refusal {
  reason: string;
  message: string;
}

function refuseFunction(draft: MountDraft, latest: ObservedFunction): Refusal | null {
  const name = latest.functionName;
  if (latest.state === "Failed") {
    return {
      reason: "FunctionFailed",
      message: `Function ${name} is in state Failed (${reasonOf(latest)}): delete and create it anew, or repair its cause.`,
    };
  }
  if (latest.vpcId === null) {
    return {
      reason: "NoVpc",
      message: `Function ${name} has no VPC configuration, without which Lambda mounts no file system: give it subnets and a security group in the VPC of the file system's mount targets.`,
    };
  }
  if (latest.snapStart) {
    return {
      reason: "SnapStart",
      message: `Function ${name} has SnapStart on, which excludes file systems: turn SnapStart off.`,
    };
  }
  const isNewcomer = draft.previous?.echo === undefined || draft.previous.echo === null;
  const slot = slotOf(latest);
  if (isNewcomer && latest.lastUpdateStatus === "Failed" && !(slot && draft.ourIds.has(slot.id))) {
    return {
      reason: "LastUpdateFailed",
      message: `The last update of function ${name} failed (${reasonOf(latest)}), so another cannot be judged: repair its cause and update it once.`,
    };
  }
  return null;
}

/** Lambda has one slot; what somebody else put there is never overwritten. */
function refuseSlot(draft: MountDraft, latest: ObservedFunction): Refusal | null {
  const slot = slotOf(latest);
  if (!slot) return null;
  if (isToAdopt(draft, slot.id)) return refuseOtherPath(draft, latest, slot);
  if (draft.ourIds.has(slot.id) || slot.arn === draft.wanted?.arn) return null;
  const asked = adoptionOf(draft.binding);
  if (asked?.mount && asked.accessPointId !== null && draft.wanted === null)
    return refuseOtherMount(draft, latest, slot, asked.accessPointId);
  const message = `Function ${latest.functionName} mounts ${slot.arn} at ${slot.localMountPath}, which is not this binding's, and a function has room for one mount: let the binding take it over (annotation ${ANNOTATIONS.adopt}: mount), take that mount out, or delete this binding.`;
  return { reason: "MountOccupied", message };
}

/**
 * True if the annotation asks for this mount and it was not verified before: from then on another path is drift, or a
 * change of the spec, and another access point in the slot is not ours, however it got there.
 */
function isToAdopt({ binding, previous, wanted }: MountDraft, accessPointId: string): boolean {
  if (previous?.echo === accessPointId || (wanted !== null && wanted.id !== accessPointId)) return false;
  return mayAdopt(adoptionOf(binding), accessPointId);
}

/** What is adopted must be in place already: a mount is never moved under running code by its adoption. */
function refuseOtherPath(draft: MountDraft, latest: ObservedFunction, slot: Slot): Refusal | null {
  const { localMountPath } = draft.binding.spec.workload.lambda;
  if (slot.localMountPath === localMountPath) return null;
  return mismatch(
    draft,
    `The spec asks for ${localMountPath}; ${said(latest, slot)}. Make the spec say where the mount is`,
  );
}

function refuseOtherMount(draft: MountDraft, latest: ObservedFunction, slot: Slot, asked: string): Refusal {
  const { localMountPath } = draft.binding.spec.workload.lambda;
  const sides = `The annotation asks for the mount of ${asked} at ${localMountPath}; ${said(latest, slot)}`;
  return mismatch(draft, `${sides}. Make the annotation name what is there`);
}

interface Slot {
  arn: string;
  localMountPath: string;
}

function said({ functionName }: ObservedFunction, { arn, localMountPath }: Slot): string {
  return `function ${functionName} mounts ${arn} at ${localMountPath}`;
}

function mismatch(draft: MountDraft, sides: string): Refusal {
  sayMismatch(draft.conditions, "MountConfigured", sides);
  const { reason, message } = draft.conditions.get("MountConfigured")!;
  return { reason, message };
}

export function reasonOf(latest: ObservedFunction): string {
  const parts = [latest.lastUpdateStatusReasonCode, latest.lastUpdateStatusReason].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(": ") : "AWS gives no reason";
}

function hasMountTargets(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): boolean {
  const fileSystemId = pass.input.fileSystemIds.get(draft.binding.metadata.uid);
  if (fileSystemId === undefined) {
    mountCondition(
      draft,
      "False",
      "FileSystemUnknown",
      `There is no FileSystem named "${draft.binding.spec.fileSystemRef.name}": create it, or correct spec.fileSystemRef.`,
    );
    return false;
  }
  const reading = pass.input.observed.mountTargets.get(fileSystemId);
  // Not yet read by the file system's side; Lambda itself has checked those of a mount that is in place.
  if (!reading && isInPlace(draft, latest)) return true;
  if (!reading) {
    mountCondition(draft, "Unknown", "CouldNotRead", `The mount targets of ${fileSystemId} have not been read.`);
    // Long enough to end the run: once the file system's side has read them, it wakes this key.
    pass.endings.wait(MOUNT_TARGET_POLL_MS, `the mount targets of ${fileSystemId} have not been read`);
    return false;
  }
  if (!reading.known) {
    draft.conditions.put(
      "MountConfigured",
      unread(`the mount targets of ${fileSystemId}`, reading.why, "elasticfilesystem:DescribeMountTargets"),
    );
    if (reading.why.transient)
      pass.endings.wait(pass.input.settings.backoffBaseMs, `the mount targets of ${fileSystemId} could not be read`);
    else pass.endings.stall(`the mount targets of ${fileSystemId} could not be read: ${reading.why.code}`);
    return false;
  }
  return areMountTargetsUsable(pass, draft, latest, fileSystemId, reading.value);
}

/** True if the function names the access point that it is to name. */
function isInPlace(draft: MountDraft, latest: ObservedFunction): boolean {
  return slotOf(latest)?.id === draft.wanted?.id && draft.wanted !== null;
}

function areMountTargetsUsable(
  pass: LambdaPass,
  draft: MountDraft,
  latest: ObservedFunction,
  fileSystemId: string,
  targets: readonly ObservedMountTarget[],
): boolean {
  const refuse = (reason: string, message: string) => {
    mountCondition(draft, "False", reason, message);
    pass.endings.stall(`${draft.name}: ${reason}`);
    return false;
  };
  if (targets.length === 0)
    return refuse(
      "NoMountTargets",
      `File system ${fileSystemId} has no mount targets: create one in every availability zone of the function's subnets (Mooring never makes mount targets).`,
    );
  const inVpc = targets.filter(({ vpcId }) => vpcId === latest.vpcId);
  if (inVpc.length === 0) {
    const vpcs = [...new Set(targets.map(({ vpcId }) => vpcId))].sort().join(", ");
    return refuse(
      "OtherVpc",
      `Function ${latest.functionName} is in VPC ${latest.vpcId}, the mount targets of ${fileSystemId} are in ${vpcs}: move the function, or bind it to a file system of its own VPC.`,
    );
  }
  const needed = inVpc.filter(({ subnetId }) => latest.subnetIds.includes(subnetId));
  const pending = (needed.length > 0 ? needed : inVpc).filter(({ lifeCycleState }) => lifeCycleState !== "available");
  if (pending.length === 0) return true;
  const states = pending
    .map(({ mountTargetId, lifeCycleState }) => `${mountTargetId} is ${lifeCycleState}`)
    .sort()
    .join(", ");
  mountCondition(
    draft,
    "False",
    "MountTargetNotAvailable",
    `Lambda needs an available mount target in every zone of the function: ${states}.`,
  );
  pass.endings.wait(MOUNT_TARGET_POLL_MS, states);
  return false;
}
