import type { AwsCall, Fate } from "../aws-port.ts";
import { isMutation, isSideEffect, type Levers } from "../levers.ts";
import type { StoreCall, StoreFate } from "../store-port.ts";
import type { Disturb } from "./disturbance.ts";
import type { FaultClass } from "../fault-classes.ts";

const LONG_MS = 40_000;

/** Where a process is hit: at any side effect, or at one of those between which most can get lost. */
type Place = "anywhere" | "calls" | "acknowledgement" | "copy" | "commit";

function isPlace(place: Place, call: AwsCall): boolean {
  if (place === "calls") return isMutation(call);
  if (place === "acknowledgement") return call.operation.startsWith("DeleteMessage");
  return place === "anywhere" && isSideEffect(call);
}

function isStorePlace(place: Place, { isWrite, operation }: StoreCall): boolean {
  if (place === "copy") return operation === "putAudit";
  if (place === "commit") return operation === "putSlot";
  return place === "anywhere" && isWrite;
}

/** At some side effect of one replica: just before it leaves, or once it can no longer be called back. */
function atSideEffect(
  levers: Levers,
  given: {
    fault: FaultClass;
    replica: Levers["replicas"][number];
    skip: number;
    place: Place;
    strike(fate: Fate | StoreFate): void;
  },
): void {
  const { fault, replica, place } = given;
  let left = given.skip;
  let isOver = false;
  const spring = (_call: unknown, fate: Fate | StoreFate): void | false => {
    if (isOver || left-- > 0) return false;
    isOver = true;
    given.strike(fate);
  };
  const ofAws = (call: AwsCall): boolean => call.process === replica.process && isPlace(place, call);
  const ofStore = (call: StoreCall): boolean => call.process === replica.process && isStorePlace(place, call);
  levers.interference.onAws({ fault, matches: ofAws, spring, forMs: LONG_MS });
  levers.interference.onStore({ fault, matches: ofStore, spring, forMs: LONG_MS });
}

/** Half of the deaths are around calls that change AWS; the others between two writes of whatever kind. */
export const crash: Disturb = (levers, chance) => {
  const replica = chance.pick(levers.replicas);
  const isSent = chance.happens(0.5);
  const downMs = chance.between(300, 8_000);
  const place = chance.pick(["calls", "calls", "calls", "anywhere", "acknowledgement", "copy"] as const);
  atSideEffect(levers, {
    fault: "crash",
    replica,
    place,
    skip: chance.between(0, place === "anywhere" ? 12 : 2),
    strike: (fate) => {
      fate.sent = isSent;
      levers.crash(replica, downMs);
    },
  });
};

export const pausedHolder: Disturb = (levers, chance) => {
  const replica = chance.pick(levers.replicas);
  const isSent = chance.happens(0.3);
  const pauseMs = chance.between(5_000, 50_000);
  atSideEffect(levers, {
    fault: "paused-holder",
    replica,
    place: chance.happens(0.8) ? "calls" : "anywhere",
    skip: chance.between(0, 1),
    strike: (fate) => {
      fate.sent = isSent;
      const { process } = replica;
      process?.pause();
      levers.time.after(pauseMs, () => process?.resume());
    },
  });
};

/** Longer than a lease, and than it takes whoever takes it over to find and commit more. */
export const lateCommit: Disturb = (levers, chance) => {
  const replica = chance.pick(levers.replicas);
  const pauseMs = chance.between(28_000, 50_000);
  atSideEffect(levers, {
    fault: "late-commit",
    replica,
    place: "commit",
    skip: chance.between(0, 2),
    strike: () => {
      const { process } = replica;
      process?.pause();
      levers.time.after(pauseMs, () => process?.resume());
    },
  });
};

export const clockJump: Disturb = (levers, chance) => {
  const { process } = chance.pick(levers.replicas);
  if (process === null || process.isDead) return;
  const ms = chance.between(2_000, 60_000) * (chance.happens(0.5) ? 1 : -1);
  process.jump(ms);
  levers.interference.count("clock-jump");
  levers.time.after(chance.between(5_000, 60_000), () => process.setClockRight());
};

export const storeFailure: Disturb = (levers, chance) => {
  const fault = chance.pick(["fails before", "reply lost"] as const);
  const onlyKeys = chance.happens(0.6);
  levers.interference.onStore({
    fault: "store-failure",
    matches: ({ isWrite, operation }) => isWrite && (!onlyKeys || operation === "writeKeyRow"),
    spring: (_call, fate) => {
      if (chance.happens(0.6)) return false;
      fate.fault = fault;
    },
    times: chance.between(1, 3),
  });
};

export const storeRestored: Disturb = (levers, chance) => {
  const bringBack = levers.database.backUp();
  if (bringBack === null) return;
  levers.time.after(chance.between(5_000, 40_000), () => {
    levers.interference.count("store-restored");
    levers.restoreStore(bringBack);
    // Whoever restored it does in the end what the condition says; some never look.
    if (chance.happens(0.8))
      levers.time.after(chance.between(10_000, 40_000), () => confirmRestore(levers, CONFIRM_TRIES));
  });
};

const CONFIRM_TRIES = 30;

/** Does what the condition asks for, once it is there. */
function confirmRestore(levers: Levers, tries: number): void {
  const { fileSystem: manifest } = levers;
  const view = levers.replicas.find(({ controller }) => controller !== null)?.controller?.store.records.view();
  const conditions = view?.fileSystem(manifest.metadata.name)?.facets.fileSystem?.conditions ?? [];
  const found = conditions.find(({ type, status }) => type === "StoreRestored" && status === "True");
  const slot = /confirm-restore=(\d+)/.exec(found?.message ?? "")?.[1];
  const patch = { metadata: { annotations: { "mooring.dev/confirm-restore": slot } } };
  if (slot !== undefined) levers.request("operator", { verb: "patch", manifest, patch });
  else if (tries > 1) levers.time.after(2_000, () => confirmRestore(levers, tries - 1));
}
