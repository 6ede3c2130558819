import { TAGS } from "../../../src/model/records.ts";
import { FS_ID } from "../../integration/manifests.ts";
import type { Manifest } from "../../integration/world.ts";
import { aChange, isOfPlace, placeOf } from "../catalog.ts";
import type { FaultClass } from "../fault-classes.ts";
import { ruleOf } from "../interference.ts";
import { isMutation, type Levers } from "../levers.ts";
import type { Disturb } from "./disturbance.ts";
import { editPolicy } from "./saboteurs.ts";

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
  const isInBetween = chance.happens(0.5);
  // Within the quarantine of what the first change replaced.
  const backAfterMs = chance.happens(0.3) ? chance.between(4_000, 20_000) : null;
  soon(levers, "spec-changed", isInBetween, () => {
    levers.request(actor, { verb: "patch", manifest, patch });
    const back = { verb: "patch", manifest, patch: { spec: placeOf(manifest) } } as const;
    if (backAfterMs !== null && isOfPlace(patch)) levers.time.after(backAfterMs, () => levers.request(actor, back));
  });
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

/** Its user thinks better of it in the very instant in which the access point comes to be. */
export const deletedInCreation: Disturb = (levers, chance) => {
  const actor = chance.pick(USERS);
  let isOver = false;
  levers.interference.onAws({
    fault: "deleted-in-creation",
    matches: ({ operation }) => operation === "CreateAccessPoint",
    spring: ({ input, process }, fate) => {
      const tags = (input["Tags"] ?? []) as { Key: string; Value: string }[];
      const name = tags.find(({ Key }) => Key === TAGS.bindingName)?.Value.replace(/^.*\//, "");
      const manifest = levers.bindings.find(({ metadata }) => metadata.name === name);
      if (isOver || manifest === undefined) return false;
      isOver = true;
      // Half of them take effect when nobody expects it any more: their process stops, or the network holds them.
      fate.rules.push(ruleOf("lost-reply"));
      if (chance.happens(0.5)) {
        fate.sent = true;
        fate.outMs = chance.between(2_000, 7_000);
        const replica = levers.replicas.find((one) => one.process === process);
        if (replica !== undefined) levers.crash(replica, chance.between(300, 3_000));
      }
      levers.request(actor, { verb: "delete", manifest });
      levers.time.after(chance.between(30_000, 60_000), () => createUntilItIsThere(levers, actor, manifest));
    },
  });
};

/** Out of Enforce and back, with or without leave to take the Denies out. */
export const modeChanged: Disturb = (levers, chance) => {
  const { fileSystem: manifest } = levers;
  const before = manifest.spec["policy"] as { mode: string };
  const mode = chance.pick(["Preserve", "Observe"] as const);
  const release = chance.happens(0.3) ? FS_ID : null;
  soon(levers, "mode-changed", chance.happens(0.3), () =>
    levers.request("operator", { verb: "patch", manifest, patch: { spec: { policy: { mode, release } } } }),
  );
  if (chance.happens(0.3)) return;
  const patch = { spec: { policy: { ...before, release: null } } };
  levers.time.after(chance.between(15_000, 50_000), () =>
    levers.request("operator", { verb: "patch", manifest, patch }),
  );
};

/** What is left when others take theirs out; with Mooring's last statement the policy would be empty. */
const ownOnly: Parameters<typeof editPolicy>[2] = (statements) => {
  const own = statements.filter(({ Sid }) => Sid?.startsWith("mooring-"));
  return own.length === 0 ? null : own;
};

/** Nearly or really all; the file system is then confined for nobody, and must stay closed all the same. */
export const allDeleted: Disturb = (levers, chance) => {
  levers.interference.count("all-deleted");
  const isEverything = chance.happens(0.6);
  if (isEverything && chance.happens(0.6)) void editPolicy(levers, "platform-team", ownOnly);
  for (const manifest of levers.bindings)
    if (isEverything || chance.happens(0.7)) levers.request("cleo", { verb: "delete", manifest });
};
