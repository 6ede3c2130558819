import { connect, recordPath, type Client } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import type { Mooring } from "../../src/cli/compose.ts";
import { DEFAULT_SETTINGS } from "../../src/model/settings.ts";
import { isReady } from "../../src/model/status.ts";
import { bucketOf, QUOTAS } from "../../src/aws/quotas.ts";
import { eachOf } from "./account.ts";
import { bindFleet } from "./fleet.ts";
import { manifestsOf, NAMESPACE } from "./records.ts";
import type { Scenario } from "./scenario.ts";
import { awaitAllReady, SERVICE_USER, startServiceUnderTest } from "./service-under-test.ts";

/** The simulated account has four times Lambda's published quotas, so that 2,000 changes take two minutes and not nine. */
const QUOTA_FACTOR = 4;
/** Of the scarcest bucket: UpdateFunctionConfiguration, and ListVersionsByFunction, which a changed spec asks for. */
const CALLS_PER_BINDING = 2;
const WRITERS = 8;
const POLL_MS = 20;
const DEADLINE_MS = 240_000;
const FUNCTIONS_PER_FILE_SYSTEM = 100;

/**
 * Every binding's mount path is changed at once, under enforced quotas: Lambda grants 15 calls a second of all but
 * GetFunction together. In the middle of it one more binding is changed.
 */
export const massChange: Scenario = {
  name: "budget",
  async run(context) {
    const { scale, measured, progress } = context;
    const perFileSystem = Math.min(scale.massChanged, FUNCTIONS_PER_FILE_SYSTEM);
    const fileSystems = Math.ceil(scale.massChanged / perFileSystem);
    const shape = { fileSystems, functionsPerFileSystem: perFileSystem + 1, rolesPerFileSystem: 10 };
    const fleet = await bindFleet(context, shape, "Observe");
    await fleet.mooring.close();
    const { aws } = fleet;
    await aws.setLambdaQuotas(QUOTA_FACTOR);
    const quotaShare = DEFAULT_SETTINGS.quotaShare * QUOTA_FACTOR;
    const mooring = await startServiceUnderTest(aws, fleet.storeFile, { quotaShare });
    context.cleanUp(() => mooring.close());
    await aws.clearCalls();

    const names = manifestsOf(fleet.account).map(({ metadata }) => metadata.name);
    const urgent = names.at(-1)!;
    const mass = names.filter((name) => !name.endsWith(`-${perFileSystem}`));
    progress(`changing ${mass.length} bindings`);
    const client = connect(mooring.url, "bench");
    const startMs = realClock.nowMs();
    const writing = eachOf(mass, WRITERS, (name) => moveMount(client, name));
    await untilChanged(mooring, mass, mass.length / 2, startMs + DEADLINE_MS);
    const urgentMs = await timeOfUrgent(client, mooring, urgent);
    const waiting = mass.length - changedOf(mooring, mass);
    await writing;
    await untilChanged(mooring, mass, mass.length, startMs + DEADLINE_MS);
    const tookMs = realClock.nowMs() - startMs;
    const missing = await awaitAllReady(mooring, 1_000);

    const perSecond = QUOTAS[bucketOf("lambda", "UpdateFunctionConfiguration")].perSecond * quotaShare;
    const dictatedMs = ((mass.length * CALLS_PER_BINDING) / perSecond) * 1_000;
    const calls = await aws.callsBy(SERVICE_USER);
    const made = sumOf(calls, (name) => name.startsWith("lambda.") && name !== "lambda.GetFunction");
    measured({
      what: `${mass.length.toLocaleString("en-US")} bindings changed, to what the share of the quotas dictates`,
      value: tookMs / dictatedMs,
      unit: "×",
      target: { is: "at most", value: 1.15 },
      needsFullScale: true,
      note: `${(tookMs / 1_000).toFixed(1)} s; ${CALLS_PER_BINDING} calls each at ${perSecond}/s (50 % of ${QUOTA_FACTOR} × 15/s, enforced) are ${(dictatedMs / 1_000).toFixed(1)} s; ${made} calls made, ${await aws.throttledByLambda()} throttled${missing === 0 ? "" : `, ${missing} NOT READY`}`,
      parts: calls,
    });
    measured({
      what: "one urgent change in the middle of it, from its request to Ready",
      value: urgentMs,
      unit: "ms",
      target: { is: "at most", value: 5_000 },
      note: `${waiting} others were still waiting when it was Ready`,
    });
  },
};

function sumOf(calls: Record<string, number>, wanted: (name: string) => boolean): number {
  return Object.entries(calls).reduce((sum, [name, count]) => sum + (wanted(name) ? count : 0), 0);
}

function moveMount(client: Client, name: string): Promise<unknown> {
  const spec = { workload: { lambda: { functionName: name, localMountPath: "/mnt/other" } } };
  return client.request("PATCH", `${recordPath("Binding", NAMESPACE)}/${name}`, { spec });
}

function isChanged({ store }: Mooring, name: string): boolean {
  const binding = store.records.view().binding(NAMESPACE, name);
  return binding !== undefined && binding.metadata.generation > 1 && isReady(binding);
}

function changedOf(mooring: Mooring, names: readonly string[]): number {
  return names.filter((name) => isChanged(mooring, name)).length;
}

async function untilChanged(mooring: Mooring, names: readonly string[], count: number, endMs: number): Promise<void> {
  let waiting = [...names];
  while (names.length - waiting.length < count) {
    if (realClock.nowMs() > endMs) throw new Error(`${waiting.length} of ${names.length} bindings were not changed`);
    await realClock.sleep(POLL_MS);
    waiting = waiting.filter((name) => !isChanged(mooring, name));
  }
}

async function timeOfUrgent(client: Client, mooring: Mooring, name: string): Promise<number> {
  const startMs = realClock.nowMs();
  await moveMount(client, name);
  await untilChanged(mooring, [name], 1, startMs + DEADLINE_MS);
  return realClock.nowMs() - startMs;
}
