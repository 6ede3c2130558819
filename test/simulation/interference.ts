import type { FaultRule } from "../../src/simulator/faults.ts";
import type { AwsCall, Fate } from "./aws-port.ts";
import type { FaultClass } from "./fault-classes.ts";
import type { StoreCall, StoreFate } from "./store-port.ts";
import type { SimulatedTime } from "./time.ts";

/** Something that lies in wait for a call. */
interface Trap<Call, Fateful> {
  fault: FaultClass;
  matches(call: Call): boolean;
  /** What it does; false = it let this one pass after all. */
  spring(call: Call, fate: Fateful): void | false;
  /** How often it springs. */
  times: number;
  untilMs: number;
}

type Given<T> = Omit<T, "times" | "untilMs"> & { times?: number; forMs?: number };

const SOON_MS = 20_000;

/** All traps that are set at the moment, and how often each class of fault really struck. */
export class Interference {
  readonly counts = new Map<FaultClass, number>();
  readonly #time: SimulatedTime;
  #aws: Trap<AwsCall, Fate>[] = [];
  #store: Trap<StoreCall, StoreFate>[] = [];
  #inBetween: Trap<AwsCall, { act: (() => Promise<void>)[] }>[] = [];

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  count(fault: FaultClass, times = 1): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + times);
  }

  /** Waits for calls to AWS. Default: once, within 20 s. */
  onAws(trap: Given<Trap<AwsCall, Fate>>): void {
    this.#aws.push(this.#completed(trap));
  }

  /** Waits for operations of the store. Default: once, within 20 s. */
  onStore(trap: Given<Trap<StoreCall, StoreFate>>): void {
    this.#store.push(this.#completed(trap));
  }

  /** Waits for the instant before a call takes effect. Default: once, within 20 s. */
  inBetween(fault: FaultClass, matches: (call: AwsCall) => boolean, act: (call: AwsCall) => Promise<void>): void {
    const trap = {
      fault,
      matches,
      spring: (call: AwsCall, fate: { act: (() => Promise<void>)[] }) => void fate.act.push(() => act(call)),
    };
    this.#inBetween.push(this.#completed(trap));
  }

  applyToAws(call: AwsCall, fate: Fate): void {
    this.#aws = this.#sprung(this.#aws, call, fate);
  }

  applyToStore(call: StoreCall, fate: StoreFate): void {
    this.#store = this.#sprung(this.#store, call, fate);
  }

  async applyBefore(call: AwsCall): Promise<void> {
    if (this.#inBetween.length === 0) return;
    const found: { act: (() => Promise<void>)[] } = { act: [] };
    this.#inBetween = this.#sprung(this.#inBetween, call, found);
    for (const act of found.act) await act();
  }

  /** Takes all traps away. */
  end(): void {
    this.#aws = [];
    this.#store = [];
    this.#inBetween = [];
  }

  #completed<Call, Fateful>(given: Given<Trap<Call, Fateful>>): Trap<Call, Fateful> {
    const { fault, matches, spring, times = 1, forMs = SOON_MS } = given;
    return { fault, matches, spring, times, untilMs: this.#time.nowMs + forMs };
  }

  #sprung<Call, Fateful>(traps: Trap<Call, Fateful>[], call: Call, fate: Fateful): Trap<Call, Fateful>[] {
    if (traps.length === 0) return traps;
    for (const trap of traps) {
      if (trap.times === 0 || trap.untilMs < this.#time.nowMs || !trap.matches(call)) continue;
      if (trap.spring(call, fate) === false) continue;
      trap.times -= 1;
      this.count(trap.fault);
    }
    return traps.filter(({ times, untilMs }) => times > 0 && untilMs >= this.#time.nowMs);
  }
}

/** The simulator's own fault, for the one attempt that it strikes. */
export function ruleOf(kind: FaultRule["kind"], more: Partial<FaultRule> = {}): FaultRule {
  return { kind, ...more };
}
