import type { Condition, ConditionStatus, ConditionType } from "../model/conditions.ts";
import type { ReadFailure } from "../model/observations.ts";

/** What a planner wants to say, before it is compared with what was said before. */
export interface ConditionDraft {
  status: ConditionStatus;
  /** CamelCase. */
  reason: string;
  message: string;
}

/** The conditions of one facet: at most one per type; a type that is not set again disappears. */
export class ConditionDrafts {
  readonly #drafts = new Map<ConditionType, ConditionDraft>();

  set(type: ConditionType, status: ConditionStatus, reason: string, message: string): void {
    this.#drafts.set(type, { status, reason, message });
  }

  put(type: ConditionType, draft: ConditionDraft): void {
    this.#drafts.set(type, draft);
  }

  get(type: ConditionType): ConditionDraft | undefined {
    return this.#drafts.get(type);
  }

  /** Sorted by type. `lastTransitionTime` moves only where the status differs from `previous`. */
  settle(previous: readonly Condition[] | undefined, generation: number, nowMs: number): Condition[] {
    const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
    return [...this.#drafts.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, draft]) => {
        const before = previous?.find((condition) => condition.type === type);
        const lastTransitionTime = before?.status === draft.status ? before.lastTransitionTime : now;
        return { type, ...draft, observedGeneration: generation, lastTransitionTime };
      });
  }
}

/**
 * How a read that failed is told: a missing permission is a fact (False, with the permission to
 * grant), anything else is not known. Neither ever means that the object is absent.
 */
export function unread(what: string, failure: ReadFailure, permission: string): ConditionDraft {
  if (isDenied(failure)) {
    return {
      status: "False",
      reason: "AccessDenied",
      message: `Mooring may not read ${what} (${failure.code}): grant ${permission} to Mooring's role.`,
    };
  }
  return {
    status: "Unknown",
    reason: "CouldNotRead",
    message: `Could not read ${what} (${failure.code}); nothing that depends on it is changed until it can be read.`,
  };
}

export function isDenied(failure: ReadFailure): boolean {
  return /AccessDenied|Unauthorized|NotAuthorized|Forbidden/i.test(failure.code);
}
