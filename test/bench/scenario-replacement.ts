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
const DEADLINE_MS = 150_000;
const POLL_MS = 100;
/** As many as two batches of the functions of one file system: more would need more roles than a policy holds. */
const FUNCTIONS_PER_FILE_SYSTEM = 10;

/**
 * Every function's access point is replaced by one for another path: how long, at worst, a configuration named no
 * access point that exists. The simulator runs in this process, so that its own events can be judged one by one.
 */
export const replacedFleet: Scenario = {
  name: "replacement",
  async run(context) {
    const { replacements } = context.scale;
    const perFileSystem = Math.min(FUNCTIONS_PER_FILE_SYSTEM, replacements);
    const shape = {
      fileSystems: Math.ceil(replacements / perFileSystem),
      functionsPerFileSystem: perFileSystem,
      rolesPerFileSystem: Math.ceil(perFileSystem / 2),
    };
    const running = await startSimulator({ port: 0 });
    const { simulator } = running;
    const fleet = await bindFleet(context, shape, "Enforce", {
      aws: simulatedHere(running),
      settings: { quarantineMs: 0 },
    });
    const names = fleet.account.fileSystems.flatMap(({ functionNames }) => functionNames);
    const watch = watchGaps(simulator, names);
    const before = accessPointsInForce(fleet.mooring);
    const startMs = realClock.nowMs();
    await askForOtherPaths(connect(fleet.mooring.url, "bench"), fleet);
    const missing = await awaitReplaced(fleet.mooring, before);
    const tookMs = realClock.nowMs() - startMs;
    watch.stop();
    const done = names.length - missing;
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
    if (missing > 0) throw new Error(`${missing} of ${names.length} access points were not replaced in ${tookMs} ms`);
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

async function askForOtherPaths(client: Client, { account }: Fleet): Promise<void> {
  const all = account.fileSystems.flatMap(({ fileSystemId, functionNames }) =>
    functionNames.map((name, i) => bindingManifest(fileSystemId, name, i)),
  );
  await eachOf(all, WRITERS, ({ metadata, spec }) =>
    client.request("PATCH", `${recordPath("Binding", NAMESPACE)}/${metadata.name}`, {
      spec: {
        rootDirectory: { ...spec.rootDirectory, path: `${spec.rootDirectory.path}-2` },
        replacement: "AcceptDataChange",
      },
    }),
  );
}

/** Waits until each is ready on another access point and its old one is gone. @returns how many are not in time. */
async function awaitReplaced(mooring: Mooring, before: ReadonlyMap<string, string | undefined>): Promise<number> {
  const client = connect(mooring.url, "bench");
  const isReplaced = (binding: BindingRecord): boolean => {
    const facet = binding.facets.accessPoint;
    const isOther = facet?.accessPoint?.id !== before.get(binding.metadata.uid);
    return isOther && isReady(binding) && facet?.predecessor === undefined && facet?.retiring.length === 0;
  };
  const endMs = realClock.nowMs() + DEADLINE_MS;
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
