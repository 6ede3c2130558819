import { ecsFamilyKey } from "../../../src/model/keys.ts";
import type { BindingRecord } from "../../../src/model/records.ts";
import { tryMount } from "../../../src/simulator/services/lambda/invoke.ts";
import type { AwsCall } from "../aws-port.ts";
import { committedBy } from "../commits.ts";
import { isMutation } from "../levers.ts";
import type { SimulatedProcess } from "../process.ts";
import type { StoreCall } from "../store-port.ts";
import type { Lease, Truth } from "../truth.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";
import { withNewestPolicy } from "./mounts.ts";

/** For so long after a pause or a jump of its clock a process may take the wrong time for the right one. */
const DISTURBED_MS = 75_000;

function isTimeless({ process }: Pick<AwsCall, "process">, truth: Truth): boolean {
  return process.aheadMs !== 0 || truth.nowMs - process.disturbedAtMs < DISTURBED_MS;
}

export const quarantineKept: Invariant = {
  name: "quarantine-kept",
  why: "A replaced access point is the way back from a replacement that was a mistake, so it stays for its quarantine.",
  watch: (truth, check) => ({
    async beforeCall(call) {
      if (call.operation !== "DeleteAccessPoint" || isTimeless(call, truth) || truth.isRestored) return;
      const { quarantineMs } = truth.simulation.settings;
      for (const { metadata, facets } of (await truth.view())?.bindings() ?? []) {
        const entry = facets.accessPoint?.retiring.find((one) => one.accessPointId === call.input["AccessPointId"]);
        if (entry === undefined || truth.deletionAsked.has(metadata.uid)) continue;
        const restMs = entry.retiredAtMs + quarantineMs - truth.nowMs;
        check(restMs <= 0, () => `${told(call)}, although its quarantine lasts for another ${restMs} ms`);
      }
    },
  }),
};

/** So long after somebody else's change the policy that is felt may be theirs. */
const FOREIGN_MS = 60_000;

/** Of the FileSystem record, in a commit. */
const MODE = /"policy":\{"mode":"(\w+)"/;

export const policyFeltFirst: Invariant = {
  name: "policy-felt-first",
  why: "EFS applies a policy minutes after its Put, so a mount that is made at once fails where the policy is still the old one.",
  watch: (truth, check) => {
    let isNew = false;
    // A user may change the mode; in others nothing is waited for, so as long after that nothing is said.
    let mode = "";
    let modeSinceMs = -Infinity;
    const stated = new UsableMoments(truth);
    const efs = () => truth.world.service("efs");
    const idIn = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);
    const latest = ({ input }: AwsCall) =>
      truth.world.service("lambda").function(String(input["FunctionName"]))?.latest;
    return {
      afterStore(call, answer) {
        if (call.operation !== "putSlot" || answer !== true) return;
        stated.note(call, answer);
        const said = MODE.exec((call.args[0] as { body: string }).body)?.[1] ?? mode;
        if (said !== mode && mode !== "") modeSinceMs = truth.nowMs;
        mode = said;
      },
      beforeCall(call) {
        if (call.operation !== "UpdateFunctionConfiguration") return;
        // What names an access point that is gone is repointed at once.
        const [now] = latest(call)?.fileSystemConfigs ?? [];
        isNew = now === undefined || efs().accessPoint(idIn(now.Arn))?.state === "available";
      },
      afterCall(call, outcome) {
        if (call.operation !== "UpdateFunctionConfiguration" || !isNew || !("output" in outcome)) return;
        // In other modes nothing is waited for: who mounts today must not lose its mount to a policy that is not felt yet.
        if (mode !== "Enforce" || truth.nowMs - modeSinceMs < FOREIGN_MS) return;
        const name = String(call.input["FunctionName"]);
        const found = latest(call);
        const mount = found?.fileSystemConfigs[0];
        if (found === undefined || mount === undefined || isTimeless(call, truth) || truth.isRestored) return;
        if (stated.byWrongClock(idIn(mount.Arn))) return;
        if (truth.untouchedMs("policy") < FOREIGN_MS || truth.untouchedMs(`function/${name}`) < FOREIGN_MS) return;
        const felt = tryMount(truth.world, found, mount);
        const later = tryMount(withNewestPolicy(truth.world), found, mount);
        check("mounted" in felt || "failure" in later, () => `${told(call)} before its policy works everywhere`);
      },
    };
  },
};

