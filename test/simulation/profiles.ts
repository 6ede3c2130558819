import type { Settings } from "../../src/model/settings.ts";
import type { FaultClass } from "./fault-classes.ts";

const MINUTE = 60_000;

/** What a run dwells on, beside what every run has: some mistakes show only where nothing else makes up for them. */
export interface Profile {
  name: string;
  why: string;
  /** Other than in `SIMULATED_SETTINGS`. */
  settings: Partial<Settings>;
  /** Classes that do not strike here. */
  without: readonly FaultClass[];
  /** Classes that strike for certain, in the place of some that were drawn. */
  certain: readonly FaultClass[];
  /** From a write of the store to its effect, ms. */
  storeMs: { from: number; to: number };
}

const STORE_MS = { from: 1, to: 6 };
/** Longer than any run: a lost wake stays lost. */
const NO_SWEEP = { sweepIntervalMs: 60 * MINUTE };
/** Only a sweep finds what these leave behind. */
const LEFT_TO_SWEEPS: readonly FaultClass[] = ["event-lost", "silent-drift", "store-restored"];

/** A seed has the profile of its number, so that any few seeds in a row have all of them. */
const PROFILES: readonly Profile[] = [
  {
    name: "mixed",
    why: "Everything that may go wrong, as chance has it.",
    settings: {},
    without: [],
    certain: ["orphan", "silent-drift", "silent-drift", "late-consumer", "deleted-in-creation", "version-kept"],
    storeMs: STORE_MS,
  },
  {
    name: "no sweep",
    why: "Nothing makes up for a wake, a mark, a message or a second look that is lost.",
    settings: NO_SWEEP,
    without: LEFT_TO_SWEEPS,
    certain: ["late-commit", "crash", "crash", "version-kept", "unreadable-function", "rollout-fails"],
    storeMs: STORE_MS,
  },
  {
    name: "crowd",
    why: "The policy is nearly full, others use Mooring's names, and many things change at once.",
    settings: {},
    without: [],
    certain: ["crowded-policy", "token-taken", "token-taken", "mass-removal", "orphan", "silent-drift", "mode-changed"],
    storeMs: STORE_MS,
  },
  {
    name: "slow store",
    why: "Between any two writes there is time for somebody else, and no sweep makes up for what falls in between.",
    settings: NO_SWEEP,
    without: LEFT_TO_SWEEPS,
    certain: ["late-commit", "late-commit", "paused-holder", "paused-holder", "crash", "late-consumer"],
    storeMs: { from: 5, to: 350 },
  },
  {
    name: "end",
    why: "The store is put back, and in the end most records go.",
    settings: {},
    without: [],
    certain: [
      "store-restored",
      "all-deleted",
      "policy-deleted",
      "late-consumer",
      "version-kept",
      "unreadable-function",
    ],
    storeMs: STORE_MS,
  },
  {
    name: "partial sight",
    why: "What is read is old, or half of it, or nothing, for longer than any second look takes.",
    settings: {},
    without: [],
    certain: ["partial-pages", "partial-pages", "unreadable-function", "stale-reads", "token-taken", "silent-drift"],
    storeMs: STORE_MS,
  },
];

export function profileOf(seed: number): Profile {
  return PROFILES[seed % PROFILES.length]!;
}
