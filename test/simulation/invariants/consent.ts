import { TAGS } from "../../../src/model/records.ts";
import type { BindingRecord } from "../../../src/model/records.ts";
import { namesConfirmation, ourAccessPoints, tagOf } from "./access-points.ts";
import { committedBy } from "../commits.ts";
import { isMutation } from "../levers.ts";
import type { Truth } from "../truth.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

/** True if some access point of this installation was made at a slot that the log has not reached. */
async function isOlderThanItsWork(truth: Truth): Promise<boolean> {
  const head = (await truth.view())?.head ?? Infinity;
  return ourAccessPoints(truth).some((one) => Number(tagOf(one, TAGS.slot)) > head);
}

export const restoredStoreHeld: Invariant = {
  name: "restored-store-held",
  why: "A log that is older than what it made knows nothing of what came after; until somebody confirms, nothing is changed.",
  watch: (truth, check) => {
    let restoredAtMs = Infinity;
    let isHeld = false;
    return {
      storeRestored() {
        restoredAtMs = truth.nowMs;
        isHeld = false;
        void isOlderThanItsWork(truth).then((isOlder) => (isHeld = isOlder));
      },
      afterStore(call, answer) {
        if (isHeld && committedBy(call, answer).some(namesConfirmation)) isHeld = false;
      },
      beforeCall(call) {
        // What was sent before the restoration is on its way all the same.
        if (!isHeld || !isMutation(call) || call.service !== "efs" || call.process.startedAtMs < restoredAtMs) return;
        check(false, () => `${told(call)} on the word of a store that was put back, which nobody has confirmed`);
      },
    };
  },
};

/** For so long a run may go on with the spec that it began with. */
const RUN_MS = 20_000;

export const leftAlone: Invariant = {
  name: "left-alone",
  why: "Who suspends a binding, or only wants to watch, has said that nothing is to be done to it.",
  watch: (truth, check) => {
    /** Since when nothing may be done for a binding, by its name. */
    const sinceMs = new Map<string, number>();
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer)) {
          if (change.type !== "put" || change.record.kind !== "Binding") continue;
          const { metadata, spec } = change.record;
          const name = `${metadata.namespace}/${metadata.name}`;
          const isOff = spec.suspend || (spec.driftPolicy === "Observe" && metadata.deletionTimestamp === undefined);
          if (!isOff) sinceMs.delete(name);
          else if (!sinceMs.has(name)) sinceMs.set(name, truth.nowMs);
        }
      },
      storeRestored: () => sinceMs.clear(),
      leaving(call) {
        const intent = isMutation(call) ? truth.intentFor(call) : null;
        // One policy and one revision serve all of their bindings.
        if (
          intent === null ||
          !/^(Create|Delete|Update|Tag)/.test(call.operation) ||
          call.operation === "UpdateService"
        )
          return;
        const isOff = (name: string) => intent.beganAtMs - (sinceMs.get(name) ?? Infinity) > RUN_MS;
        const isLate = truth.nowMs - call.process.disturbedAtMs < RUN_MS * 3;
        check(
          intent.bindings.length === 0 || isLate || !intent.bindings.every(isOff),
          () => `${told(call)} for ${intent.bindings.join(", ")}, of which nobody wants anything done`,
        );
      },
    };
  },
};

export const leaseCovers: Invariant = {
  name: "lease-covers",
  why: "AWS knows no fence: a call may begin only if its deadline ends before the lease does.",
  watch: (truth, check) => {
    const { settings } = truth.simulation;
    return {
      leaving(call) {
        const intent = isMutation(call) && call.attempt === 1 ? truth.intentFor(call) : null;
        if (intent === null || intent.lease === null || call.process.aheadMs !== 0) return;
        // What was decided before a pause may be written down right after it; nothing else may.
        if (intent.beganAtMs - call.process.disturbedAtMs < WRITE_MS) return;
        // The clock is right now; when the lease was taken it may have been ahead, and everybody else goes by what it wrote.
        const leftMs = intent.lease.writtenExpiryMs - intent.beganAtMs;
        check(leftMs >= settings.callDeadlineMs - WRITE_MS, () => `${told(call)} with ${leftMs} ms left of its lease`);
      },
    };
  },
};

/** From the look at the clock to the write of the intent, ms: with a slow store, several of its answers. */
const WRITE_MS = 800;

export const createdAsAsked: Invariant = {
  name: "created-as-asked",
  why: "An access point without its owner, its log slot or the fields of its spec cannot be told from somebody else's.",
  watch: (truth, check) => ({
    async beforeCall(call) {
      if (call.operation !== "CreateAccessPoint") return;
      const tags = new Map(
        (call.input["Tags"] as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]),
      );
      const slot = Number(tags.get(TAGS.slot));
      const uid = tags.get(TAGS.binding) ?? "";
      const view = await truth.view();
      if (view === null || truth.isRestored) return;
      check(tags.get(TAGS.installation) === truth.simulation.settings.installation, () => `${told(call)} is nobody's`);
      check(slot > 0 && slot <= view.head, () => `${told(call)} bears slot ${slot} of a log that ends at ${view.head}`);
      const binding = view.bindingByUid(uid);
      check(binding !== undefined || truth.deletionAsked.has(uid), () => `${told(call)} is of no binding`);
      if (binding !== undefined && isUnchanged(truth, binding)) {
        const { Path } = call.input["RootDirectory"] as { Path: string };
        check(
          Path === binding.spec.rootDirectory.path,
          () => `${told(call)} is not ${binding.spec.rootDirectory.path}`,
        );
      }
    },
  }),
};

function isUnchanged(truth: Truth, { changedBy }: BindingRecord): boolean {
  return truth.nowMs - changedBy.atMs > RUN_MS * 3;
}

export const ownUpdatesWait: Invariant = {
  name: "own-updates-wait",
  why: "While an update of a function is under way another one is refused, and two of them hide each other's outcome.",
  watch: (truth, check) => ({
    beforeCall(call) {
      if (call.operation !== "UpdateFunctionConfiguration" || call.attempt > 1) return;
      const found = truth.world.service("lambda").function(String(call.input["FunctionName"]))?.latest;
      if (found === undefined || found.revisionId !== call.input["RevisionId"]) return;
      // Who sends this revision has read the function since, and seen that it is not done.
      const isMoving = found.lastUpdateStatus === "InProgress" || found.state === "Pending";
      check(!isMoving, () => `${told(call)} while an update of it is in progress`);
    },
  }),
};
