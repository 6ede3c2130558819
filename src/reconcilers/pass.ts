import { createActor, toPromise } from "xstate";
import type { ActResult, PassOutput, PlannedStep } from "../../state-machines/pass.ts";
import type { Action } from "../model/actions.ts";
import type { Cause, NotedEvent } from "../model/audit.ts";
import { RATE_BUDGET_EXHAUSTED } from "../model/errors.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { Ending, Plan } from "../plan/plan.ts";
import type { Change, KeyItem, Lease, Proposal, RecordsView } from "../store/store.ts";
import { act } from "./act.ts";
import { nameOf } from "./binding-name.ts";
import { causeOf } from "./cause.ts";
import { DriftLog, tellHold, type Concerns, type DriftMemory } from "./drift-log.ts";
import { Contention, NO_CONTENTION, type ContentionMemory } from "./contention.ts";
import { actionId, type Failure, type Trouble } from "./failures.ts";
import { type Hands, handsOf, type PassMachine, withHands } from "./pass-hands.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { Run, RunReport } from "./reconciler.ts";
import { worsenedBindings } from "./worsened.ts";

const HOUR_MS = 3_600_000;
/** When a run that found no request free in the budget comes again, longer than a run polls. */
const BUDGET_RETRY_MS = 3_000;

/** What a planner is told besides records and observation. */
export interface Situation<Memory> {
  nowMs: number;
  memory: Memory;
  removalsLastHour: number;
  item: KeyItem;
  /** Calls that AWS refused, in this run or before, and that are still due. */
  failures: Failure[];
}

/** A plan, or the word that a further read must come first. */
export type Planned<Facets> = { needsMore: true } | { needsMore: false; plan: Plan<Facets> };

/** What one kind of AWS object adds to the steps that all runs share. */
export interface PassSpec<Observation, Facets extends { memory: Memory }, Memory extends object> {
  machine: PassMachine;
  emptyMemory: Memory;
  observe(view: RecordsView, situation: Situation<Memory>): Promise<Observation>;
  readMore(view: RecordsView, observation: Observation): Promise<Observation>;
  /** Pure. null = nothing of ours names this object (any more): the run ends converged. */
  plan(view: RecordsView, observation: Observation, situation: Situation<Memory>): Planned<Facets> | null;
  propose(view: RecordsView, facets: Facets, lease: Lease, troubles: Trouble[], nowMs: number): Omit<Proposal, "by">;
  /** The memory of a plan of which this call was not made after all. */
  undone?(memory: Memory, action: Action): Memory;
  /** Uids of the bindings that the plan found drifted. */
  drifted(facets: Facets): string[];
  /** True if what a foreign call did is just what this observation shows. */
  stands?(event: NotedEvent, observation: Observation): boolean;
  /** Names for the history: the FileSystem record and the bindings of this object. */
  concerns(view: RecordsView): { fileSystem: string | null; bindings: string[] };
}

interface StoredMemory<Memory> {
  planner: Memory;
  failures: Failure[];
  drift: DriftMemory;
  contention: ContentionMemory;
}

/** Runs one pass over one key, start to end, inside its lease. */
export async function runPass<Observation, Facets extends { memory: Memory }, Memory extends object>(
  spec: PassSpec<Observation, Facets, Memory>,
  ports: ReconcilerPorts,
  run: Run,
): Promise<RunReport> {
  const pass = new Pass(spec, ports, run);
  const deadlineMs = ports.clock.nowMs() + ports.settings.runMaxMs;
  const input = { deadlineMs, actionsMax: ports.settings.actionsPerRunMax };
  const actor = createActor(withHands(spec.machine), { input });
  handsOf.set(actor.system, pass);
  const done = toPromise(actor);
  actor.start();
  return pass.finish(await done);
}

class Pass<Observation, Facets extends { memory: Memory }, Memory extends object> implements Hands {
  readonly #spec: PassSpec<Observation, Facets, Memory>;
  readonly #ports: ReconcilerPorts;
  readonly #run: Run;
  readonly #failures: Map<string, Failure>;
  readonly #failedNow = new Set<string>();
  readonly #woken = new Set<ReconcileKey>();
  readonly #drift;
  readonly #contention: Contention;
  #memory: Memory;
  /** The memory before a plan whose calls are still to be made; null = they were begun, or there are none. */
  #unacted: Memory | null = null;
  #view: RecordsView;
  #observation: Observation | null = null;
  #plan: Plan<Facets> | null = null;
  #observedAtMs = 0;
  #head = 0;
  #acted = 0;
  #removals: { atMs: number; count: number }[];

