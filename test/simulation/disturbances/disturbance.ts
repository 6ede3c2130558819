import type { Stream } from "../chance.ts";
import type { FaultClass } from "../fault-classes.ts";
import type { Levers } from "../levers.ts";

/** One thing that goes wrong at some time; what exactly, its own stream of chance says. */
export interface Disturbance {
  /** Its place among all of the run, which names its stream. */
  n: number;
  /** ms after the start. */
  atMs: number;
  fault: FaultClass;
}

/** Carries out a disturbance. Whoever lies in wait counts when it strikes; what happens at once is counted at once. */
export type Disturb = (levers: Levers, chance: Stream, n: number) => void | Promise<void>;

const PEOPLE = ["alice", "bob", "carol", "deploy-bot", "terraform-ci", "mallory"] as const;

/** Somebody, of several: one alone who undoes everything would be contended with before long. */
export const person = (chance: Stream): string => chance.pick(PEOPLE);
