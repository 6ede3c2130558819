import { MOUNT_FINALIZER, TAGS } from "../../../src/model/records.ts";
import type { AwsCall } from "../aws-port.ts";
import { committedBy } from "../commits.ts";
import { FUNCTIONS } from "../catalog.ts";
import type { StoreCall } from "../store-port.ts";
import type { Truth } from "../truth.ts";
import { tagOf } from "./access-points.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

/** For so long after a pause or a jump of its clock a process may take the wrong time for the right one. */
const DISTURBED_MS = 75_000;

function isTimeless({ process }: Pick<AwsCall, "process">, truth: Truth): boolean {
  return process.aheadMs !== 0 || truth.nowMs - process.disturbedAtMs < DISTURBED_MS;
}

export const twoCleanReads: Invariant = {
  name: "two-clean-reads",
  why: "One list may be old: what names an access point must be looked for twice, a gap apart, once it may go.",
  watch: (truth, check) => {
    /** Since when one may go: its mount's finalizer is released, or its retirement is recorded. */
    const released = new Map<string, number>();
    const retired = new Map<string, number>();
    const owners = new Map<string, string>();
    /** First clean reads by access point. With a wrong clock: then the gap is measured between two clocks, and not judged. */
    const noted = new Map<string, { isTimeless: boolean }>();
    const noteClean = (call: StoreCall, body: string): void => {
      const { memory } = JSON.parse(body) as { memory?: { planner?: { cleanSinceMs?: Record<string, number> } } };
      for (const id of Object.keys(memory?.planner?.cleanSinceMs ?? {}))
        if (!noted.has(id)) noted.set(id, { isTimeless: isTimeless(call, truth) });
    };
    return {
      afterStore(call, answer) {
        const { body } = (call.operation === "writeKeyRow" ? call.args[2] : {}) as { body?: string };
        if (answer === true && body?.includes("cleanSinceMs") === true) noteClean(call, body);
        for (const change of committedBy(call, answer)) {
          if (change.type === "releaseFinalizer" && change.finalizer === MOUNT_FINALIZER)
            released.set(change.ref.uid, truth.nowMs);
          if (change.type !== "accessPointFacet") continue;
          const { accessPoint, retiring } = change.facet;
          if (accessPoint !== null) owners.set(accessPoint.id, change.ref.uid);
          for (const { accessPointId } of retiring)
            if (!retired.has(accessPointId)) retired.set(accessPointId, truth.nowMs);
        }
      },
      beforeCall(call) {
        if (call.operation !== "DeleteAccessPoint" || isTimeless(call, truth) || truth.isRestored) return;
        const id = String(call.input["AccessPointId"]);
        const sinceMs = [retired.get(id), released.get(owners.get(id) ?? "")].filter((one) => one !== undefined);
        if (sinceMs.length === 0) return;
        check(noted.has(id), () => `${told(call)} without a first clean read that was noted`);
        if (noted.get(id)?.isTimeless === true) return;
        const ageMs = truth.nowMs - Math.min(...sinceMs);
        check(ageMs >= truth.simulation.settings.absenceGapMs, () => `${told(call)} ${ageMs} ms after it might go`);
      },
    };
  },
};

export const retiredStaysRetired: Invariant = {
  name: "retired-stays-retired",
  why: "Retirement is one-way: who goes by the record believes that nothing will ever name it again.",
  watch: (truth, check) => {
    const retired = new Set<string>();
    const fences = new Map<string, number>();
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer)) {
          if (change.type !== "accessPointFacet") continue;
          const { facet, ref } = change;
          // A late one is left out when it is applied, which another invariant sees to.
          if (facet.fence < (fences.get(ref.uid) ?? 0)) continue;
          fences.set(ref.uid, facet.fence);
          for (const id of [facet.accessPoint?.id, facet.successor?.accessPoint?.id])
            check(id === undefined || !retired.has(id), () => `${ref.name} takes ${id} up again, which was retired`);
          for (const { accessPointId, why } of facet.retiring) if (why === "Replaced") retired.add(accessPointId);
        }
      },
      storeRestored() {
        retired.clear();
        fences.clear();
      },
    };
  },
};

