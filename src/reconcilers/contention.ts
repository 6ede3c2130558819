import type { Action } from "../model/actions.ts";
import type { NotedEvent } from "../model/audit.ts";
import type { Settings } from "../model/settings.ts";
import type { BindingRecord } from "../model/records.ts";
import type { Ending } from "../plan/plan.ts";
import type { KeyItem } from "../store/store.ts";
import { actionId, CONDITION_OF, type HeldCorrection } from "./failures.ts";
import { suspectOf, thingOf, undoes, wantedBy, type Suspect } from "./undoing.ts";

/** So often must one actor undo one thing, each time after it was corrected, before corrections slow down. */
const UNDOINGS = 3;
/** The memory of a key is small. */
const QUARRELS_MAX = 12;
const SUSPECTS_MAX = 8;

/** One actor who undoes one thing. */
interface Quarrel {
  actionId: string;
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
  quietSinceMs: number;
  /** From the third undoing until the quarrel ends. */
  contended: { sinceMs: number; undoings: number; heldUntilMs: number; isTold: boolean } | null;
}

export interface ContentionMemory {
  quarrels: Quarrel[];
  /** Calls by others that may have caused the drift that is open. */
  suspects: Suspect[];
}

export const NO_CONTENTION: ContentionMemory = { quarrels: [], suspects: [] };

type ContentionSettings = Pick<
  Settings,
  "installation" | "contendedWindowMs" | "contendedBackoffBaseMs" | "contendedBackoffCapMs"
>;

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
    const { quarrels } = this.#memory;
    this.#memory.quarrels = quarrels.filter((one) => !isOver(one, this.#settings.contendedWindowMs, nowMs));
    if (drifted.length === 0) {
      this.#memory.suspects = [];
      for (const quarrel of quarrels) quarrel.isOpen = false;
      return;
    }
    const known = new Set(this.#memory.suspects.map(({ id }) => id));
    const news = this.#foreign.filter(({ id }) => !known.has(id)).map(suspectOf);
    this.#memory.suspects = [...this.#memory.suspects, ...news].slice(-SUSPECTS_MAX);
    for (const action of actions) {
      if (!action.bindings.some((name) => drifted.includes(name))) {
        this.#close(actionId(action));
        continue;
      }
      const culprit = this.#memory.suspects.findLast((suspect) => undoes(suspect, action, bindingByUid));
      if (culprit !== undefined) this.#count(action, culprit);
    }
  }

  #count(action: Action, { id, actor, actorArn }: Suspect): void {
    const quarrel = this.#quarrelOf(action, actor, actorArn);
    quarrel.actor = actor;
    if (quarrel.isOpen || quarrel.undone.some((one) => one.id === id)) return;
    const nowMs = this.#nowMs;
    // Whoever did it last is who it is corrected against.
    this.#close(quarrel.actionId);
    quarrel.isOpen = true;
    quarrel.quietSinceMs = nowMs;
    quarrel.wanted = wantedBy(action, this.#settings.installation);
    const recent = quarrel.undone.filter(({ atMs }) => atMs > nowMs - this.#settings.contendedWindowMs);
    quarrel.undone = [...recent, { id, atMs: nowMs }].slice(-UNDOINGS);
    if (quarrel.contended === null && quarrel.undone.length < UNDOINGS) return;
    const undoings = quarrel.contended === null ? UNDOINGS : quarrel.contended.undoings + 1;
    const heldUntilMs = nowMs + delayMs(undoings, this.#settings);
    quarrel.contended = { sinceMs: quarrel.contended?.sinceMs ?? nowMs, undoings, heldUntilMs, isTold: false };
  }

  /** What is due for another reason than drift (a changed spec) waits for nobody. */
  #close(id: string): void {
    for (const quarrel of this.#memory.quarrels) if (quarrel.actionId === id) quarrel.isOpen = false;
  }

  #quarrelOf(action: Action, actor: string, actorArn: string): Quarrel {
    const id = actionId(action);
    const found = this.#memory.quarrels.find((one) => one.actionId === id && one.actorArn === actorArn);
    if (found !== undefined) return found;
    const [binding = null, ...others] = action.bindings;
    const made: Quarrel = {
      actionId: id,
      actor,
      actorArn,
      what: thingOf(action),
      condition: CONDITION_OF[action.type],
      binding: others.length > 0 || action.type === "PutFileSystemPolicy" ? null : binding,
      wanted: "",
      undone: [],
      isOpen: false,
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
    const held = actions.filter((action) => this.isHeld(action)).map(actionId);
    const holds = this.#memory.quarrels.filter((one) => one.isOpen && held.includes(one.actionId));
    const first = holds.toSorted((a, b) => heldUntil(a) - heldUntil(b))[0];
    if (first === undefined) return ending;
    const afterMs = heldUntil(first) - this.#nowMs;
    if (ending.kind === "waiting" && ending.afterMs <= afterMs) return ending;
    return { kind: "waiting", afterMs, why: `${first.actor} keeps undoing ${first.what}` };
  }

  /** These calls were carried out: what was undone is corrected. */
  corrected(actions: readonly Action[], nowMs: number): void {
    const ids = new Set(actions.map(actionId));
    for (const quarrel of this.#memory.quarrels) {
      if (!ids.has(quarrel.actionId)) continue;
      quarrel.isOpen = false;
      quarrel.quietSinceMs = nowMs;
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
      const { sinceMs, undoings, heldUntilMs } = contended;
      const isHeld = isOpen && heldUntilMs > this.#nowMs;
      const nextDelayMs = delayMs(undoings + 1, this.#settings);
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

function isHeldBy(memory: ContentionMemory, action: Action, installation: string, nowMs: number): boolean {
  const id = actionId(action);
  const holds = memory.quarrels.filter((one) => one.actionId === id && one.isOpen && heldUntil(one) > nowMs);
  return holds.some(({ wanted }) => wanted === wantedBy(action, installation));
}

function heldUntil({ contended }: Quarrel): number {
  return contended?.heldUntilMs ?? 0;
}

/** Doubles with each undoing from the third, up to the cap. */
function delayMs(undoings: number, { contendedBackoffBaseMs, contendedBackoffCapMs }: ContentionSettings): number {
  return Math.min(contendedBackoffCapMs, contendedBackoffBaseMs * 2 ** (undoings - UNDOINGS));
}

function isOver({ isOpen, quietSinceMs }: Quarrel, windowMs: number, nowMs: number): boolean {
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
