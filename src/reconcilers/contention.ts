import type { Action } from "../model/actions.ts";
import type { NotedEvent } from "../model/audit.ts";
import type { BindingRecord } from "../model/records.ts";
import type { Ending } from "../plan/plan.ts";
import { CONDITION_OF, type HeldCorrection } from "./failures.ts";
import {
  type ContentionMemory,
  type ContentionSettings,
  delayMs,
  heldUntil,
  isCounted,
  isCountedAndClosed,
  isHeldBy,
  isOver,
  type Quarrel,
} from "./quarrels.ts";
import { type Correction, correctionOf, type Suspect, suspectOf, thingId, undoes } from "./undoing.ts";

export { NO_CONTENTION, type ContentionMemory } from "./quarrels.ts";

/** So often must one actor undo one thing, each time after it was corrected, before corrections slow down. */
const UNDOINGS = 3;
/** The memory of a key is small. */
const QUARRELS_MAX = 12;
const SUSPECTS_MAX = 8;
const UNEXPLAINED_MAX = 4;

/** A hold that begins, for the history. */
export interface Hold {
  actor: string;
  what: string;
  undoings: number;
  heldUntilMs: number;
  binding: string | null;
}

/**
 * Notices when one actor keeps undoing the same thing, and slows its correction down: a quarrel
 * between two robots is not won by speed. Everything else on the key is corrected at once as ever.
 */
export class Contention {
  readonly #settings: ContentionSettings;
  readonly #foreign: NotedEvent[];
  readonly #due = new Map<string, Correction>();
  #memory: ContentionMemory;
  #nowMs = 0;

  /** @param foreign calls by others, noted on the key. */
  constructor(remembered: ContentionMemory, foreign: NotedEvent[], settings: ContentionSettings) {
    this.#memory = structuredClone(remembered);
    this.#foreign = foreign;
    this.#settings = settings;
  }

  /**
   * Takes note of what a plan shows to be undone.
   *
   * @param drifted names of the bindings that drifted; empty = nothing did.
   */
  consider(
    actions: readonly Action[],
    drifted: readonly string[],
    bindingByUid: (uid: string) => BindingRecord | undefined,
    nowMs: number,
  ): void {
    this.#nowMs = nowMs;
    const { contendedWindowMs, installation } = this.#settings;
    this.#memory.quarrels = this.#memory.quarrels.filter((one) => !isOver(one, contendedWindowMs, nowMs));
    const undone = actions.flatMap((action) => {
      const correction = correctionOf(action, installation, bindingByUid);
      return correction !== null && action.bindings.some((name) => drifted.includes(name)) ? [correction] : [];
    });
    this.#explain(undone);
    const due = new Set(actions.map(thingId));
    for (const quarrel of this.#memory.quarrels) if (!due.has(quarrel.thing)) quarrel.isSettled = true;
    if (drifted.length === 0) {
      this.#memory.suspects = [];
      for (const quarrel of this.#memory.quarrels) quarrel.isOpen = false;
      return;
    }
    const known = new Set(this.#memory.suspects.map(({ id }) => id));
    const news = this.#foreign.filter(({ id }) => !known.has(id)).map(suspectOf);
    this.#memory.suspects = [...this.#memory.suspects, ...news].slice(-SUSPECTS_MAX);
    for (const action of actions) {
      const correction = correctionOf(action, installation, bindingByUid);
      if (!action.bindings.some((name) => drifted.includes(name))) this.#close(thingId(action));
      else if (correction !== null) this.#blame(correction);
    }
  }

  /**
   * Events that came after the repair of what they undid: counted, though nothing is left to hold back. What is undone
   * now has the first claim on an event that fits: CloudTrail tells whole seconds, so that it seems to be of before.
   */
  #explain(undone: readonly Correction[]): void {
    for (const event of this.#foreign) {
      const suspect = suspectOf(event);
      if (undone.some((correction) => undoes(suspect, correction))) continue;
      if (this.#memory.quarrels.some((quarrel) => isCounted(quarrel, suspect))) continue;
      const place = this.#memory.unexplained.findIndex(
        ({ correction, atMs }) => event.atMs <= atMs && undoes(suspect, correction),
      );
      const [found] = place < 0 ? [] : this.#memory.unexplained.splice(place, 1);
      if (found === undefined) continue;
      this.#count(this.#quarrelOf(found.correction, suspect), suspect.id);
    }
  }

  #blame(correction: Correction): void {
    this.#due.set(correction.thing, correction);
    const ofThing = this.#memory.quarrels.filter(({ thing }) => thing === correction.thing);
    const culprit = this.#memory.suspects.findLast(
      (suspect) => undoes(suspect, correction) && !isCountedAndClosed(ofThing, suspect),
    );
    if (culprit !== undefined) return this.#blameFor(correction, culprit);
    const usual = ofThing.findLast((one) => one.isSettled && this.#isUsual(one));
    if (usual === undefined || ofThing.some(({ isOpen }) => isOpen)) return;
    this.#count(usual, "");
    this.#open(usual, correction, true);
  }

  /** Of whom this undoing would be the third at least: events often come later than their effect is seen. */
  #isUsual({ contended, undone }: Quarrel): boolean {
    return contended !== null || this.#recent(undone).length >= UNDOINGS - 1;
  }

