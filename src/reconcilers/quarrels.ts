import type { Action } from "../model/actions.ts";
import type { Settings } from "../model/settings.ts";
import type { KeyItem } from "../store/store.ts";
import type { HeldCorrection } from "./failures.ts";
import { type Correction, type Suspect, thingId, wantedBy } from "./undoing.ts";

/** One actor who undoes one thing. */
export interface Quarrel {
  /** thingId of its corrections. */
  thing: string;
  actor: string;
  actorArn: string;
  /** For people: what is undone. */
  what: string;
  condition: HeldCorrection["shownAs"];
  /** `<namespace>/<name>`; null = all bindings of the key. */
  binding: string | null;
  /** What the correction that was undone had made true. */
  wanted: string;
  undone: { id: string; atMs: number }[];
  /** Undone by this actor, and not corrected since. */
  isOpen: boolean;
  /** Open without an event that says so: it is corrected against whom it was before, until one comes. */
  isPresumed: boolean;
  /** Seen to be in order since its last correction. */
  isSettled: boolean;
  quietSinceMs: number;
  /** From the third undoing until the quarrel ends. */
  contended: { sinceMs: number; undoings: number; holds: number; heldUntilMs: number; isTold: boolean } | null;
}

export interface ContentionMemory {
  quarrels: Quarrel[];
  /** Calls by others that may have caused the drift that is open. */
  suspects: Suspect[];
  /** Corrected before any event told who it was: events often come later than their effect is seen. */
  unexplained: { correction: Correction; atMs: number }[];
}

export const NO_CONTENTION: ContentionMemory = { quarrels: [], suspects: [], unexplained: [] };

export type ContentionSettings = Pick<
  Settings,
  "installation" | "contendedWindowMs" | "contendedBackoffBaseMs" | "contendedBackoffCapMs"
>;

export function isHeldBy(memory: ContentionMemory, action: Action, installation: string, nowMs: number): boolean {
  const id = thingId(action);
  const holds = memory.quarrels.filter((one) => one.thing === id && one.isOpen && heldUntil(one) > nowMs);
  return holds.some(({ wanted }) => wanted === wantedBy(action, installation));
}

export function isCounted({ undone }: Quarrel, { id }: Suspect): boolean {
  return undone.some((one) => one.id === id);
}

export function isCountedAndClosed(quarrels: readonly Quarrel[], suspect: Suspect): boolean {
  return quarrels.some((one) => !one.isOpen && isCounted(one, suspect));
}

export function heldUntil({ contended }: Quarrel): number {
  return contended?.heldUntilMs ?? 0;
}

/** Doubles with each hold, up to the cap. */
export function delayMs(holds: number, { contendedBackoffBaseMs, contendedBackoffCapMs }: ContentionSettings): number {
  return Math.min(contendedBackoffCapMs, contendedBackoffBaseMs * 2 ** holds);
}

export function isOver({ isOpen, quietSinceMs }: Quarrel, windowMs: number, nowMs: number): boolean {
  return !isOpen && quietSinceMs + windowMs <= nowMs;
}

function memoryOf(item: KeyItem): ContentionMemory {
  return (item.memory as { contention?: ContentionMemory }).contention ?? NO_CONTENTION;
}

/** The actions of a plan that no hold of this key keeps back, for the sweep. */
export function withoutHeld(actions: readonly Action[], item: KeyItem, installation: string, nowMs: number): Action[] {
  return actions.filter((action) => !isHeldBy(memoryOf(item), action, installation, nowMs));
}

/** True while a correction of this key is held back: its due time says nothing about anything else. */
export function holdsBack(item: KeyItem, nowMs: number): boolean {
  return memoryOf(item).quarrels.some((one) => one.isOpen && heldUntil(one) > nowMs);
}

/** True if bindings still show a quarrel that has ended: only a run can take it from their conditions. */
export function hasEndedQuarrel(item: KeyItem, settings: Pick<Settings, "contendedWindowMs">, nowMs: number): boolean {
  return memoryOf(item).quarrels.some(
    (one) => one.contended !== null && isOver(one, settings.contendedWindowMs, nowMs),
  );
}
