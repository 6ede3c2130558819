import type { EngineName } from "./database.ts";

/** Everything that is decided before a run begins; it follows from the seed. */
export interface Scenario {
  seed: number;
  engine: EngineName;
  replicas: string[];
}

export function scenarioOf(seed: number): Scenario {
  // SQLite's file belongs to one process at a time.
  const isSqlite = seed % 5 === 0;
  return { seed, engine: isSqlite ? "sqlite" : "dynamodb", replicas: isSqlite ? ["a"] : ["a", "b", "c"] };
}
