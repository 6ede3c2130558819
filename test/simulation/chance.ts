import type { Chance } from "../../src/model/clock.ts";

/** Chance that repeats with its seed. */
export interface Stream extends Chance {
  /** True with this probability, 0-1. */
  happens(probability: number): boolean;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** One of them; `items` must not be empty. */
  pick<T>(items: readonly T[]): T;
  hex(length: number): string;
}

/**
 * The stream `name` of a seed. Streams are independent: what one draws moves no other, so that a disturbance which is
 * left out of a replay changes as little as possible of the rest.
 */
export function streamOf(seed: number, name: string): Stream {
  let state = hashOf(`${seed}/${name}`);
  // mulberry32
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (length: number): string => {
    let text = "";
    for (let n = 0; n < length; n += 8)
      text += Math.floor(random() * 4_294_967_296)
        .toString(16)
        .padStart(8, "0");
    return text.slice(0, length);
  };
  return {
    random,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    happens: (probability) => random() < probability,
    between: (from, to) => from + Math.floor(random() * (to - from + 1)),
    pick: (items) => items[Math.floor(random() * items.length)]!,
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
