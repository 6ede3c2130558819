import type { Manifest } from "../../integration/world.ts";
import { aChange } from "../catalog.ts";
import type { FaultClass } from "../fault-classes.ts";
import { isMutation, type Levers } from "../levers.ts";
import type { Disturb } from "./disturbance.ts";

const USERS = ["ann", "ben", "cleo"] as const;

/** At once, or in the middle of whatever Mooring does next. */
function soon(levers: Levers, fault: FaultClass, isInBetween: boolean, act: () => void): void {
  if (isInBetween) return levers.interference.inBetween(fault, isMutation, async () => act());
  levers.interference.count(fault);
  act();
}

export const specChanged: Disturb = (levers, chance, n) => {
  const manifest = chance.pick(levers.bindings);
  const actor = chance.pick(USERS);
  const patch = aChange(manifest, chance, n);
  soon(levers, "spec-changed", chance.happens(0.5), () => levers.request(actor, { verb: "patch", manifest, patch }));
};

export const specDeleted: Disturb = (levers, chance) => {
  const manifest = chance.pick(levers.bindings);
  const actor = chance.pick(USERS);
  const isForGood = chance.happens(0.3);
  soon(levers, "spec-deleted", chance.happens(0.5), () => {
    levers.request(actor, { verb: "delete", manifest });
    if (!isForGood)
      levers.time.after(chance.between(20_000, 60_000), () => createUntilItIsThere(levers, actor, manifest));
  });
};

export const recreated: Disturb = (levers, chance) => {
  const manifest = chance.pick(levers.bindings);
  const actor = chance.pick(USERS);
  soon(levers, "recreated", chance.happens(0.5), () => {
    levers.request(actor, { verb: "delete", manifest });
    levers.time.after(chance.between(50, 3_000), () => createUntilItIsThere(levers, actor, manifest));
  });
};

const TRIES = 40;

/** As long as its predecessor is going, a namesake is refused: whoever wants it tries again. */
function createUntilItIsThere(levers: Levers, actor: string, manifest: Manifest, tries = TRIES): void {
  levers.request(actor, { verb: "create", manifest });
  if (tries > 1) levers.time.after(2_000, () => createUntilItIsThere(levers, actor, manifest, tries - 1));
}
