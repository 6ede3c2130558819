import type { Measurement } from "./report.ts";

export interface Scale {
  fileSystems: number;
  functionsPerFileSystem: number;
  rolesPerFileSystem: number;
  /** Bindings on the one file system with Observe. */
  observed: number;
  sabotages: number;
  /** Access points replaced under their functions. */
  replacements: number;
  /** Bindings held by the service process. */
  memory: readonly number[];
}

export const SCALES: Record<"full" | "small", Scale> = {
  full: {
    fileSystems: 50,
    functionsPerFileSystem: 20,
    rolesPerFileSystem: 10,
    observed: 1_000,
    sabotages: 500,
    replacements: 1_000,
    memory: [1_000, 10_000],
  },
  small: {
    fileSystems: 4,
    functionsPerFileSystem: 6,
    rolesPerFileSystem: 3,
    observed: 20,
    sabotages: 16,
    replacements: 24,
    memory: [100, 500],
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
