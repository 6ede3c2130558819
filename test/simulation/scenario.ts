import type { Manifest } from "../integration/world.ts";
import { bindingsOf, fileSystemOf } from "./catalog.ts";
import { streamOf, type Stream } from "./chance.ts";
import type { EngineName } from "./database.ts";
import type { Disturbance } from "./disturbances/disturbance.ts";
import { DISTURBANCES } from "./disturbances/table.ts";
import { ALL_FAULTS, type FaultClass } from "./fault-classes.ts";
import { profileOf, type Profile } from "./profiles.ts";

/** Everything that is decided before a run begins; it follows from the seed alone. */
export interface Scenario {
  seed: number;
  profile: Profile;
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

/** Some tell more at one time than at another, ms after the start. */
const BEST_AT_MS: Partial<Record<FaultClass, number>> = {
  "crowded-policy": 8_000,
  "mass-removal": 70_000,
  "all-deleted": DISTURBANCES_MS.to,
};

/** @param faults classes that may strike; those that may not are left out, and the others stay where they were. */
export function scenarioOf(seed: number, faults: readonly FaultClass[] = ALL_FAULTS): Scenario {
  const chance = streamOf(seed, "scenario");
  // SQLite's file belongs to one process at a time.
  const isSqlite = seed % 5 === 0;
  const profile = profileOf(seed);
  const may = faults.filter((fault) => !profile.without.includes(fault));
  return {
    seed,
    profile,
    engine: isSqlite ? "sqlite" : "dynamodb",
    replicas: isSqlite ? REPLICAS.slice(0, 1) : REPLICAS,
    fileSystem: fileSystemOf(chance),
    bindings: bindingsOf(chance).map((manifest) => ({ manifest, atMs: chance.between(1_500, BINDINGS_UNTIL_MS) })),
    disturbances: disturbancesOf(chance, profile).filter(({ fault }) => may.includes(fault)),
    faults: may,
  };
}

function disturbancesOf(chance: Stream, { certain }: Profile): Disturbance[] {
  const table = Object.entries(DISTURBANCES) as [FaultClass, { weight: number }][];
  const total = table.reduce((sum, [, { weight }]) => sum + weight, 0);
  const draw = (): FaultClass => {
    let left = chance.random() * total;
    return table.find(([, { weight }]) => (left -= weight) < 0)?.[0] ?? "crash";
  };
  const drawn = Array.from({ length: DISTURBANCE_COUNT }, (_, n) => {
    const fault = certain[n] ?? draw();
    const atMs = chance.between(DISTURBANCES_MS.from, DISTURBANCES_MS.to);
    return { atMs: BEST_AT_MS[fault] ?? atMs, fault };
  });
  return drawn.toSorted((a, b) => a.atMs - b.atMs).map((one, n) => ({ n, ...one }));
}