  #recent(undone: Quarrel["undone"]): Quarrel["undone"] {
    return undone.filter(({ atMs }) => atMs > this.#nowMs - this.#settings.contendedWindowMs);
  }

  #blameFor(correction: Correction, culprit: Suspect): void {
    const quarrel = this.#quarrelOf(correction, culprit);
    quarrel.actor = culprit.actor;
    if (quarrel.isOpen && quarrel.isPresumed) {
      quarrel.isPresumed = false;
      quarrel.undone = [...quarrel.undone, { id: culprit.id, atMs: this.#nowMs }].slice(-UNDOINGS);
    }
    if (quarrel.isOpen || isCounted(quarrel, culprit)) return;
    this.#count(quarrel, culprit.id);
    this.#open(quarrel, correction, false);
  }

  /** @param id of the event; empty = presumed, until one comes. */
  #count(quarrel: Quarrel, id: string): void {
    const nowMs = this.#nowMs;
    const recent = this.#recent(quarrel.undone);
    if (id !== "") quarrel.undone = [...recent, { id, atMs: nowMs }].slice(-UNDOINGS);
    quarrel.quietSinceMs = nowMs;
    if (quarrel.contended !== null) quarrel.contended.undoings += 1;
    else if (recent.length + 1 >= UNDOINGS)
      quarrel.contended = { sinceMs: nowMs, undoings: UNDOINGS, holds: 0, heldUntilMs: 0, isTold: true };
  }

