import { ANNOTATIONS, TAGS } from "../../../src/model/records.ts";
import type { AccessPointRecord } from "../../../src/simulator/services/efs/state.ts";
import type { AwsCall } from "../aws-port.ts";
import type { CommittedChange } from "../commits.ts";
import type { Outcome } from "../simulation.ts";
import type { Truth } from "../truth.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";
import { namesAccessPoint } from "./namers.ts";

function accessPointOf(truth: Truth, id: unknown): AccessPointRecord | undefined {
  return truth.world.service("efs").accessPoint(String(id));
}

export function tagOf({ tags }: AccessPointRecord, key: string): string | undefined {
  return tags.get(key);
}

/** All that this installation made and that are not going already. */
export function ourAccessPoints(truth: Truth): AccessPointRecord[] {
  const { installation } = truth.simulation.settings;
  return liveOf(truth).filter((one) => tagOf(one, TAGS.installation) === installation);
}

const TOUCHES = /^(TagResource|DeleteAccessPoint)$/;

export const onlyOurs: Invariant = {
  name: "only-ours",
  why: "What Mooring did not make is not Mooring's to tag or to delete.",
  watch: (truth, check) => ({
    beforeCall(call) {
      if (!TOUCHES.test(call.operation) || call.service !== "efs") return;
      const found = accessPointOf(truth, call.input["AccessPointId"] ?? call.input["ResourceId"]);
      const { installation } = truth.simulation.settings;
      check(
        found === undefined || tagOf(found, TAGS.installation) === installation,
        () => `${told(call)} touches an access point that this installation did not make`,
      );
    },
  }),
};

export const deletionHasReason: Invariant = {
  name: "deletion-has-reason",
  why: "Absence of a record is never an instruction: an access point goes for a deletion or a recorded retirement.",
  watch: (truth, check) => ({
    async beforeCall(call) {
      const found = deleted(truth, call);
      if (found === null) return;
      const view = await truth.view();
      const uid = tagOf(found, TAGS.binding) ?? "";
      const retiring = view?.bindingByUid(uid)?.facets.accessPoint?.retiring ?? [];
      const isRetired = retiring.some(({ accessPointId }) => accessPointId === found.id);
      check(
        isRetired || truth.deletionAsked.has(uid),
        () => `${told(call)}: nobody asked for the deletion of binding ${uid}, and no retirement is recorded`,
      );
    },
  }),
};

/** A read of who names what, and the run that relies on it, take no longer; nor is any read staler. */
const READ_MS = 25_000;

export const nothingInUseDeleted: Invariant = {
  name: "nothing-in-use-deleted",
  why: "An access point that a function, a deployment or a task still names is what somebody's files are reached by.",
  watch: (truth, check) => {
    return {
      beforeCall(call) {
        const found = deleted(truth, call);
        if (found === null) return;
        const who = namesAccessPoint(truth, found.id);
        const excused = who !== null && who.changedAtMs > truth.nowMs - READ_MS;
        check(who === null || excused, () => `${told(call)} while ${who?.name} names it`);
      },
    };
  },
};

/** What a DeleteAccessPoint of Mooring's is about to delete. */
function deleted(truth: Truth, call: AwsCall): AccessPointRecord | null {
  if (call.operation !== "DeleteAccessPoint") return null;
  const found = accessPointOf(truth, call.input["AccessPointId"]);
  return found === undefined || found.state === "deleting" ? null : found;
}

export const noTwins: Invariant = {
  name: "no-twins",
  why: "A lost answer or a stale list must not lead to a second access point: a failed read is never absence.",
  watch: (truth, check) => {
    const judge = async (call: AwsCall, made: AccessPointRecord): Promise<void> => {
      const uid = tagOf(made, TAGS.binding) ?? "";
      // One that a paused process made too late is retired: the next one may be made beside it.
      const retiring = (await truth.view())?.bindingByUid(uid)?.facets.accessPoint?.retiring ?? [];
      const isRetired = (one: AccessPointRecord): boolean =>
        tagOf(one, TAGS.retiredAt) !== undefined || retiring.some(({ accessPointId }) => accessPointId === one.id);
      const twin = liveOf(truth).find(
        (one) => one.id !== made.id && identity(one) === identity(made) && !isRetired(one),
      );
      // The late call itself is repaired by whoever looks next, as is seen once all is at rest.
      const isLate = truth.nowMs - call.process.disturbedAtMs < LATE_MS;
      check(
        twin === undefined || isLate,
        () => `${told(call)} makes ${made.id} beside ${twin?.id}, which is the same and lives`,
      );
    };
    return {
      afterCall(call: AwsCall, outcome: Outcome): void {
        if (call.operation !== "CreateAccessPoint" || !("output" in outcome)) return;
        const made = accessPointOf(truth, (outcome.output as { AccessPointId: string }).AccessPointId);
        // Past all microtasks of this step nothing is left of it.
        if (made !== undefined) void judge(call, made);
      },
    };
  },
};

/** For so long after a pause a call may be under way that was decided before it. */
const LATE_MS = 9_000;

function liveOf(truth: Truth): AccessPointRecord[] {
  const { accessPoints } = truth.world.service("efs").snapshot() as { accessPoints: AccessPointRecord[] };
  return accessPoints.map(({ id }) => accessPointOf(truth, id)!).filter(({ state }) => state !== "deleting");
}

function identity(one: AccessPointRecord): string {
  return JSON.stringify([tagOf(one, TAGS.binding), one.path, one.posixUser, one.creationInfo]);
}

/** A commit that says that the store was put back on purpose. */
export function namesConfirmation(change: CommittedChange): boolean {
  return change.type === "put" && change.record.metadata.annotations[ANNOTATIONS.confirmRestore] !== undefined;
}
