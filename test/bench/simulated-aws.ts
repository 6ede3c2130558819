import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import type { FaultRule } from "../../src/simulator/faults.ts";
import type { Timings } from "../../src/simulator/core.ts";

/** A simulator in a process of its own, as the numbers demand. */
export interface SimulatedAws {
  url: string;
  account: string;
  region: string;
  /** The process that it runs in. */
  pid: number;
  /** Calls by `user` since the last `clearCalls`, by service and operation, e.g. { "efs.DescribeAccessPoints": 3 }. */
  callsBy(user: string): Promise<Record<string, number>>;
  clearCalls(): Promise<void>;
  /** How long AWS takes from now on; what is not named stays, at first 0 ms each. */
  setTimings(timings: Partial<Timings>): Promise<void>;
  /** Lets Lambda's published request quotas hold, times `factor`; by default none do. */
  setLambdaQuotas(factor: number): Promise<void>;
  /** Lambda calls refused by those quotas since the last `clearCalls`. */
  throttledByLambda(): Promise<number>;
  /** Something that goes wrong, or slowly, from now on. */
  addFault(rule: FaultRule): Promise<void>;
  stop(): Promise<void>;
}

const COMMAND = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const START_DEADLINE_MS = 20_000;

/** Starts an empty account on a free port; its state is in memory only. */
export async function startSimulatedAws(): Promise<SimulatedAws> {
  const child = spawn(process.execPath, [COMMAND, "simulator", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the simulator did not start in time")), START_DEADLINE_MS);
    child.stdout.once("data", (data: Buffer) => {
      clearTimeout(late);
      resolve(data.toString("utf8").trim());
    });
    child.once("exit", (code) => reject(new Error(`the simulator ended with code ${code}`)));
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const control = async (method: string, name: string, body?: object): Promise<unknown> =>
    (await fetch(`${url}/_simulator/${name}`, { method, ...(body && { body: JSON.stringify(body) }) })).json();
  const health = (await control("GET", "health")) as { account: string; region: string };
  return {
    url,
    account: health.account,
    region: health.region,
    pid: child.pid!,
    callsBy: async (user) =>
      ((await control("GET", "calls")) as { byCaller: Record<string, Record<string, number>> }).byCaller[user] ?? {},
    clearCalls: async () => void (await control("DELETE", "calls")),
    setTimings: async (timings) => void (await control("PUT", "timings", timings)),
    addFault: async (rule) => void (await control("POST", "faults", rule)),
    setLambdaQuotas: async (quotaFactor) => void (await control("PUT", "lambda", { quotaFactor })),
    throttledByLambda: async () => throttledIn((await control("GET", "calls")) as { errors: Record<string, number> }),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The same for a simulator in this process, whose every event can be seen at once. */
export function simulatedHere({ url, simulator, close }: RunningSimulator): SimulatedAws {
  const { account, region } = simulator.world;
  return {
    url,
    account,
    region,
    pid: process.pid,
    callsBy: async (user) => simulator.calls.counts().byCaller[user] ?? {},
    clearCalls: async () => simulator.calls.clear(),
    setTimings: async (timings) => void Object.assign(simulator.world.timings, timings),
    addFault: async (rule) => void simulator.faults.add(rule),
    setLambdaQuotas: async (factor) => simulator.world.service("lambda").setQuotas(factor),
    throttledByLambda: async () => throttledIn(simulator.calls.counts()),
    stop: close,
  };
}

function throttledIn({ errors }: { errors: Record<string, number> }): number {
  return Object.entries(errors)
    .filter(([name]) => /^lambda\..* TooManyRequestsException$/.test(name))
    .reduce((sum, [, count]) => sum + count, 0);
}