  /** Whoever did it last is who it is corrected against. */
  #open(quarrel: Quarrel, { thing, wanted }: Correction, isPresumed: boolean): void {
    this.#close(thing);
    Object.assign(quarrel, { isOpen: true, isPresumed, isSettled: false, wanted });
    if (quarrel.contended === null) return;
    quarrel.contended.heldUntilMs = this.#nowMs + delayMs(quarrel.contended.holds, this.#settings);
    quarrel.contended.holds += 1;
    quarrel.contended.isTold = false;
  }

  /** What is due for another reason than drift (a changed spec) waits for nobody. */
  #close(id: string): void {
    for (const quarrel of this.#memory.quarrels) {
      if (quarrel.thing !== id || !quarrel.isOpen) continue;
      quarrel.isOpen = false;
      // It was somebody else, or nobody: what was presumed did not happen.
      if (quarrel.isPresumed) takeBack(quarrel);
      quarrel.isPresumed = false;
    }
  }

  #quarrelOf({ thing, what, type, binding, wanted }: Correction, { actor, actorArn }: Suspect): Quarrel {
    const found = this.#memory.quarrels.find((one) => one.thing === thing && one.actorArn === actorArn);
    if (found !== undefined) return found;
    const made: Quarrel = {
      thing,
      actor,
      actorArn,
      what,
      condition: CONDITION_OF[type],
      binding,
      wanted,
      undone: [],
      isOpen: false,
      isPresumed: false,
      isSettled: false,
      quietSinceMs: this.#nowMs,
      contended: null,
    };
    this.#memory.quarrels = [...this.#memory.quarrels, made]
      .toSorted(
        (a, b) => Number(b.contended !== null) - Number(a.contended !== null) || b.quietSinceMs - a.quietSinceMs,
      )
      .slice(0, QUARRELS_MAX);
    return made;
  }

  /** True while the correction waits. */
  isHeld(action: Action): boolean {
    return isHeldBy(this.#memory, action, this.#settings.installation, this.#nowMs);
  }

  /** The plan's ending with the holds in it: the key looks again when the first one ends. */
  endingWith(ending: Ending, actions: readonly Action[]): Ending {
    const held = actions.filter((action) => this.isHeld(action)).map(thingId);
    const holds = this.#memory.quarrels.filter((one) => one.isOpen && held.includes(one.thing));
    const first = holds.toSorted((a, b) => heldUntil(a) - heldUntil(b))[0];
    if (first === undefined) return ending;
    const afterMs = heldUntil(first) - this.#nowMs;
    if (ending.kind === "waiting" && ending.afterMs <= afterMs) return ending;
    return { kind: "waiting", afterMs, why: `${first.actor} keeps undoing ${first.what}` };
  }

  /** These calls were carried out: what was undone is corrected. */
  corrected(actions: readonly Action[], nowMs: number): void {
    const { unexplained, quarrels } = this.#memory;
    for (const thing of new Set(actions.map(thingId))) {
      const own = quarrels.filter((quarrel) => quarrel.thing === thing);
      const correction = this.#due.get(thing);
      if (correction !== undefined && own.every(({ isOpen }) => !isOpen))
        this.#memory.unexplained = [...unexplained, { correction, atMs: nowMs }].slice(-UNEXPLAINED_MAX);
      for (const quarrel of own)
        Object.assign(quarrel, { isOpen: false, isPresumed: false, isSettled: false, quietSinceMs: nowMs });
    }
  }

  /** Holds that the history does not tell yet; afterwards it does. */
  untold(): Hold[] {
    return this.#memory.quarrels.flatMap(({ contended, actor, what, binding }) => {
      if (contended === null || contended.isTold) return [];
      contended.isTold = true;
      return [{ actor, what, binding, undoings: contended.undoings, heldUntilMs: contended.heldUntilMs }];
    });
  }

  /** For the conditions of the bindings. */
  shown(): HeldCorrection[] {
    return this.#memory.quarrels.flatMap(({ contended, actor, what, binding, isOpen, condition }) => {
      if (contended === null) return [];
      const { sinceMs, undoings, holds, heldUntilMs } = contended;
      const isHeld = isOpen && heldUntilMs > this.#nowMs;
      const nextDelayMs = delayMs(holds, this.#settings);
      return [
        {
          type: "held" as const,
          actor,
          what,
          binding,
          sinceMs,
          undoings,
          shownAs: condition,
          heldUntilMs: isHeld ? heldUntilMs : null,
          nextDelayMs,
          quietMs: this.#settings.contendedWindowMs,
        },
      ];
    });
  }

  memory(): ContentionMemory {
    return this.#memory;
  }
}

/** One undoing fewer; without the third there was no quarrel. */
function takeBack(quarrel: Quarrel): void {
  if (quarrel.contended === null) return;
  quarrel.contended.undoings -= 1;
  if (quarrel.contended.undoings < UNDOINGS) quarrel.contended = null;
}
