import type { ObservedFunction } from "../model/observations.ts";
import { ANNOTATIONS, MOUNT_FINALIZER } from "../model/records.ts";
import { believeAbsent } from "./absence.ts";
import { reasonOf } from "./lambda-checks.ts";
import { type LambdaPass, type MountDraft, mountCondition, slotOf } from "./lambda-pass.ts";
import { due, isMoving } from "./plan-mount.ts";

/**
 * A deleted binding: takes its mount out of the function, and only its own, then releases the
 * finalizer once a fresh read proves that it is out. `Retain` leaves the mount.
 */
export function planUnmount(pass: LambdaPass, draft: MountDraft): void {
  if (!draft.binding.metadata.finalizers.includes(MOUNT_FINALIZER)) return keepSaying(draft);
  if (draft.binding.spec.deletionPolicy === "Retain") {
    draft.release = true;
    return mountCondition(draft, "False", "Retained", "The mount stays as it is: deletionPolicy is Retain.");
  }
  if (draft.binding.spec.suspend) {
    return mountCondition(
      draft,
      "False",
      "Suspended",
      "The deletion waits while spec.suspend is true: set it to false.",
    );
  }
  const forced = draft.binding.metadata.annotations[ANNOTATIONS.forceRelease] === draft.binding.metadata.uid;
  if (isProvenUnmounted(pass, draft)) {
    if (!isConfirmed(pass, draft)) return awaitConfirmation(draft);
    draft.release = true;
    return mountCondition(draft, "False", "Unmounted", "The function does not mount this binding's access point.");
  }
  if (forced) {
    draft.release = true;
    return mountCondition(
      draft,
      "False",
      "ForceReleased",
      `The unmount could not be proven and was waived by ${ANNOTATIONS.forceRelease}: mount, access point and statements stay as with deletionPolicy Retain.`,
    );
  }
  if (pass.latest) unmount(pass, draft, pass.latest);
}

function keepSaying(draft: MountDraft): void {
  const said = draft.previous?.conditions.find(({ type }) => type === "MountConfigured");
  mountCondition(
    draft,
    "False",
    said?.reason ?? "Unmounted",
    said?.message ?? "The function does not mount this binding's access point.",
  );
}

function isProvenUnmounted(pass: LambdaPass, draft: MountDraft): boolean {
  const { latest } = pass.input.observed;
  if (!latest.known) return false;
  if (latest.value === null) return isFunctionGone(pass);
  const slot = slotOf(latest.value);
  const isOut = slot === null || !draft.ourIds.has(slot.id);
  const isAtRest = latest.value.lastUpdateStatus !== "InProgress" && latest.value.state !== "Pending";
  // After a failed update the previous configuration serves, and that may have been our mount.
  const mayStillServe =
    latest.value.lastUpdateStatus === "Failed" && draft.previous?.echo !== null && draft.previous !== undefined;
  return isOut && isAtRest && !mayStillServe;
}

/**
 * A mount that was there at the last look and is gone without an update of ours is believed to be
 * gone after two reads: the first may be older than the mount itself.
 */
function isConfirmed(pass: LambdaPass, draft: MountDraft): boolean {
  const { observed, settings, memory } = pass.input;
  const wasMounted = (draft.previous?.echo ?? null) !== null;
  if (!wasMounted || memory.ownUpdatePending || pass.latest === null) return true;
  const { uid } = draft.binding.metadata;
  const absence = believeAbsent(memory.unmountedSinceMs?.[uid], observed.latest.readAtMs, settings.absenceGapMs);
  pass.memory.unmountedSinceMs = { ...pass.memory.unmountedSinceMs, [uid]: absence.sinceMs };
  if (!absence.believed)
    pass.endings.wait(absence.waitMs, `a second read must confirm that ${draft.name} is unmounted`);
  return absence.believed;
}

function awaitConfirmation(draft: MountDraft): void {
  // Remembered, or the next look would not know that there was a mount to be confirmed as gone.
  draft.echo = draft.previous?.echo ?? null;
  const message = "The function does not mount this binding's access point any more; a second read must confirm that.";
  mountCondition(draft, "False", "WaitingForUnmount", message);
}

/** "No such function" is believed after two reads. */
export function isFunctionGone(pass: LambdaPass): boolean {
  const { observed, settings, memory } = pass.input;
  const absence = believeAbsent(memory.absentSinceMs ?? undefined, observed.latest.readAtMs, settings.absenceGapMs);
  pass.memory.absentSinceMs = absence.sinceMs;
  if (!absence.believed) pass.endings.wait(absence.waitMs, "a second read must confirm that the function is gone");
  return absence.believed;
}

function unmount(pass: LambdaPass, draft: MountDraft, latest: ObservedFunction): void {
  const slot = slotOf(latest);
  if (slot && draft.ourIds.has(slot.id)) return due(pass, draft, latest, [], `${draft.name} was deleted`);
  // Remembered, or the next look would take the empty slot for proof.
  draft.echo = draft.previous?.echo ?? null;
  if (isMoving(pass, draft, latest)) return;
  mountCondition(
    draft,
    "False",
    "UnmountFailed",
    `The update that took the mount out failed (${reasonOf(latest)}), so the previous configuration still serves: repair its cause and update the function once.`,
  );
  pass.endings.stall(`the last update of ${latest.functionName} failed`);
}
