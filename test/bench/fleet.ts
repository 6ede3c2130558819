import { join } from "node:path";
import { connect } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import type { Mooring } from "../../src/cli/compose.ts";
import type { PolicyMode } from "../../src/model/records.ts";
import type { Settings } from "../../src/model/settings.ts";
import type { Timings } from "../../src/simulator/core.ts";
import { buildAccount, type Account, type AccountShape } from "./account.ts";
import { writeBindings, writeFileSystems } from "./records.ts";
import type { Measurement } from "./report.ts";
import type { ScenarioContext } from "./scenario.ts";
import { awaitAllReady, awaitRest, SERVICE_USER, startServiceUnderTest } from "./service-under-test.ts";
import { startSimulatedAws, type SimulatedAws } from "./simulated-aws.ts";

/** A service that has bound every function of an account, at rest. */
export interface Fleet {
  aws: SimulatedAws;
  account: Account;
  mooring: Mooring;
  bindings: number;
  /** From the first Binding's request to the last Ready, ms. */
  bindMs: number;
  /** AWS calls that binding them took, queue and events included. */
  bindCalls: Record<string, number>;
  storeFile: string;
  /** Stops the service and starts it again on the same store: nothing is cached then. */
  restart(): Promise<void>;
}

const READY_DEADLINE_MS = 150_000;
const REST_MS = 300;
const REST_DEADLINE_MS = 20_000;

export interface FleetOptions {
  /** Default: a simulator in a process of its own. */
  aws?: SimulatedAws;
  /** Beyond those of all scenarios. */
  settings?: Partial<Settings>;
  /** How long AWS takes once the account is built; default 0 ms each. */
  timings?: Partial<Timings>;
}

/** Builds the account and the records, and waits until all is bound. @throws if it does not get there in time. */
export async function bindFleet(
  context: ScenarioContext,
  shape: AccountShape,
  mode: PolicyMode,
  { aws: given, settings = {}, timings = {} }: FleetOptions = {},
): Promise<Fleet> {
  const aws = given ?? (await startSimulatedAws());
  context.cleanUp(() => aws.stop());
  const account = await buildAccount(aws, shape);
  await aws.setTimings(timings);
  const storeFile = join(context.directory, "store.db");
  let mooring = await startServiceUnderTest(aws, storeFile, settings);
  context.cleanUp(() => mooring.close());
  const client = connect(mooring.url, "bench");
  await writeFileSystems(client, aws, account, mode);
  await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
  await aws.clearCalls();
  const startMs = realClock.nowMs();
  const bindings = await writeBindings(client, account);
  context.progress(`${bindings} bindings written in ${realClock.nowMs() - startMs} ms`);
  const missing = await awaitAllReady(mooring, READY_DEADLINE_MS);
  const bindMs = realClock.nowMs() - startMs;
  const bindCalls = await aws.callsBy(SERVICE_USER);
  if (missing > 0) throw new Error(`${missing} of ${bindings} bindings were not ready after ${bindMs} ms`);
  await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
  return {
    aws,
    account,
    bindings,
    bindMs,
    bindCalls,
    storeFile,
    get mooring() {
      return mooring;
    },
    async restart() {
      await mooring.close();
      mooring = await startServiceUnderTest(aws, storeFile, settings);
      await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
    },
  };
}

/** How fast they were bound, and with how many calls. */
export function bindMeasurements(
  { bindings, bindMs, bindCalls }: Fleet,
  shape: string,
  target: Measurement["target"],
): Measurement[] {
  const perBinding = Object.entries(bindCalls)
    .toSorted(([, a], [, b]) => b - a)
    .map(([operation, calls]) => `${(calls / bindings).toFixed(1)} ${operation.slice(operation.indexOf(".") + 1)}`);
  return [
    {
      what: `new bindings written to all Ready, ${shape}`,
      value: bindings / (bindMs / 1_000),
      unit: "bindings/s",
      target,
      needsFullScale: true,
      note: `${bindings} bindings in ${(bindMs / 1_000).toFixed(1)} s`,
    },
    {
      what: `calls of a new binding, ${shape}`,
      value: Object.values(bindCalls).reduce((sum, calls) => sum + calls, 0) / bindings,
      unit: "calls/binding",
      target: null,
      note: perBinding.slice(0, 6).join(", "),
      parts: bindCalls,
    },
  ];
}
