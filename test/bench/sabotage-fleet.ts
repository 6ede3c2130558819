import { createActor } from "../../src/cli/dev/actors.ts";
import { realClock } from "../../src/cli/clock.ts";
import { sabotageAndWait } from "../../src/cli/dev/repair-watch.ts";
import {
  accessPointDeleted,
  mountRemoved,
  policyDeleted,
  statementEdited,
  type Sabotage,
  type Scene,
} from "../../src/cli/dev/sabotage.ts";
import { NAMESPACE } from "./records.ts";
import type { Fleet } from "./fleet.ts";
import type { Measurement } from "./report.ts";
import { INSTALLATION } from "./service-under-test.ts";
import { percentile } from "./statistics.ts";

const KINDS = ["access point deleted", "mount removed", "statement edited", "policy deleted"] as const;
export type SabotageKind = (typeof KINDS)[number];

const REPAIR_DEADLINE_MS = 10_000;
/** More failures than this tell nothing new, and each costs the whole deadline. */
const FAILURES_MAX = 5;

const TARGETS: Record<SabotageKind, { p50: number; p99: number }> = {
  "access point deleted": { p50: 750, p99: 2_500 },
  "mount removed": { p50: 250, p99: 1_000 },
  "statement edited": { p50: 250, p99: 1_000 },
  "policy deleted": { p50: 250, p99: 1_000 },
};

/** One sabotage of each kind, each on a file system of its own where there are enough; `turn` chooses other victims. */
export function sabotagesOf(fleet: Fleet, turn = 0): { kind: SabotageKind; sabotage: Sabotage }[] {
  const { fileSystems } = fleet.account;
  return KINDS.map((kind, i) => {
    const place = turn * KINDS.length + i;
    const { fileSystemId, functionNames } = fileSystems[place % fileSystems.length]!;
    const functionName = functionNames[Math.floor(place / fileSystems.length) % functionNames.length]!;
    return { kind, sabotage: sabotageOf(kind, functionName, sceneOf(fleet, fileSystemId)) };
  });
}

function sabotageOf(kind: SabotageKind, functionName: string, scene: Scene): Sabotage {
  switch (kind) {
    case "access point deleted":
      return accessPointDeleted("deploy-bot", functionName, scene);
    case "mount removed":
      return mountRemoved("alice", functionName, scene);
    case "statement edited":
      return statementEdited("bob", scene);
    case "policy deleted":
      return policyDeleted("terraform-ci", scene);
  }
}

function sceneOf({ aws, mooring }: Fleet, fileSystemId: string): Scene {
  return {
    home: { account: aws.account, region: aws.region },
    installation: INSTALLATION,
    fileSystemId,
    victim: async (functionName) => {
      const binding = mooring.store.records.view().binding(NAMESPACE, functionName)!;
      return {
        functionName,
        accessPointId: binding.facets.accessPoint?.accessPoint?.id ?? "",
        localMountPath: binding.spec.workload.lambda!.localMountPath,
      };
    },
  };
}

/** `count` sabotages, one at a time, every kind equally: from the harmful call to the verified repair. */
export async function sabotageFleet(fleet: Fleet, count: number): Promise<Measurement[]> {
  const { aws, mooring } = fleet;
  const tookMs: Record<SabotageKind, number[]> = {
    "access point deleted": [],
    "mount removed": [],
    "statement edited": [],
    "policy deleted": [],
  };
  const failures: string[] = [];
  const stop = new AbortController();
  const reader = createActor("auditor", aws.url, aws.region);
  const watch = { clock: realClock, reader, onActivity: mooring.service.onActivity, signal: stop.signal };
  for (let turn = 0; turn * KINDS.length < count && failures.length < FAILURES_MAX; turn++) {
    // One actor who undid the same policy again and again would be contended with, and its repairs slowed down.
    const saboteur = createActor(`mallory-${turn}`, aws.url, aws.region);
    for (const { kind, sabotage } of sabotagesOf(fleet, turn)) {
      const repair = await sabotageAndWait(sabotage, saboteur, watch, REPAIR_DEADLINE_MS, () => {});
      if (repair.tookMs === null) failures.push(`${kind}: ${repair.what}`);
      else tookMs[kind].push(repair.tookMs);
    }
    saboteur.destroy();
  }
  reader.destroy();
  return [...KINDS.flatMap((kind) => percentilesOf(kind, tookMs[kind])), unrepaired(failures)];
}

function percentilesOf(kind: SabotageKind, samples: number[]): Measurement[] {
  return (
    [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const
  ).map(([name, share]) => ({
    what: `${kind}, event to repaired and verified, ${name}`,
    value: percentile(samples, share),
    unit: "ms",
    target: { is: "below", value: TARGETS[kind][name] },
    needsFullScale: true,
    note: `${samples.length} sabotages`,
  }));
}

function unrepaired(failures: string[]): Measurement {
  return {
    what: `sabotages not repaired within ${REPAIR_DEADLINE_MS / 1_000} s`,
    value: failures.length,
    unit: "sabotages",
    target: { is: "at most", value: 0 },
    note: failures.slice(0, 3).join("; "),
  };
}
