import type { Behaviour, Call, ServiceName } from "./behaviour.ts";
import type { Caller } from "./clients.ts";
import { difference, isUnserved, type Outcome } from "./judge.ts";
import { at, fill, fillExpectation, mentioned } from "./placeholders.ts";
import { OWN_NAMES, partThatGives } from "./stage.ts";
import { undoOf } from "./undo.ts";

export type Verdict = "agree" | "differ" | "not served";

export interface Result {
  id: string;
  verdict: Verdict;
  /** What is different, or what is not served; null if it agrees. */
  note: string | null;
}

export interface ProbeOptions {
  caller: Caller;
  region: string;
  /** Begins every name, unlike in every run: small letters and digits. */
  run: string;
  /** How long to wait for what happens behind a call's back. */
  patienceMs: number;
  /** Between two looks at what may still change. */
  pollMs: number;
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  onResult?(result: Result): void;
}

export interface ProbeReport {
  results: Result[];
  /** Calls that should have taken something away and could not. */
  leftOver: string[];
}

/** Asks for each behaviour in turn; what was made is taken away again, whatever happens. */
export async function probe(behaviours: readonly Behaviour[], options: ProbeOptions): Promise<ProbeReport> {
  const stage = new Scene(options, new Map([["run", options.run]]), null);
  const results: Result[] = [];
  const leftOver: string[] = [];
  for (const [index, behaviour] of behaviours.entries()) {
    const scene = new Scene(options, new Map([["own", `${options.run}-${index}`]]), stage);
    const result = { id: behaviour.id, ...(await verdictOn(behaviour, scene, options.patienceMs)) };
    leftOver.push(...(await scene.clear()));
    results.push(result);
    options.onResult?.(result);
  }
  leftOver.push(...(await stage.clear()));
  return { results, leftOver };
}

async function verdictOn(
  { given, when, expects, eventually }: Behaviour,
  scene: Scene,
  patienceMs: number,
): Promise<Omit<Result, "id">> {
  for (const call of given) {
    const failure = await scene.play(call);
    if (failure !== null) return { verdict: failure.verdict, note: `before that, ${failure.note}` };
  }
  const missing = await scene.furnish([when.input, expects]);
  if (missing !== null) return { verdict: "not served", note: missing };
  const { outcome, note } = await scene.judge({ ...when, until: expects }, eventually ? patienceMs : ONCE);
  if (note === null) return { verdict: "agree", note: null };
  return isUnserved(outcome) ? { verdict: "not served", note } : { verdict: "differ", note };
}

interface Failure {
  verdict: Verdict;
  note: string;
}

/** The first answer counts. */
const ONCE = 0;

/** Names, and what was made under them. A behaviour's scene is played on the stage, which all behaviours share. */
class Scene {
  readonly #options: ProbeOptions;
  readonly #names: Map<string, unknown>;
  readonly #stage: Scene | null;
  readonly #parts = new Map<string, string | null>();
  readonly #undo: Call[] = [];

  constructor(options: ProbeOptions, names: Map<string, unknown>, stage: Scene | null) {
    this.#options = options;
    this.#stage = stage;
    this.#names = new Map([
      ["region", options.region],
      ["regiona", `${options.region}a`],
      ["regionb", `${options.region}b`],
      ...names,
    ]);
  }

  /** Makes a call that has to succeed. @returns null if it did. */
  async play(call: Call): Promise<Failure | null> {
    const missing = await this.furnish(call.input);
    if (missing !== null) return { verdict: "not served", note: missing };
    const { outcome, note } = await this.judge(call, this.#options.patienceMs);
    if (note === null) return null;
    return { verdict: isUnserved(outcome) ? "not served" : "differ", note: `${call.operation} ${note}` };
  }

  /** Sees that the stage has what these values mention. @returns what could not be made. */
  async furnish(values: unknown): Promise<string | null> {
    for (const name of mentioned(values)) {
      if (this.#names.has(name) || (OWN_NAMES as readonly string[]).includes(name)) continue;
      const maker = this.#stage ?? this;
      const missing = await maker.#furnishOne(name);
      if (missing !== null) return missing;
    }
    return null;
  }

  async #furnishOne(name: string): Promise<string | null> {
    const found = partThatGives(name);
    if (found === undefined) return null;
    const known = this.#parts.get(found.id);
    if (known !== undefined) return known;
    for (const call of found.part.calls) {
      const failure = await this.play(call);
      if (failure === null) continue;
      this.#parts.set(found.id, `needs ${call.service}'s ${failure.note}`);
      return this.#parts.get(found.id)!;
    }
    this.#parts.set(found.id, null);
    return null;
  }

  /** Makes a call, again and again if its answer may still come to be so, and says what is different in the end. */
  async judge(call: Call, patienceMs = ONCE): Promise<{ outcome: Outcome; note: string | null }> {
    const { caller, pollMs, nowMs, sleep } = this.#options;
    const names = this.#allNames();
    const input = fill(call.input, names) as Record<string, unknown>;
    const expected = fillExpectation(call.until ?? { answers: {} }, names);
    const endMs = nowMs() + (call.until === undefined ? ONCE : patienceMs);
    for (;;) {
      const outcome = await caller.make({ service: call.service, operation: call.operation, input });
      if ("answer" in outcome) this.#keep(call, input, outcome.answer);
      const note = difference(expected, outcome);
      if (note === null || nowMs() >= endMs || isUnserved(outcome)) return { outcome, note };
      await sleep(pollMs);
    }
  }

  #keep(call: Call, input: Record<string, unknown>, answer: Record<string, unknown>): void {
    for (const [name, path] of Object.entries(call.remember)) this.#names.set(name, at(answer, path));
    this.#undo.push(...undoOf(call, input, answer).toReversed());
  }

  #allNames(): Map<string, unknown> {
    const stage = this.#stage;
    return new Map([...(stage === null ? [] : stage.#names), ...this.#names]);
  }

  /** Takes away what was made, the last first; what still needs something else is tried again. @returns what is left. */
  async clear(): Promise<string[]> {
    const { caller, pollMs, nowMs, sleep, patienceMs } = this.#options;
    const endMs = nowMs() + patienceMs;
    let pending = this.#undo.toReversed();
    for (;;) {
      const failed: { call: Call; why: string }[] = [];
      for (const call of pending) {
        const outcome = await caller.make(call);
        if ("answer" in outcome || isGone(outcome.error) || isUnserved(outcome)) continue;
        failed.push({ call, why: `${outcome.error.name}: ${outcome.error.message}` });
      }
      if (failed.length === 0 || nowMs() >= endMs)
        return failed.map(({ call, why }) => `${call.service} ${call.operation} ${JSON.stringify(call.input)}: ${why}`);
      pending = failed.map(({ call }) => call);
      await sleep(pollMs);
    }
  }
}

const GONE =
  /NotFound|NoSuchEntity|DoesNotExist|NonExistentQueue|NotActive|ServiceNotActiveException|Inactive|MissingException/i;

function isGone({ name, message }: { name: string; message: string }): boolean {
  return GONE.test(name) || /not found|does not exist|inactive/i.test(message);
}

/** How many of each verdict, for all and for each service. */
export function countVerdicts(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { agree: 0, differ: 0, "not served": 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export const serviceOf = ({ id }: Pick<Result, "id">): ServiceName => id.slice(0, id.indexOf("/")) as ServiceName;
