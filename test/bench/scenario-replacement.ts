import { connect, recordPath, type Client } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import type { Mooring } from "../../src/cli/compose.ts";
import { ANNOTATIONS, type BindingRecord } from "../../src/model/records.ts";
import { isReady } from "../../src/model/status.ts";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";
import { eachOf } from "./account.ts";
import { bindFleet, type Fleet } from "./fleet.ts";
import { watchGaps } from "./gap-watch.ts";
import { bindingManifest, NAMESPACE } from "./records.ts";
import type { Scenario } from "./scenario.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

const WRITERS = 8;
const DEADLINE_MS = 190_000;
const POLL_MS = 100;
/** Each function is moved once a round; all file systems at once. */
const FUNCTIONS_PER_FILE_SYSTEM = 10;
const FILE_SYSTEMS_MAX = 10;

/**
 * Every function's access point is replaced by one for another path: how long, at worst, a configuration named no
 * access point that exists. The simulator runs in this process, so that its own events can be judged one by one.
 */
export const replacedFleet: Scenario = {
  name: "replacement",
  async run(context) {
    const { replacements } = context.scale;
    const functionsPerFileSystem = Math.min(FUNCTIONS_PER_FILE_SYSTEM, Math.ceil(replacements / 4));
    const fileSystems = Math.min(FILE_SYSTEMS_MAX, Math.ceil(replacements / functionsPerFileSystem / 2));
    const rolesPerFileSystem = Math.ceil(functionsPerFileSystem / 2);
    const shape = { fileSystems, functionsPerFileSystem, rolesPerFileSystem };
    const running = await startSimulator({ port: 0 });
    const { simulator } = running;
    const fleet = await bindFleet(context, shape, "Enforce", {
      aws: simulatedHere(running),
      settings: { quarantineMs: 0 },
    });
    const names = fleet.account.fileSystems.flatMap(({ functionNames }) => functionNames);
    const watch = watchGaps(simulator, names);
    const startMs = realClock.nowMs();
    const rounds = Math.ceil(replacements / names.length);
    let done = 0;
    let missing = 0;
    for (let round = 1; round <= rounds && missing === 0; round++) {
      const before = accessPointsInForce(fleet.mooring);
      await askForOtherPaths(connect(fleet.mooring.url, "bench"), fleet, round);
      missing = await awaitReplaced(fleet.mooring, before, startMs + DEADLINE_MS);
      done += names.length - missing;
      context.progress(`${done} replaced`);
    }
    const tookMs = realClock.nowMs() - startMs;
    watch.stop();
    const what = `over ${done.toLocaleString("en-US")} replacements of access points`;
    const note = `judged after each of ${watch.events()} changing calls`;
    context.measured({
      what: `longest time a configuration named no live access point, ${what}`,
      value: watch.longestUnnamedMs(),
      unit: "ms",
      target: { is: "at most", value: 0 },
      note,
    });
    context.measured({
      what: `longest time a new environment could not have mounted, ${what}`,
      value: watch.longestUnmountableMs(),
      unit: "ms",
      target: { is: "at most", value: 0 },
      note,
    });
    context.measured({
      what: "replacements, spec changed to old access point deleted",
      value: done / (tookMs / 1_000),
      unit: "replacements/s",
      target: null,
      note: `${done} in ${(tookMs / 1_000).toFixed(1)} s, simulator in the same process`,
    });
    if (missing > 0) throw new Error(`${done} of ${replacements} access points were replaced in ${tookMs} ms`);
  },
};

function simulatedHere({ url, simulator, close }: Awaited<ReturnType<typeof startSimulator>>): SimulatedAws {
  const { account, region } = simulator.world;
  return {
    url,
    account,
    region,
    callsBy: async (user) => simulator.calls.counts().byCaller[user] ?? {},
    clearCalls: async () => simulator.calls.clear(),
    stop: close,
  };
}

function accessPointsInForce({ store }: Mooring): ReadonlyMap<string, string | undefined> {
  const bindings = [...store.records.view().bindings()];
  return new Map(bindings.map(({ metadata, facets }) => [metadata.uid, facets.accessPoint?.accessPoint?.id]));
}

async function askForOtherPaths(client: Client, { account }: Fleet, round: number): Promise<void> {
  const all = account.fileSystems.flatMap(({ fileSystemId, functionNames }) =>
    functionNames.map((name, i) => bindingManifest(fileSystemId, name, i)),
  );
  await eachOf(all, WRITERS, ({ metadata, spec }) =>
    client.request("PATCH", `${recordPath("Binding", NAMESPACE)}/${metadata.name}`, {
      spec: {
        rootDirectory: { ...spec.rootDirectory, path: `${spec.rootDirectory.path}-${round}` },
        replacement: "AcceptDataChange",
      },
    }),
  );
}

/** Waits until each is ready on another access point and its old one is gone. @returns how many are not in time. */
async function awaitReplaced(
  mooring: Mooring,
  before: ReadonlyMap<string, string | undefined>,
  endMs: number,
): Promise<number> {
  const client = connect(mooring.url, "bench");
  const isReplaced = (binding: BindingRecord): boolean => {
    const facet = binding.facets.accessPoint;
    const isOther = facet?.accessPoint?.id !== before.get(binding.metadata.uid);
    return isOther && isReady(binding) && facet?.predecessor === undefined && facet?.retiring.length === 0;
  };
  for (;;) {
    const left = [...mooring.store.records.view().bindings()].filter((binding) => !isReplaced(binding)).length;
    if (left === 0 || realClock.nowMs() > endMs) return left;
    await confirmRemovals(client, mooring);
    await realClock.sleep(POLL_MS);
  }
}

/** So many at once need a person's word that their statements may go; here the benchmark gives it. */
async function confirmRemovals(client: Client, { store }: Mooring): Promise<void> {
  for (const { metadata, facets } of store.records.view().fileSystems()) {
    const held = facets.fileSystem?.conditions.find(({ reason }) => reason === "RemovalWithheld");
    const hash = held?.message.match(/confirm-removal=(\w+)/)?.[1];
    if (hash === undefined || metadata.annotations[ANNOTATIONS.confirmRemoval] === hash) continue;
    const annotations = { [ANNOTATIONS.confirmRemoval]: hash };
    await client.request("PATCH", `${recordPath("FileSystem", "")}/${metadata.name}`, { metadata: { annotations } });
  }
}
