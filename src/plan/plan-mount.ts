import type { UpdateFunctionMountAction } from "../model/actions.ts";
import { functionArn } from "../model/keys.ts";
import type { ObservedFunction } from "../model/observations.ts";
import { passesChecks, reasonOf } from "./lambda-checks.ts";
import { type LambdaPass, type MountDraft, mountCondition, slotOf } from "./lambda-pass.ts";

/** How soon a function in transition is looked at again, ms. */
const TRANSITION_POLL_MS = 200;

/** Decides what becomes of the mount of one binding that is to stay. First rule that holds wins. */
export function planMount(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): void {
  draft.admissible = passesChecks(pass, draft, latest);
  if (!draft.admissible) return noteLoss(draft, latest);
  const slot = slotOf(latest);
  const { localMountPath } = draft.binding.spec.workload.lambda;
  if (draft.wanted && slot?.id === draft.wanted.id && slot.localMountPath === localMountPath)
    return verify(pass, draft, latest);
  if (!draft.wanted) return awaitAccessPoint(draft);
  draft.drifted = wasMounted(draft) && draft.previous!.echo === draft.wanted.id;
  const repoints = slot !== null;
  if (!repoints && !isPolicyUsable(pass, draft)) return;
  due(pass, draft, latest, [{ arn: draft.wanted.arn, localMountPath }], whyMount(draft, slot));
}

function whyMount(draft: MountDraft, slot: ReturnType<typeof slotOf>): string {
  if (slot === null)
    return draft.drifted ? `The mount of ${draft.name} was taken out by others` : `${draft.name} is to be mounted`;
  if (slot.id !== draft.wanted!.id)
    return `The function names access point ${slot.id} of ${draft.name}, which is not the one in force`;
  return `The function mounts ${draft.name} at ${slot.localMountPath} instead of ${draft.binding.spec.workload.lambda.localMountPath}`;
}

/** It was in order for this very spec at the last look. */
function wasMounted({ previous, binding }: MountDraft): boolean {
  const was = previous?.conditions.find(({ type }) => type === "MountConfigured");
  return previous?.observedGeneration === binding.metadata.generation && was?.status === "True";
}

/** A mount that worked and cannot be put back because others stand in the way is drift as well. */
function noteLoss(draft: MountDraft, latest: ObservedFunction): void {
  const slot = slotOf(latest);
  draft.drifted = wasMounted(draft) && slot?.id !== draft.previous!.echo;
}

function awaitAccessPoint(draft: MountDraft): void {
  const said = draft.binding.facets.accessPoint?.conditions.find(({ type }) => type === "AccessPointReady");
  mountCondition(
    draft,
    "False",
    "WaitingForAccessPoint",
    `The function is ready to mount; the access point is not there yet${said && said.status !== "True" ? `: ${said.message}` : "."}`,
  );
}

/** The right access point at the right path; whether Lambda has really taken it on is another matter. */
function verify(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): void {
  if (isMoving(pass, draft, latest)) return;
  if (latest.lastUpdateStatus === "Failed") {
    mountCondition(
      draft,
      "False",
      "UpdateFailed",
      `Lambda could not take the mount on (${reasonOf(latest)}); the previous configuration serves. Check routes and security groups for port 2049, and the function's role.`,
    );
    pass.endings.stall(`the last update of ${latest.functionName} failed`);
    return;
  }
  draft.echo = draft.wanted!.id;
  draft.verified = true;
  mountCondition(
    draft,
    "True",
    "Mounted",
    `Function ${latest.functionName} mounts access point ${draft.wanted!.id} at ${draft.binding.spec.workload.lambda.localMountPath}.`,
  );
}

function isPolicyUsable(pass: LambdaPass, draft: MountDraft): boolean {
  const usableAtMs = draft.binding.facets.accessPoint?.policyUsableAtMs ?? null;
  if (usableAtMs === null) {
    mountCondition(
      draft,
      "False",
      "WaitingForPolicy",
      "The mount waits until the file system policy admits it (see PolicyReady).",
    );
    return false;
  }
  if (usableAtMs <= pass.input.nowMs) return true;
  mountCondition(
    draft,
    "False",
    "WaitingForPolicy",
    `The policy admits the mount; it is relied upon from ${new Date(usableAtMs).toISOString()}.`,
  );
  pass.endings.wait(usableAtMs - pass.input.nowMs, "the policy must work everywhere before it is relied upon");
  return false;
}

/** While the function is in transition every update would be refused. */
export function isMoving(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): boolean {
  const pending = latest.state === "Pending";
  if (!pending && latest.lastUpdateStatus !== "InProgress") return false;
  const what = pending ? "being created" : "being updated";
  mountCondition(
    draft,
    "False",
    "InTransition",
    `Function ${latest.functionName} is ${what}; its mount is looked at again once that is over.`,
  );
  pass.endings.wait(TRANSITION_POLL_MS, `function ${latest.functionName} is ${what}`);
  return true;
}

/** Others deploy too: their update comes to rest, and `settle` passes, before ours. */
function isSettling(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): boolean {
  const { nowMs, settings, lastForeignEventAtMs } = pass.input;
  const since = Math.max(pass.memory.foreignUpdateAtMs ?? 0, lastForeignEventAtMs ?? 0);
  const restMs = since + settings.settleMs - nowMs;
  if (since === 0 || restMs <= 0) return false;
  mountCondition(
    draft,
    "False",
    "Settling",
    `Somebody else has just updated function ${latest.functionName}; Mooring lets that settle before it changes the mount.`,
  );
  pass.endings.wait(restMs, `somebody else has just updated ${latest.functionName}`);
  return true;
}

/** Makes one update due, unless the function is in transition, somebody deploys, or it is not permitted. */
export function due(
  pass: LambdaPass,
  draft: MountDraft,
  latest: ObservedFunction,
  fileSystemConfigs: UpdateFunctionMountAction["fileSystemConfigs"],
  why: string,
): void {
  if (isMoving(pass, draft, latest)) return;
  if (draft.mayAct && isSettling(pass, draft, latest)) return;
  draft.action = {
    type: "UpdateFunctionConfiguration",
    target: functionArn({ account: pass.input.account, region: pass.input.region, functionName: latest.functionName }),
    why,
    bindings: [draft.name],
    before: { fileSystemConfigs: latest.fileSystemConfigs },
    after: { fileSystemConfigs },
    // An unmount is only ever ordered by a deletionTimestamp, which does not count for the blast radius.
    removes: 0,
    functionName: latest.functionName,
    revisionId: latest.revisionId,
    fileSystemConfigs,
  };
  if (draft.mayAct) return mountCondition(draft, "False", "Updating", `${why}; the function is being updated.`);
  const because = pass.input.settings.readOnly
    ? "Mooring runs with --read-only"
    : draft.binding.spec.suspend
      ? "spec.suspend is true"
      : "driftPolicy is Observe";
  mountCondition(draft, "False", "NotPermitted", `${why}; nothing is changed as ${because}.`);
}
