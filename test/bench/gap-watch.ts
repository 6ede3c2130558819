import { tryMount } from "../../src/simulator/services/lambda/invoke.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";

/** What the account's own event log shows of mounts. */
export interface GapWatch {
  /** Longest time that a configuration named no access point that exists, ms. 0 = at no event. */
  longestUnnamedMs(): number;
  /** Longest time that a new execution environment could not have mounted what its configuration names, ms. */
  longestUnmountableMs(): number;
  /** Mutating calls after which the functions were judged. */
  events(): number;
  stop(): void;
}

/** Changes of anything else change no mount. */
const CONCERNS = /AccessPoint|FileSystemPolicy|UpdateFunction|PublishVersion/;

/**
 * Judges every function after every mutating call to the account, in the call itself: no state between two events
 * goes unseen, as it would between two polls.
 */
export function watchGaps({ world }: Simulator, functionNames: readonly string[]): GapWatch {
  const unnamed = new Spells();
  const unmountable = new Spells();
  let events = 0;
  let isOver = false;
  const judge = (name: string): void => {
    const { latest } = world.service("lambda").function(name)!;
    const source = latest.serving ?? latest;
    const [mount] = source.fileSystemConfigs;
    const nowMs = performance.now();
    const id = mount?.Arn.slice(mount.Arn.lastIndexOf("/") + 1);
    const isNamed = id !== undefined && world.service("efs").accessPoint(id) !== undefined;
    unnamed.note(name, !isNamed, nowMs);
    unmountable.note(name, mount === undefined || "failure" in tryMount(world, source, mount), nowMs);
  };
  world.onEvent(({ detail }) => {
    const { eventName, requestParameters } = detail as {
      eventName?: string;
      requestParameters?: { functionName?: string };
    };
    if (isOver || eventName === undefined || !CONCERNS.test(eventName)) return;
    events += 1;
    const own = requestParameters?.functionName;
    for (const name of own === undefined ? functionNames : [own]) judge(name);
  });
  return {
    longestUnnamedMs: () => unnamed.longestMs(performance.now()),
    longestUnmountableMs: () => unmountable.longestMs(performance.now()),
    events: () => events,
    stop: () => (isOver = true),
  };
}

/** How long something was wrong, by name. */
class Spells {
  readonly #since = new Map<string, number>();
  #longestMs = 0;

  note(name: string, isWrong: boolean, nowMs: number): void {
    const since = this.#since.get(name);
    if (since !== undefined) this.#longestMs = Math.max(this.#longestMs, nowMs - since);
    if (!isWrong) this.#since.delete(name);
    else if (since === undefined) this.#since.set(name, nowMs);
  }

  longestMs(nowMs: number): number {
    return Math.max(this.#longestMs, ...[...this.#since.values()].map((since) => nowMs - since));
  }
}
