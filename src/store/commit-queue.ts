import type { StoredRecord } from "../model/records.ts";
import type { SlotInProgress } from "./apply-proposal.ts";
import { withNewerFields } from "./newer-fields.ts";
import type { Change, Proposal, RecordsView } from "./store.ts";

/** Largest slot body in bytes; DynamoDB's items end at 400 KB, names included. */
export const GROUP_BYTES_MAX = 200 * 1024;

export type Propose = (view: RecordsView) => Proposal;
export interface Committed {
  slot: number;
  records: StoredRecord[];
}

interface Waiting {
  propose: Propose;
  /** When it was asked for, on the log's own count of events. */
  tick: number;
  resolve(result: Committed): void;
  reject(error: unknown): void;
}

export interface Staged {
  waiting: Waiting;
  json: string;
  records: StoredRecord[];
}

export interface Gathered {
  staged: Staged[];
  /** A proposal was refused (or had nothing to write) on a view that may be old: read the tail, ask again. */
  needsRead: boolean;
}

/** Commits that wait for their slot, oldest first. */
export class CommitQueue {
  readonly #waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  push(propose: Propose, tick: number): Promise<Committed> {
    const { promise, resolve, reject } = Promise.withResolvers<Committed>();
    this.#waiting.push({ propose, tick, resolve, reject });
    return promise;
  }

  /**
   * Asks the oldest commits what they want to write and adds it to `slot`, as long as it fits. What is
   * gathered stays in the queue until `take`, so that a lost race asks again.
   *
   * A refusal counts only if it was given on a committed view, read since the commit was asked for:
   * otherwise it may rest on a neighbour in this very group that loses the race, or on an old view.
   *
   * @param freshTick the view holds everything that was committed before this tick.
   */
  gather(slot: SlotInProgress, freshTick: number): Gathered {
    const staged: Staged[] = [];
    let bytes = 0;
    while (staged.length < this.#waiting.length) {
      const waiting = this.#waiting[staged.length]!;
      const answer = ask(waiting.propose, slot);
      if (answer.kind !== "write") {
        if (staged.length > 0) break;
        if (waiting.tick > freshTick) return { staged, needsRead: true };
        this.#waiting.shift();
        if (answer.kind === "refused") waiting.reject(answer.error);
        else waiting.resolve({ slot: slot.slot - 1, records: [] });
        continue;
      }
      const size = Buffer.byteLength(answer.json) + 1;
      if (size > GROUP_BYTES_MAX) {
        if (staged.length > 0) break;
        this.#replaceByParts(waiting, answer.json, size);
        continue;
      }
      if (bytes + size > GROUP_BYTES_MAX) break;
      bytes += size;
      // Applied as read back from its JSON: what stands in the log is what the view shows.
      staged.push({ waiting, json: answer.json, records: slot.add(JSON.parse(answer.json) as Proposal) });
    }
    return { staged, needsRead: false };
  }

  /** Takes gathered commits out of the queue: their outcome is known. */
  take(staged: Staged[]): void {
    this.#waiting.splice(0, staged.length);
  }

  rejectAll(error: unknown): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #replaceByParts(waiting: Waiting, json: string, size: number): void {
    this.#waiting.shift();
    const parts = splitProposal(JSON.parse(json) as Proposal);
    if (parts === null) {
      waiting.reject(
        new RangeError(
          `Cannot commit ${size} bytes at once: a slot of the log holds at most ${GROUP_BYTES_MAX}. Commit fewer records at a time`,
        ),
      );
      return;
    }
    const promises = parts.map((part) => {
      const { promise, resolve, reject } = Promise.withResolvers<Committed>();
      return { promise, entry: { propose: () => part, tick: waiting.tick, resolve, reject } };
    });
    this.#waiting.unshift(...promises.map(({ entry }) => entry));
    Promise.all(promises.map(({ promise }) => promise)).then(
      (done) => waiting.resolve({ slot: done.at(-1)!.slot, records: done.flatMap(({ records }) => records) }),
      waiting.reject,
    );
  }
}

type Answer = { kind: "write"; json: string } | { kind: "nothing" } | { kind: "refused"; error: unknown };

function ask(propose: Propose, slot: SlotInProgress): Answer {
  try {
    const proposal = propose(slot.view);
    if (proposal.changes.length === 0 && proposal.wakes.length === 0) return { kind: "nothing" };
    const changes = proposal.changes.map((change) => withNewerFields(change, slot.view));
    return { kind: "write", json: JSON.stringify({ ...proposal, changes }) };
  } catch (error) {
    return { kind: "refused", error };
  }
}

/**
 * Cuts a proposal that is too large for one slot. Only facets and finalizers can be cut: each is guarded by
 * its own fence, and each part repeats the wakes, so that a crash between two parts loses none.
 *
 * @returns null if it cannot be cut.
 */
function splitProposal(proposal: Proposal): Proposal[] | null {
  if (proposal.changes.length < 2 || proposal.changes.some((change) => change.type === "put")) return null;
  const room = GROUP_BYTES_MAX - Buffer.byteLength(JSON.stringify({ ...proposal, changes: [] }));
  const groups: Change[][] = [[]];
  let bytes = 0;
  for (const change of proposal.changes) {
    const size = Buffer.byteLength(JSON.stringify(change)) + 1;
    if (size > room) return null;
    if (bytes + size > room) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(change);
    bytes += size;
  }
  return groups.map((changes) => ({ ...proposal, changes }));
}