  constructor(spec: PassSpec<Observation, Facets, Memory>, ports: ReconcilerPorts, run: Run) {
    this.#spec = spec;
    this.#ports = ports;
    this.#run = run;
    const stored = run.item.memory as Partial<StoredMemory<Memory>>;
    this.#memory = stored.planner ?? spec.emptyMemory;
    this.#failures = new Map((stored.failures ?? []).map((f) => [f.actionId, f]));
    this.#view = ports.store.records.view();
    this.#removals = run.item.removals.filter((r) => r.atMs > ports.clock.nowMs() - HOUR_MS);
    this.#drift = new DriftLog(ports, run, stored.drift ?? { open: null, repaired: null });
    const foreign = run.item.noted.filter((event) => !ports.isOwn(event));
    this.#contention = new Contention(stored.contention ?? NO_CONTENTION, foreign, ports.settings);
  }

  /** The tail of the log first, read consistently: the newest change of spec is planned first. */
  async observe(): Promise<void> {
    this.#view = await this.#ports.store.records.refresh();
    this.#head = this.#view.head;
    this.#observedAtMs = this.#ports.clock.nowMs();
    this.#observation = await this.#spec.observe(this.#view, this.#situation());
  }

  async readMore(): Promise<void> {
    this.#observation = await this.#spec.readMore(this.#view, this.#observation!);
  }

