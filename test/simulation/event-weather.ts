import type { World, WorldEvent } from "../../src/simulator/world.ts";
import type { Stream } from "./chance.ts";
import type { FaultClass } from "./fault-classes.ts";
import type { Interference } from "./interference.ts";
import { MOORING } from "./levers.ts";
import type { SimulatedTime } from "./time.ts";

/** Somebody of whose calls no event ever tells. */
export const UNHEARD = "unheard";

type EventFault = "event-lost" | "event-doubled" | "event-late" | "event-reordered";

/** From a call to its event at the queue, ms. CloudTrail promises no more than "within minutes". */
const USUAL_MS = { from: 150, to: 2_500 };

/** What becomes of events between AWS and the bus. */
export class EventWeather {
  /** Names of events that were lost, with when: what only an event would have told is then not told. */
  readonly lost: { atMs: number; eventName: string }[] = [];
  readonly #time: SimulatedTime;
  readonly #chance: Stream;
  readonly #interference: Interference;
  #coming: EventFault[] = [];
  #lastDueMs = 0;

  constructor(world: World, time: SimulatedTime, chance: Stream, interference: Interference, ownEvents: boolean) {
    this.#time = time;
    this.#chance = chance;
    this.#interference = interference;
    const emit = world.emit.bind(world);
    world.emit = (event) => {
      if (nameOfActor(event) === UNHEARD) return;
      const isOwn = nameOfActor(event) === MOORING;
      if (isOwn && !ownEvents) return;
      if (isOwn) interference.count("own-events");
      this.#deliver(event, emit);
    };
  }

  /** One of the next events meets this. */
  strike(fault: EventFault): void {
    this.#coming.push(fault);
  }

  /** True while some event is still on its way. */
  get isUnderWay(): boolean {
    return this.#lastDueMs >= this.#time.nowMs;
  }

  end(): void {
    this.#coming = [];
  }

  #deliver(event: WorldEvent, emit: (event: WorldEvent) => void): void {
    const fault = isOfInterest(event) ? this.#coming.shift() : undefined;
    if (fault !== undefined) this.#interference.count(fault satisfies FaultClass);
    const usualMs = this.#chance.between(USUAL_MS.from, USUAL_MS.to);
    const after = (ms: number): void => {
      this.#lastDueMs = Math.max(this.#lastDueMs, this.#time.nowMs + ms);
      this.#time.after(ms, () => emit(event));
    };
    switch (fault) {
      case "event-lost":
        this.lost.push({ atMs: this.#time.nowMs, eventName: String(event.detail["eventName"]) });
        return;
      case "event-doubled":
        after(usualMs);
        return after(this.#chance.between(1, 20_000));
      case "event-late":
        return after(this.#chance.between(20_000, 90_000));
      case "event-reordered":
        // Long enough for its successors to overtake it.
        return after(this.#chance.between(3_000, 9_000));
      case undefined:
        return after(usualMs);
    }
  }
}

function nameOfActor({ detail }: WorldEvent): string | undefined {
  return (detail["userIdentity"] as { userName?: string } | undefined)?.userName;
}

/** Most events are of calls that change nothing that anybody bound; a fault is not wasted on them. */
function isOfInterest({ source }: WorldEvent): boolean {
  return ["aws.elasticfilesystem", "aws.lambda", "aws.ecs", "aws.iam"].includes(source);
}