/** From when on the policy may be relied on to admit an access point, as the newest commit has it, and who said so first. */
class UsableMoments {
  readonly #truth: Truth;
  readonly #stated = new Map<string, { usableAtMs: number; isTimeless: boolean }>();

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  note(call: StoreCall, answer: unknown): void {
    for (const change of committedBy(call, answer)) {
      if (change.type !== "accessPointFacet") continue;
      const { accessPoint, policyUsableAtMs, successor } = change.facet;
      this.#state(call, accessPoint?.id, policyUsableAtMs);
      this.#state(call, successor?.accessPoint?.id, successor?.usableAtMs ?? null);
    }
  }

  /** Then the wait is measured between two clocks, of which one is wrong, and not judged. */
  byWrongClock(accessPointId: string): boolean {
    return this.#stated.get(accessPointId)?.isTimeless === true;
  }

  /** A moment is stated once; later commits, by whomever, only carry it on. */
  #state(call: StoreCall, id: string | undefined, usableAtMs: number | null): void {
    if (id === undefined) return;
    if (usableAtMs === null) this.#stated.delete(id);
    else if (this.#stated.get(id)?.usableAtMs !== usableAtMs)
      this.#stated.set(id, { usableAtMs, isTimeless: isTimeless(call, this.#truth) });
  }
}

export const familyHeld: Invariant = {
  name: "family-held",
  why: "Two that register revisions of one family at once base them on one another, and each may take the other's volumes out.",
  watch: (truth, check) => {
    const held = new Map<string, Lease>();
    // Leases that a process with a wrong clock took while they still ran, until the taker registers something itself:
    // before that it waits until no call of its predecessor can be under way any more.
    const taken = new Map<string, { from: Lease; by: SimulatedProcess }>();
    const isStillItsOwn = (key: string, process: SimulatedProcess): boolean => {
      const from = taken.get(key)?.from;
      return from !== undefined && from.process === process && from.expiresAtMs > truth.nowMs;
    };
    return {
      afterStore(call, answer) {
        if (call.operation !== "writeKeyRow" || answer !== true) return;
        const key = String(call.args[0]);
        const before = held.get(key);
        const now = truth.leases.get(key);
        if (now === undefined) held.delete(key);
        else held.set(key, now);
        if (before === undefined || now === undefined || now.owner === before.owner) return;
        if (before.expiresAtMs > truth.nowMs && isTimeless(call, truth))
          taken.set(key, { from: before, by: now.process });
        else taken.delete(key);
      },
      beforeCall(call) {
        if (call.operation !== "RegisterTaskDefinition") return;
        const { account, region } = truth.world;
        const key = ecsFamilyKey({ account, region, family: String(call.input["family"]) });
        if (taken.get(key)?.by === call.process) taken.delete(key);
        if (isTimeless(call, truth) || truth.isRestored) return;
        const holds = truth.leases.get(key)?.process === call.process;
        check(holds || isStillItsOwn(key, call.process), () => `${told(call)} without the lease of its family`);
      },
      storeRestored() {
        held.clear();
        taken.clear();
      },
    };
  },
};

export const fencesRise: Invariant = {
  name: "fences-rise",
  why: "A late write of a replica that slept must not replace what its successor has found.",
  watch: (truth, check) => {
    const highest = new Map<string, number>();
    return {
      async beforeCall(call) {
        if (!isMutation(call)) return;
        for (const binding of (await truth.view())?.bindings() ?? [])
          for (const [facet, { key, fence }] of fencesOf(binding)) {
            const id = `${binding.metadata.uid} ${facet} ${key}`;
            const before = highest.get(id) ?? 0;
            check(fence >= before, () => `the ${facet} facet of ${binding.metadata.name} went back to fence ${fence}`);
            highest.set(id, Math.max(before, fence));
          }
      },
      storeRestored: () => highest.clear(),
    };
  },
};

function fencesOf({ facets }: BindingRecord): [string, { key: string; fence: number }][] {
  return Object.entries(facets).filter(([, facet]) => facet !== undefined);
}