  async plan(): Promise<PlannedStep> {
    const nowMs = this.#ports.clock.nowMs();
    const planned = this.#spec.plan(this.#view, this.#observation!, this.#situation());
    if (planned === null) {
      this.#plan = null;
      return { needsMore: false, actions: [], ending: { kind: "converged" }, nowMs };
    }
    if (planned.needsMore) return { needsMore: true, actions: [], ending: { kind: "converged" }, nowMs };
    const { plan } = planned;
    this.#plan = plan;
    const before = this.#memory;
    this.#memory = plan.facets.memory;
    this.#forgetSettledFailures(plan.actions);
    const drifted = plan.drifted ? this.#driftConcerns(plan).bindings : [];
    this.#contention.consider(plan.actions, drifted, (uid) => this.#view.bindingByUid(uid), nowMs);
    const actions = this.#due(plan.actions);
    this.#unacted = actions.length > 0 ? before : null;
    this.#forgetUndone(plan.actions.filter((action) => !actions.includes(action)));
    const ending = this.#endingWith(plan.ending, actions);
    return { needsMore: false, actions, ending: this.#contention.endingWith(ending, plan.actions), nowMs };
  }

  /** Commits what was found before anything is done about it. */
  async record(): Promise<void> {
    const plan = this.#plan;
    if (plan === null) return;
    if (plan.drifted) await this.#drift.seen(plan, this.#driftConcerns(plan));
    for (const hold of this.#contention.untold())
      await tellHold(this.#ports, this.#run, hold, this.#driftConcerns(plan));
    const { lease } = this.#run;
    const nowMs = this.#ports.clock.nowMs();
    const troubles = [...this.#failures.values(), ...this.#contention.shown()];
    const propose = (view: RecordsView) => this.#spec.propose(view, plan.facets, lease, troubles, nowMs);
    const { changes } = propose(this.#view);
    if (!plan.drifted) await this.#tellWorsened(changes);
    if (changes.length > 0) {
      let woken: ReconcileKey[] = [];
      await this.#ports.store.records.commit((view) => {
        const proposal = propose(view);
        woken = proposal.wakes;
        return { ...proposal, by: { actor: `mooring/${this.#ports.settings.installation}`, atMs: nowMs } };
      });
      for (const key of woken) this.#woken.add(key);
    }
    // With calls still to come, what they bring would wake the same keys once more.
    if (this.#due(plan.actions).length === 0) await this.#wakeCounterparts();
  }

  /** What others did that no call of ours mends (a function deleted, its role changed) has its place in the history, too. */
  async #tellWorsened(changes: Change[]): Promise<void> {
    const bindings = worsenedBindings(this.#view, changes).map((binding) => nameOf(binding));
    if (bindings.length === 0) return;
    const { fileSystem } = this.#spec.concerns(this.#view);
    await this.#drift.worsened({ fileSystem, bindings: bindings.toSorted() });
  }

  /** The commits have made these wakes durable already; if this is never reached, the pending keys are found. */
  async #wakeCounterparts(): Promise<void> {
    const keys = [...this.#woken];
    this.#woken.clear();
    if (keys.length > 0) await this.#ports.wake(keys);
  }

  async act(actionsMax: number): Promise<ActResult> {
    this.#unacted = null;
    const due = this.#due(this.#plan!.actions);
    const actions = due.slice(0, actionsMax);
    const before = new Set(this.#failures.keys());
    const result = await act(actions, this.#ports, {
      lease: this.#run.lease,
      causeOf: (action) => this.#causeOf(action),
      fileSystem: this.#spec.concerns(this.#view).fileSystem,
      failures: this.#failures,
      leftWith: (action) => ({ memory: this.#stored(), removals: this.#removalsWith(action.removes) }),
      removed: (count) => this.#countRemoval(count),
      undone: (action) => this.#forgetUndone([action]),
    });
    this.#forgetUndone(due.slice(result.carriedOut));
    for (const action of actions) {
      const id = actionId(action);
      if (this.#failures.has(id)) this.#failedNow.add(id);
    }
    const done = actions.slice(0, result.carriedOut - (result.stale ? 1 : 0));
    this.#contention.corrected(
      done.filter((action) => !this.#failures.has(actionId(action))),
      this.#ports.clock.nowMs(),
    );
    this.#acted += result.carriedOut - [...this.#failures.keys()].filter((id) => !before.has(id)).length;
    return result;
  }

  pause(afterMs: number): Promise<void> {
    return this.#ports.clock.sleep(afterMs, this.#run.signal);
  }

  async finish(output: PassOutput): Promise<RunReport> {
    await this.#wakeCounterparts();
    if (output.kind === "failed") throw output.error;
    // A run that ends between plan and act has done nothing of what its plan remembers as done.
    this.#memory = this.#unacted ?? this.#memory;
    const concerns = this.#spec.concerns(this.#view);
    const stands = (event: NotedEvent) =>
      this.#observation !== null && (this.#spec.stands?.(event, this.#observation) ?? false);
    if (output.kind === "converged") await this.#drift.converged(this.#acted, concerns, stands, this.#observedAtMs);
    const lookAgainInMs = this.#drift.lookAgainInMs(this.#observedAtMs);
    return {
      result: output,
      seenSlot: this.#head,
      acted: this.#acted,
      ...(output.kind === "converged" ? { convergedReadAtMs: this.#observedAtMs } : {}),
      removals: this.#removals,
      memory: this.#stored(),
      accountedFor: this.#drift.accountedFor(this.#observedAtMs),
      lookAgainInMs,
    };
  }

  /** What the next run is to know. */
  #stored(): Record<string, unknown> {
    return {
      planner: this.#memory,
      failures: [...this.#failures.values()],
      drift: this.#drift.memory(),
      contention: this.#contention.memory(),
    };
  }

  #situation(): Situation<Memory> {
    return {
      nowMs: this.#ports.clock.nowMs(),
      memory: this.#memory,
      removalsLastHour: this.#removals.reduce((sum, r) => sum + r.count, 0),
      item: this.#run.item,
      failures: [...this.#failures.values()],
    };
  }

  /** The memory of a plan takes its calls for made. */
  #forgetUndone(actions: Action[]): void {
    for (const action of actions) this.#memory = this.#spec.undone?.(this.#memory, action) ?? this.#memory;
  }

  /** A call that was refused in this run is not repeated in it, and one that somebody keeps undoing waits: the rest goes on. */
  #due(actions: Action[]): Action[] {
    return actions.filter((action) => !this.#failedNow.has(actionId(action)) && !this.#contention.isHeld(action));
  }

  #forgetSettledFailures(planned: Action[]): void {
    const due = new Set(planned.map(actionId));
    for (const id of this.#failures.keys()) if (!due.has(id)) this.#failures.delete(id);
  }

  #endingWith(ending: Ending, actions: Action[]): Ending {
    if (actions.length > 0 || this.#failedNow.size === 0) return ending;
    const failures = [...this.#failures.values()].filter((f) => this.#failedNow.has(f.actionId));
    // Mooring's own share of a quota is used up for the moment: nothing is wrong, and nothing to back off from.
    if (failures.length > 0 && failures.every(({ code }) => code === RATE_BUDGET_EXHAUSTED))
      return { kind: "waiting", afterMs: BUDGET_RETRY_MS, why: failures.map((f) => f.message).join("; ") };
    return { kind: "stalled", why: failures.map((f) => f.message).join("; ") };
  }

  #driftConcerns(plan: Plan<Facets>): Concerns {
    const { fileSystem } = this.#spec.concerns(this.#view);
    const bindings = this.#spec.drifted(plan.facets).map((uid) => nameOf(this.#view.bindingByUid(uid)));
    return { fileSystem, bindings: bindings.toSorted() };
  }

  async #causeOf(action: Action): Promise<Cause> {
    if (this.#plan?.drifted) return this.#drift.cause();
    return causeOf(action, this.#view, this.#ports.store.audit, this.#run.cause);
  }

  #countRemoval(count: number): void {
    this.#removals = this.#removalsWith(count);
  }

  #removalsWith(count: number): { atMs: number; count: number }[] {
    return count > 0 ? [...this.#removals, { atMs: this.#ports.clock.nowMs(), count }] : this.#removals;
  }
}