export const fencesHold: Invariant = {
  name: "fences-hold",
  why: "What a replica that slept commits late must not be believed over what its successor has found since.",
  watch: (truth, check) => {
    const highest = new Map<string, number>();
    const judge = async (uid: string, facet: "workload" | "accessPoint", id: string): Promise<void> => {
      const stored = (await truth.view())?.bindingByUid(uid)?.facets[facet];
      if (stored === undefined || `${uid} ${facet} ${stored.key}` !== id) return;
      const before = highest.get(id) ?? 0;
      check(stored.fence >= before, () => `the ${facet} facet of ${uid} went back to fence ${stored.fence}`);
    };
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer)) {
          if (change.type !== "accessPointFacet" && change.type !== "workloadFacet") continue;
          const facet = change.type === "workloadFacet" ? "workload" : "accessPoint";
          const id = `${change.ref.uid} ${facet} ${change.facet.key}`;
          const before = highest.get(id) ?? 0;
          if (change.facet.fence < before) void judge(change.ref.uid, facet, id);
          else highest.set(id, change.facet.fence);
        }
      },
      storeRestored: () => highest.clear(),
    };
  },
};

/** A read is no older than this, and a run that relies on it takes no longer. */
const READ_MS = 20_000;

export const absenceIsTrue: Invariant = {
  name: "absence-is-true",
  why: "What could not be read is not gone; whoever says that a function does not exist must have been told so.",
  watch: (truth, check) => {
    const thereSince = new Map<string, number>(FUNCTIONS.map((name) => [name, -Infinity]));
    return {
      afterForeign(_actor, _service, operation, input) {
        const { FunctionName = "", Qualifier } = input as { FunctionName?: string; Qualifier?: string };
        if (operation === "DeleteFunction" && Qualifier === undefined) thereSince.set(FunctionName, Infinity);
      },
      afterStore(call, answer) {
        for (const change of committedBy(call, answer)) {
          if (change.type !== "workloadFacet") continue;
          const said = change.facet.conditions.find(({ reason }) => reason === "FunctionNotFound");
          const name = change.facet.key.replace(/^.*:/, "");
          const found = truth.world.service("lambda").function(name);
          if (found !== undefined && thereSince.get(name) === Infinity) thereSince.set(name, truth.nowMs);
          if (said === undefined || found === undefined) continue;
          const ageMs = truth.nowMs - (thereSince.get(name) ?? -Infinity);
          const isLate = truth.nowMs - call.process.disturbedAtMs < DISTURBED_MS;
          check(ageMs < READ_MS || isLate, () => `function ${name} is said not to exist; it does: ${said.message}`);
        }
      },
    };
  },
};

export const takenAsAsked: Invariant = {
  name: "taken-as-asked",
  why: "What bears the right token and tags may be another directory all the same: only what is as the spec says is taken on.",
  watch: (truth, check) => {
    const known = new Set<string>();
    const madeByUs = new Set<string>();
    const judge = async (uid: string, id: string): Promise<void> => {
      const binding = (await truth.view())?.bindingByUid(uid);
      const made = truth.world.service("efs").accessPoint(id);
      if (binding === undefined || made === undefined || truth.isRestored) return;
      // Made for this binding as its spec said then, and noted late: the next one follows by a replacement.
      if (madeByUs.has(id) && tagOf(made, TAGS.binding) === uid) return;
      // A change of spec that came in between is another matter.
      if (truth.nowMs - binding.changedBy.atMs < READ_MS) return;
      const isSame =
        made.path === binding.spec.rootDirectory.path && made.posixUser?.Uid === binding.spec.posixUser.uid;
      check(isSame, () => `${binding.metadata.name} takes ${id} on, which is ${made.path} as ${made.posixUser?.Uid}`);
    };
    return {
      afterCall({ operation }, outcome) {
        const output = "output" in outcome ? (outcome.output as { AccessPointId?: string } | undefined) : undefined;
        if (operation === "CreateAccessPoint" && output?.AccessPointId !== undefined)
          madeByUs.add(output.AccessPointId);
      },
      afterStore(call, answer) {
        for (const change of committedBy(call, answer)) {
          if (change.type !== "accessPointFacet") continue;
          const { accessPoint, successor } = change.facet;
          for (const id of [accessPoint?.id, successor?.accessPoint?.id]) {
            if (id === undefined || known.has(id)) continue;
            known.add(id);
            if (truth.nowMs - call.process.disturbedAtMs > DISTURBED_MS) void judge(change.ref.uid, id);
          }
        }
      },
    };
  },
};
