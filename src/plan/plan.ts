import type { Action } from "../model/actions.ts";

/** How a pass ends if its actions are empty (or could not all be carried out). */
export type Ending =
  /** Nothing is left to do, by what was read. */
  | { kind: "converged" }
  /** Look again after `afterMs`; under 2 s the run polls, else the key goes back to the queue. */
  | { kind: "waiting"; afterMs: number; why: string }
  /** Only a change (of spec, of permissions, of the world) can help; retried slowly. */
  | { kind: "stalled"; why: string };

/**
 * What a planner answers: the calls to make now, in order, and what to record.
 *
 * The run commits `facets` (if their meaning changed) *before* it carries out `actions`, so
 * whatever must be durable first (a retirement, a bumped token generation) simply stands in a facet.
 * After the actions the run observes and plans again; an empty `actions` ends it as `ending` says.
 */
export interface Plan<Facets> {
  actions: Action[];
  /** Calls that are due but not permitted now (`--read-only`, `driftPolicy: Observe`, withheld, StoreRestored). Never carried out. */
  heldBack: Action[];
  facets: Facets;
  ending: Ending;
  /** Removals that were held back by the blast-radius rule, with the hash that confirms them. */
  withheld: { count: number; planHash: string } | null;
  /** Drift: true if a non-empty plan cannot be explained by any record's change since it was last converged. */
  drifted: boolean;
}
