import type { Chance, Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import { SlotInProgress, differences } from "./apply-proposal.ts";
import type { SpecChange } from "./apply-proposal.ts";
import { Checkpointer, loadCheckpoint } from "./checkpoint.ts";
import type { Loaded } from "./checkpoint.ts";
import { CheckpointPace } from "./checkpoint-pace.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { Committed, Gathered, Propose } from "./commit-queue.ts";
import type { Engine, SlotItem } from "./engine.ts";
import { putSlotSurely, readTailPage } from "./log-tail.ts";
import { PendingWakes, readSeenSlots } from "./pending-wakes.ts";
import { Records } from "./records-view.ts";
import { checkSentinel } from "./sentinel.ts";
import { makeSlot, openSlot } from "./slot.ts";
import { SpecAudit } from "./spec-audit.ts";
import { LogDamagedError } from "./store.ts";
import type { CommitLog, RecordsView, WatchEvent } from "./store.ts";
import { WatchHistory } from "./watch-history.ts";

export interface LogOptions {
  engine: Engine;
  clock: Clock;
  chance: Chance;
  installation: string;
  /** Slots from one checkpoint to the next, at most. */
  checkpointEvery: number;
  /** Slots behind a checkpoint whose bodies are kept. */
  keepSlots: number;
  /** Changes that a watch can go back. */
  keepChanges: number;
  /** The head of the log that the last finished run of a key had seen; 0 = never ran. */
  seenSlot: (key: ReconcileKey) => Promise<number>;
  /** Writes one change of spec into the history; idempotent. */
  appendSpecChange: (change: SpecChange) => Promise<void>;
  /** Told why the log can neither be followed nor written any more. */
  onDamage: (error: LogDamagedError) => void;
}

/** The commit log over any engine. See CommitLog for what it promises. */
export class EngineCommitLog implements CommitLog {
  readonly #options: LogOptions;
  readonly #engine: Engine;
  readonly #queue = new CommitQueue();
  readonly #history: WatchHistory;
  readonly #wakes = new PendingWakes();
  readonly #specAudit: SpecAudit;
  readonly #checkpointer: Checkpointer;
  readonly #pace: CheckpointPace;
  #view = Records.empty();
  #sum = "";
  #baseline: Map<string, number> = new Map();
  /** Counts commits asked for and reads begun, to tell which came first. */
  #tick = 0;
  #freshTick = 0;
  /** The end of the line of those who read or write the log; it never rejects. */
  #line: Promise<unknown> = Promise.resolve();
  #nextRefresh: Promise<RecordsView> | null = null;
  /** Slots lost in a row to other replicas. */
  #losses = 0;
  #isFlushing = false;
  #flushed: Promise<void> = Promise.resolve();
  #checkpointing: Promise<void> = Promise.resolve();
  /** writeIds of own puts that were given up unanswered: should one turn up, its history is ours to write. */
  readonly #doubtful = new Set<string>();
  #stopped: Error | null = null;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#history = new WatchHistory(options.keepChanges);
    this.#specAudit = new SpecAudit(options.appendSpecChange);
    this.#checkpointer = new Checkpointer(options.engine, options.keepSlots);
    this.#pace = new CheckpointPace(options.checkpointEvery);
  }

  /** Loads the last checkpoint, replays the tail, and writes the sentinel into an empty log. */
  async open(): Promise<void> {
    this.#load(await loadCheckpoint(this.#engine));
    const loadedHead = this.#view.head;
    await this.#inLine(() => this.#readTail());
    if (this.#view.head === 0) await this.#inLine(() => this.#writeSentinel());
    await checkSentinel(this.#engine, this.#options.installation);
    this.#baseline = new Map();
    await this.#specAudit.flushAll();
    await this.#settleSeen();
    if (this.#view.head - loadedHead >= this.#options.checkpointEvery) this.#startCheckpoint();
  }

  view(): RecordsView {
    return this.#view;
  }

  refresh(): Promise<RecordsView> {
    // All who ask before the next read begins share it.
    this.#nextRefresh ??= this.#inLine(async () => {
      this.#nextRefresh = null;
      await this.#readTail();
      return this.#view;
    });
    return this.#nextRefresh;
  }

  async commit(propose: Propose): Promise<Committed> {
    if (this.#stopped) throw this.#stopped;
    const result = this.#queue.push(propose, ++this.#tick);
    if (!this.#isFlushing) this.#flushed = this.#flush();
    return result;
  }

  watch(afterSlot: number, listener: (event: WatchEvent) => void): () => void {
    return this.#history.watch(afterSlot, listener);
  }

  pending(): { key: ReconcileKey; slot: number; sinceMs: number }[] {
    return this.#wakes.list();
  }

  settled(key: ReconcileKey, slot: number): void {
    this.#wakes.settled(key, slot);
  }

  onWake(listener: (keys: ReconcileKey[], slot: number) => void): () => void {
    return this.#wakes.onWake(listener);
  }

  /** Finishes what was begun, then refuses further work. */
  async close(): Promise<void> {
    await this.#flushed;
    await this.#line;
    await this.#checkpointing;
    await this.#specAudit.flush().catch(() => undefined);
    this.#stopped ??= new Error("The store is closed");
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    // Whoever commits in the same turn of the event loop joins the same slot.
    await Promise.resolve();
    while (!this.#queue.isEmpty) {
      await this.#inLine(() => this.#writeGroup()).catch((error: unknown) => this.#queue.rejectAll(error));
    }
    // In the same turn as the last look at the queue: a commit that comes later starts a new flush.
    this.#isFlushing = false;
  }

  async #writeGroup(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    const slot = new SlotInProgress(this.#view, this.#options.clock.nowMs(), this.#baseline);
    const gathered = this.#queue.gather(slot, this.#freshTick);
    if (gathered.staged.length > 0) await this.#writeSlot(slot, gathered);
    else if (gathered.needsRead) await this.#readTail();
  }

  async #writeSlot(slot: SlotInProgress, { staged }: Gathered): Promise<void> {
    const writeId = this.#options.chance.uuid();
    const proposals = staged.map(({ json }) => json);
    const item = makeSlot({ slot: slot.slot, prev: this.#sum, writeId, atMs: slot.atMs, proposals });
    const started = ++this.#tick;
    const there = await this.#put(item);
    if (there !== true) return await this.#giveWay(there);
    this.#losses = 0;
    this.#freshTick = started;
    this.#queue.take(staged);
    const isCheckpointDue = this.#land(slot, item);
    // The commit is durable: an entry that could not be written now is written later.
    const audited = slot.specChanges.length > 0 ? this.#specAudit.add(slot.specChanges).catch(() => undefined) : null;
    const answer = (): void => {
      for (const { waiting, records } of staged) waiting.resolve({ slot: slot.slot, records });
    };
    if (audited) void audited.then(answer);
    else answer();
    if (isCheckpointDue) this.#startCheckpoint();
  }

  /**
   * Another replica has the slot that this one was about to write. What it wrote is applied, and the next slot tried
   * for, within one request; who loses again may be further behind, and reads.
   */
  async #giveWay(there: SlotItem): Promise<void> {
    this.#losses += 1;
    if (this.#losses % 2 === 0 || there.body === null) await this.#readTail();
    else await this.#orStop(() => this.#follow(there));
  }

  /** @returns true if the slot is ours, or who has it; throws if no answer was to be had. */
  async #put(item: SlotItem): Promise<true | SlotItem> {
    try {
      return await putSlotSurely(this.#engine, this.#options.clock, item);
    } catch (error) {
      this.#doubtful.add(item.writeId);
      throw error;
    }
  }

  async #readTail(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    const started = ++this.#tick;
    if (await this.#orStop(() => this.#followTail())) this.#freshTick = started;
    else await this.#readTail();
  }

  /** @returns false if a body was gone and a checkpoint was loaded instead: what comes after it is still to be read. */
  async #followTail(): Promise<boolean> {
    for (let more = true; more;) {
      const page = await readTailPage(this.#engine, this.#view.head);
      for (const item of page.items) if (!(await this.#follow(item))) return false;
      more = page.more;
    }
    return true;
  }

  /** Who meets a damaged log neither follows nor writes it any more. */
  async #orStop<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LogDamagedError) this.#options.onDamage((this.#stopped = error));
      throw error;
    }
  }

  /** Applies a slot from the tail. @returns false if its body is gone and a checkpoint was loaded instead. */
  async #follow(item: SlotItem): Promise<boolean> {
    if (item.body === null) {
      await this.#jumpToCheckpoint(item.slot);
      return false;
    }
    const body = openSlot({ ...item, body: item.body }, this.#sum);
    const slot = new SlotInProgress(this.#view, body.atMs, this.#baseline);
    for (const proposal of body.proposals) slot.add(proposal);
    this.#land(slot, item);
    if (this.#doubtful.delete(item.writeId)) void this.#specAudit.add(slot.specChanges).catch(() => undefined);
    else this.#specAudit.addForeign(slot.specChanges);
    return true;
  }

  /** @returns true if whoever wrote this slot has a checkpoint to write. */
  #land(slot: SlotInProgress, { sum, body }: SlotItem): boolean {
    this.#view = slot.done();
    this.#sum = sum;
    this.#checkpointer.changed(slot.touched(), slot.slot);
    this.#wakes.woken(slot.wakes, slot.slot, slot.atMs);
    this.#history.append(slot.slot, slot.events());
    this.#history.deliver();
    this.#wakes.notify([...slot.wakes], slot.slot);
    return this.#pace.landed(Buffer.byteLength(body ?? ""));
  }

  #load(loaded: Loaded): void {
    this.#view = loaded.view;
    this.#sum = loaded.sum;
    this.#baseline = loaded.baseline;
    this.#wakes.restore(loaded.pending);
    this.#pace.restart();
    // Between the marker and the newest projection, intermediate states cannot be told.
    let known = loaded.view.head;
    for (const slot of loaded.baseline.values()) known = Math.max(known, slot);
    this.#history.startAt(known);
  }

  /** A replica that slept through a compaction: watchers get the difference, record by record. */
  async #jumpToCheckpoint(missing: number): Promise<void> {
    const loaded = await loadCheckpoint(this.#engine);
    if (loaded.view.head < missing)
      throw new LogDamagedError(
        `Slot ${missing} of the log has no body, and no checkpoint covers it. Restore the store from a backup`,
      );
    const before = this.#view;
    const { head } = loaded.view;
    this.#load({ ...loaded, baseline: new Map() });
    this.#baseline = loaded.baseline;
    this.#history.startAt(before.head);
    this.#history.append(head, differences(before, loaded.view));
    this.#history.deliver();
    this.#wakes.notify(
      loaded.pending.filter((wake) => wake.slot > before.head).map((wake) => wake.key),
      head,
    );
  }

  async #writeSentinel(): Promise<void> {
    const { chance, clock, installation } = this.#options;
    const item = makeSlot({
      slot: 1,
      prev: "",
      writeId: chance.uuid(),
      atMs: clock.nowMs(),
      proposals: [],
      installation,
    });
    await this.#put(item);
    await this.#readTail();
  }

  /** Of the wakes replayed from the log, those that a finished run has seen are over. */
  async #settleSeen(): Promise<void> {
    for (const [key, seen] of await readSeenSlots(this.#wakes.list(), this.#options.seenSlot)) {
      if (seen > this.#view.head) await this.#proveHead(key, seen);
      this.#wakes.settled(key, seen);
    }
  }

  async #proveHead(key: ReconcileKey, seen: number): Promise<void> {
    // Another replica may have committed, and run, since our read of the tail.
    await this.#inLine(() => this.#readTail());
    if (seen <= this.#view.head) return;
    throw new LogDamagedError(
      `The log ends at slot ${this.#view.head}, but a run of ${key} has seen slot ${seen}: parts of the log were lost. Restore the store from a backup`,
    );
  }

  #startCheckpoint(): void {
    const snapshot = { view: this.#view, sum: this.#sum, pending: this.#wakes.list() };
    // A checkpoint that fails costs only a longer start; the next one makes up for it.
    this.#checkpointing = this.#checkpointing
      .then(() => this.#specAudit.flushAll())
      .then(() => this.#checkpointer.write(snapshot))
      .catch(() => undefined);
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#line.then(work);
    this.#line = result.catch(() => undefined);
    return result;
  }
}
