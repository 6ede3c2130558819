import { FUNCTIONS } from "../catalog.ts";
import { streamOf } from "../chance.ts";
import type { Levers } from "../levers.ts";
import type { Scenario } from "../scenario.ts";
import { confirmRemoval } from "./consumers.ts";

/** Who holds removals back shows it within seconds; one confirmed removal may lead to the next. */
const CONFIRMED_AFTER_MS = [5_000, 15_000, 25_000];

/**
 * What users ask for in the end, when nothing goes wrong any more, so that it can be seen to be done: one binding is
 * suspended, one only observed, one that is to leave its access point behind goes for good, and removals that are held
 * back are confirmed.
 */
export function wishLast(levers: Levers, { seed, faults }: Scenario): void {
  const chance = streamOf(seed, "last wishes");
  const onFunctions = levers.bindings.filter(({ metadata }) => FUNCTIONS.includes(metadata.name));
  const take = () => onFunctions.splice(Math.floor(chance.random() * onFunctions.length), 1)[0]!;
  const [suspended, observed] = [take(), take()];
  const retained = onFunctions.find(({ spec }) => spec["deletionPolicy"] === "Retain");
  const isPatched = chance.happens(0.6);
  const isDeleted = chance.happens(0.6);
  const isConfirmed = chance.happens(0.7);
  if (isPatched && faults.includes("spec-changed")) {
    levers.request("ann", { verb: "patch", manifest: suspended, patch: { spec: { suspend: true } } });
    levers.request("ben", { verb: "patch", manifest: observed, patch: { spec: { driftPolicy: "Observe" } } });
  }
  if (retained !== undefined && isDeleted && faults.includes("spec-deleted"))
    levers.request("cleo", { verb: "delete", manifest: retained });
  if (isConfirmed && faults.includes("mass-removal"))
    for (const afterMs of CONFIRMED_AFTER_MS) levers.time.after(afterMs, () => confirmRemoval(levers, 1));
}
