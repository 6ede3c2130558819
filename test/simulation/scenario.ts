import type { Manifest } from "../integration/world.ts";
import { bindingsOf, fileSystemOf } from "./catalog.ts";
import { streamOf, type Stream } from "./chance.ts";
import type { EngineName } from "./database.ts";
import type { Disturbance } from "./disturbances/disturbance.ts";
import { DISTURBANCES } from "./disturbances/table.ts";
import { ALL_FAULTS, type FaultClass } from "./fault-classes.ts";

/** Everything that is decided before a run begins; it follows from the seed alone. */
export interface Scenario {
  seed: number;
  engine: EngineName;
  replicas: string[];
  fileSystem: Manifest;
  /** With when each is created, ms after the start. */
  bindings: { manifest: Manifest; atMs: number }[];
  disturbances: Disturbance[];
  faults: readonly FaultClass[];
}

const REPLICAS = ["a", "b", "c"];
const BINDINGS_UNTIL_MS = 15_000;
const DISTURBANCES_MS = { from: 6_000, to: 105_000 };
const DISTURBANCE_COUNT = 40;

/** @param faults classes that may strike; those that may not are left out, and the others stay where they were. */
export function scenarioOf(seed: number, faults: readonly FaultClass[] = ALL_FAULTS): Scenario {
  const chance = streamOf(seed, "scenario");
  // SQLite's file belongs to one process at a time.
  const isSqlite = seed % 5 === 0;
  return {
    seed,
    engine: isSqlite ? "sqlite" : "dynamodb",
    replicas: isSqlite ? REPLICAS.slice(0, 1) : REPLICAS,
    fileSystem: fileSystemOf(chance),
    bindings: bindingsOf(chance).map((manifest) => ({ manifest, atMs: chance.between(1_500, BINDINGS_UNTIL_MS) })),
    disturbances: disturbancesOf(chance).filter(({ fault }) => faults.includes(fault)),
    faults,
  };
}

function disturbancesOf(chance: Stream): Disturbance[] {
  const table = Object.entries(DISTURBANCES) as [FaultClass, { weight: number }][];
  const total = table.reduce((sum, [, { weight }]) => sum + weight, 0);
  const draw = (): FaultClass => {
    let left = chance.random() * total;
    return table.find(([, { weight }]) => (left -= weight) < 0)?.[0] ?? "crash";
  };
  const drawn = Array.from({ length: DISTURBANCE_COUNT }, () => ({
    atMs: chance.between(DISTURBANCES_MS.from, DISTURBANCES_MS.to),
    fault: draw(),
  }));
  return drawn.toSorted((a, b) => a.atMs - b.atMs).map((one, n) => ({ n, ...one }));
}
