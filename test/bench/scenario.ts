import type { Measurement, ScaleName } from "./report.ts";

export interface Scale {
  fileSystems: number;
  functionsPerFileSystem: number;
  rolesPerFileSystem: number;
  /** Bindings on the one file system with Observe. */
  observed: number;
  sabotages: number;
  /** Access points replaced under their functions and services, half and half. */
  replacements: number;
  /** File systems of the mixed fleet, each with ten functions and one service of ten bindings. */
  mixedFileSystems: number;
  /** Services that get ten volumes each. */
  tenfoldServices: number;
  /** Services that a pipeline strips of their volume, and how often each. */
  pipelined: { services: number; rounds: number };
  /** Functions repaired by one, two and four replicas. */
  scaledKeys: number;
  /** Bindings held by the service process. */
  memory: readonly number[];
  /** Bindings changed at once under enforced quotas. */
  massChanged: number;
  /** Replicas whose runs commit at once; for how long, ms. */
  logReplicas: readonly number[];
  logLoadMs: number;
  /** Slots written while checkpoints and compaction go on. */
  logSlots: number;
  /** Bindings that a replica starts on, and how long it may take to write them, ms. */
  logRecords: readonly number[];
  logFillMs: number;
}

export const SCALES: Record<ScaleName, Scale> = {
  full: {
    fileSystems: 50,
    functionsPerFileSystem: 20,
    rolesPerFileSystem: 10,
    observed: 1_000,
    sabotages: 500,
    replacements: 1_000,
    mixedFileSystems: 50,
    tenfoldServices: 10,
    pipelined: { services: 50, rounds: 4 },
    scaledKeys: 240,
    memory: [1_000, 10_000],
    massChanged: 2_000,
    logReplicas: [1, 4, 8],
    logLoadMs: 5_000,
    logSlots: 1_000,
    logRecords: [10_000, 100_000],
    logFillMs: 120_000,
  },
  small: {
    fileSystems: 4,
    functionsPerFileSystem: 6,
    rolesPerFileSystem: 3,
    observed: 20,
    sabotages: 16,
    replacements: 24,
    mixedFileSystems: 2,
    tenfoldServices: 1,
    pipelined: { services: 4, rounds: 2 },
    scaledKeys: 16,
    memory: [100, 500],
    massChanged: 60,
    logReplicas: [1, 4],
    logLoadMs: 1_000,
    logSlots: 80,
    logRecords: [500],
    logFillMs: 5_000,
  },
};

/** What a scenario is given and answers. */
export interface Scenario {
  name: string;
  /** Whatever it could measure before its time was over is in `measurements`. */
  run(context: ScenarioContext): Promise<void>;
}

export interface ScenarioContext {
  scale: Scale;
  /** A directory of its own that is deleted afterwards. */
  directory: string;
  /** Takes down what was measured, as soon as it is known. */
  measured(measurement: Measurement): void;
  /** One line on standard error: what is going on. */
  progress(text: string): void;
  /** Called at the end, in reverse order, whatever happens. */
  cleanUp(step: () => Promise<void>): void;
}
