import type { Measurement } from "./report.ts";
import { prepareGround, repairAll, startReplica, type Ground, type Round } from "./repair-rounds.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { SERVICE_USER } from "./service-under-test.ts";

/** What AWS takes for each call of the service. */
const LATENCY_MS = 50;
/** An AWS so slow that a few cores do not fill: there, what replicas cost each other shows, and not the machine. */
const SLOW_LATENCY_MS = 400;
/** Of the keys, so many are repaired while AWS is so slow. */
const SLOW_SHARE = 0.4;
const REPLICAS = [1, 2, 4] as const;
/**
 * The median of so many rounds counts. Before them come as many as there are replicas, so that those which are new
 * have made as many runs as the first one had when it was measured: code that runs for the first time is dear.
 */
const ROUNDS = 3;
/** Above this part of all cores, they and not Mooring decide how fast it goes. */
const FULL = 0.9;
/** Cores that something else may take; above it, the rounds of one and of four replicas do not compare. */
const OTHERS_MAX = 0.25;

type Rounds = ReadonlyMap<number, Round>;

/**
 * Independent keys on 1, 2 and 4 replicas, one after the other in one run: every function has lost its mount, all are
 * woken at once, and each run observes, repairs and verifies, while AWS takes 50 ms for every call.
 */
export const scaledReplicas: Scenario = {
  name: "scaling",
  async run(context) {
    const ground = await prepareGround(context);
    await latencyOf(ground, LATENCY_MS);
    const results = new Map<number, Round>();
    for (const count of REPLICAS) {
      while (ground.replicas.length < count) ground.replicas.push(await startReplica(context, ground));
      results.set(count, await measuredRound(context, ground));
    }
    const keys = ground.functionNames.length;
    measurementsOf(results, keys).forEach(context.measured);
    for (const [count, round] of results) context.measured(costOf(count, round));
    context.measured(await withSlowAws(context, ground));
  },
};

async function measuredRound(context: ScenarioContext, ground: Ground): Promise<Round> {
  const count = ground.replicas.length;
  const rounds: Round[] = [];
  for (let n = 1; n <= count + ROUNDS; n += 1) {
    const round = await repairAll(ground, `${count}-${n}`, ground.functionNames.length);
    const { keysPerSecond, cpuMs, calls, cores } = round;
    context.progress(
      `${count} replicas: ${keysPerSecond.toFixed(1)} keys/s, ${cpuMs.replicas.toFixed(1)} ms, ${calls.database.toFixed(1)} + ${calls.aws.toFixed(1)} calls, ${cores.ours.toFixed(2)} cores`,
    );
    if (n > count) rounds.push(round);
  }
  return median(rounds);
}

/** The same with few calls a second, on all replicas and then, with the others ended, on the first alone. */
async function withSlowAws(context: ScenarioContext, ground: Ground): Promise<Measurement> {
  await latencyOf(ground, SLOW_LATENCY_MS - LATENCY_MS);
  const keys = Math.ceil(ground.functionNames.length * SLOW_SHARE);
  const four = await repairAll(ground, "slow-4", keys);
  for (const replica of ground.replicas.splice(1)) await replica.close();
  const one = await repairAll(ground, "slow-1", keys);
  return {
    what: `the same with AWS at ${SLOW_LATENCY_MS} ms, ${keys} keys, one round`,
    value: four.keysPerSecond / one.keysPerSecond,
    unit: "×",
    target: null,
    note: `${one.keysPerSecond.toFixed(1)} and ${four.keysPerSecond.toFixed(1)} keys/s; ${coresIn(one)} and ${coresIn(four)}; processor time of a run ×${(four.cpuMs.replicas / one.cpuMs.replicas).toFixed(2)}`,
  };
}

/** Added to what is there already. */
const latencyOf = ({ aws }: Ground, ms: number): Promise<void> =>
  aws.addFault({ kind: "latency", caller: SERVICE_USER, ms });

const median = (rounds: readonly Round[]): Round =>
  rounds.toSorted((a, b) => a.keysPerSecond - b.keysPerSecond)[Math.floor(rounds.length / 2)]!;

function measurementsOf(results: Rounds, keys: number): Measurement[] {
  const one = results.get(1)!;
  const four = results.get(4)!;
  const told = (of: (round: Round) => number) =>
    [...results].map(([count, round]) => `${of(round).toFixed(1)} at ${count}`).join(", ");
  return [
    {
      what: `repairs, 1 replica, ${keys} independent keys, AWS at ${LATENCY_MS} ms`,
      value: one.keysPerSecond,
      unit: "keys/s",
      target: null,
    },
    {
      what: `repairs at 4 replicas, by those at one`,
      value: four.keysPerSecond / one.keysPerSecond,
      unit: "×",
      target: { is: "at least", value: 3.6 },
      needsFullScale: true,
      note: `keys/s: ${told((round) => round.keysPerSecond)}; ${limitOf(results)}`,
    },
    {
      what: `processor time of a run at 4 replicas, by that at one`,
      value: four.cpuMs.replicas / one.cpuMs.replicas,
      unit: "×",
      target: { is: "at most", value: 1.1 },
      needsFullScale: true,
      note: `ms of all replicas: ${told((round) => round.cpuMs.replicas)}`,
    },
  ];
}

/** From how many replicas on the machine and not Mooring was the limit, and whether the machine had other work to do. */
function limitOf(results: Rounds): string {
  const rounds = [...results];
  const { all } = results.get(1)!.cores;
  const full = rounds.find(([, { cores }]) => cores.anybodys >= FULL * all);
  const limit =
    full === undefined ? `none of these filled the ${all} cores` : `all ${all} cores were full from ${full[0]} on`;
  const others = Math.max(...rounds.map(([, { cores }]) => cores.anybodys - cores.ours));
  if (others < OTHERS_MAX) return limit;
  return `${limit}, up to ${others.toFixed(1)} of them with something else: not to be relied upon`;
}

/** Where a repair's processor time goes, and what it asks for. */
function costOf(count: number, round: Round): Measurement {
  const { cpuMs, calls } = round;
  return {
    what: `processor time of a repair, all processes, ${count === 1 ? "1 replica" : `${count} replicas`}`,
    value: cpuMs.replicas + cpuMs.simulator + cpuMs.database,
    unit: "ms",
    target: null,
    note: `replicas ${cpuMs.replicas.toFixed(1)}, simulator ${cpuMs.simulator.toFixed(1)}, database ${cpuMs.database.toFixed(1)}; calls: DynamoDB ${calls.database.toFixed(1)}, AWS ${calls.aws.toFixed(1)}; ${coresIn(round)}`,
    parts: { ...cpuMs, ...round.callsBy },
  };
}

const coresIn = ({ cores }: Round): string =>
  `${cores.ours.toFixed(1)} of ${cores.all} cores busy with this, ${cores.anybodys.toFixed(1)} with anything`;
