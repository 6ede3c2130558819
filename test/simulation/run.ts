import { Socket } from "node:net";
import type { FaultClass } from "./fault-classes.ts";
import { streamOf } from "./chance.ts";
import { wishLast } from "./disturbances/last-wishes.ts";
import { driftSilently } from "./disturbances/silent-drift.ts";
import { DISTURBANCES } from "./disturbances/table.ts";
import type { Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";
import { START_MS } from "./time.ts";
import { Judge, type Violation } from "./judge.ts";

/** What came of one run. */
export interface RunResult {
  seed: number;
  /** How many disturbances the run had. */
  disturbances: number;
  violation: Violation | null;
  /** ms of simulated time; from the last disturbance to rest. */
  virtualMs: number;
  convergedAfterMs: number | null;
  calls: number;
  steps: number;
  faults: Partial<Record<FaultClass, number>>;
  /** How often each invariant was checked. */
  checks: Record<string, number>;
  log: string[];
}

/** Most of what a disturbance sets going has struck by then, ms after the last one. */
const DISTURBED_FOR_MS = 25_000;
/** All bindings were asked for by then, ms after the start. */
const BEGUN_MS = 20_000;
/** How long it may take from then until nothing is left to do. */
const REST_WITHIN_MS = 10 * 60_000;

/** Runs a scenario to its end, or to the first violation. */
export async function run(scenario: Scenario, { isLogged = false } = {}): Promise<RunResult> {
  const simulation = await Simulation.create(scenario, { isLogged });
  const judge = new Judge(simulation);
  const { time } = simulation;
  schedule(simulation, scenario);
  const calmAtMs = START_MS + Math.max(BEGUN_MS, (scenario.disturbances.at(-1)?.atMs ?? 0) + DISTURBED_FOR_MS);
  const isOver = (): boolean => judge.violation !== null;
  let restedAtMs: number | null = null;
  const stopListening = listenForRejections(judge);
  const letOut = keepIn(judge);
  try {
    if (!(await time.runUntil(calmAtMs, isOver))) {
      simulation.calm();
      wishLast(simulation, scenario);
      restedAtMs = await judge.untilRest(calmAtMs + REST_WITHIN_MS);
      if (restedAtMs !== null && (await driftSilently(simulation, scenario)))
        restedAtMs = await judge.untilRest(time.nowMs + REST_WITHIN_MS);
      if (restedAtMs !== null) await judge.atRest();
    }
  } catch (error) {
    // Whoever looks at the store as an outsider finds it damaged, say.
    judge.violated("can-be-judged", error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    simulation.close();
    // What nobody handles is told a turn later; after the end it would end the search.
    await new Promise(setImmediate);
    stopListening();
    letOut();
  }
  const { total } = simulation.simulator.calls.counts();
  return {
    seed: scenario.seed,
    disturbances: scenario.disturbances.length,
    violation: judge.violation,
    virtualMs: time.nowMs - START_MS,
    convergedAfterMs: restedAtMs === null ? null : Math.max(0, restedAtMs - calmAtMs),
    calls: total,
    steps: time.steps,
    faults: Object.fromEntries(simulation.interference.counts),
    checks: judge.checks(),
    log: simulation.log.lines,
  };
}

function schedule(simulation: Simulation, { seed, bindings, disturbances, replicas: names }: Scenario): void {
  const { time, replicas, fileSystem } = simulation;
  const start = streamOf(seed, "start");
  for (const replica of replicas) time.after(names.length === 1 ? 0 : start.between(0, 1_500), () => replica.start());
  time.after(1_000, () => simulation.request("ann", { verb: "create", manifest: fileSystem }));
  for (const { manifest, atMs } of bindings)
    time.after(atMs, () => simulation.request("ann", { verb: "create", manifest }));
  for (const { n, atMs, fault } of disturbances) {
    if (fault === "own-events" || fault === "silent-drift") continue;
    time.after(atMs, () => {
      simulation.log.write("chance", () => `${n} ${fault}`);
      void DISTURBANCES[fault].disturb(simulation, streamOf(seed, `disturbance ${n}`), n);
    });
  }
}

/** A rejection that nobody handles ends a real process. */
function listenForRejections(judge: Judge): () => void {
  const heard = (error: unknown): void =>
    judge.violated("no-unhandled-rejection", error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on("unhandledRejection", heard);
  return () => void process.off("unhandledRejection", heard);
}

/** A call that leaves this process would make the run hang on the world outside, and no seed would repeat it. */
function keepIn(judge: Judge): () => void {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = () => {
    judge.violated("no-way-out", `a socket was opened: ${new Error("from here").stack}`);
    throw new Error("The simulation opens no sockets: give the client a stand-in");
  };
  return () => void (Socket.prototype.connect = connect);
}
