/**
 * The simulator's state in one JSON file, so that it survives a restart.
 *
 * Written soon after changes and on close, always to a neighbouring file first and then renamed,
 * so that a crash leaves the old state or the new one, never half of one.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { SimClock } from "./core.ts";
import type { Simulator } from "./simulator.ts";

const FORMAT = 1;
/** How long changes are gathered before they are written. */
const QUIET_MS = 200;
/** Writing may take at most about this share of the time: a large state is written less often. */
const WRITING_SHARE = 0.1;

export interface DataFile {
  /** Reads the file, if there is one, into the simulator. @throws if it is not a state of this format. */
  load(): Promise<boolean>;
  /** Writes what has changed since the last write; resolves when it is on disk. */
  flush(): Promise<void>;
  /** Starts to follow changes. */
  follow(): void;
}

export function createDataFile(path: string, simulator: Simulator, clock: SimClock): DataFile {
  let isDirty = false;
  let isPlanned = false;
  let pauseMs = QUIET_MS;
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    if (!isDirty) return;
    isDirty = false;
    const startMs = clock.nowMs();
    const text = JSON.stringify({
      format: FORMAT,
      account: simulator.world.account,
      region: simulator.world.region,
      services: simulator.snapshot(),
    });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
    pauseMs = Math.max(QUIET_MS, (clock.nowMs() - startMs) / WRITING_SHARE);
  };
  // One write at a time; a write that fails is tried again with the next change.
  const flush = () => (writing = writing.catch(() => undefined).then(write));
  return {
    async load() {
      const text = await readIfThere(path);
      if (text === undefined) return false;
      simulator.restore(servicesIn(text, path));
      return true;
    },
    flush,
    follow() {
      simulator.world.onChange(() => {
        isDirty = true;
        if (isPlanned) return;
        isPlanned = true;
        clock.after(pauseMs, () => {
          isPlanned = false;
          flush().catch((error: unknown) =>
            process.emitWarning(`Cannot save the simulator's state to ${path}: ${String(error)}`),
          );
        });
      });
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function servicesIn(text: string, path: string): Record<string, unknown> {
  let state: { format?: unknown; services?: Record<string, unknown> } | undefined;
  try {
    state = JSON.parse(text) as typeof state;
  } catch {
    state = undefined;
  }
  if (state?.format === FORMAT && state.services) return state.services;
  throw new Error(
    `Cannot read the simulator's state in ${path}: it is not a state of format ${FORMAT}. Move the file away to begin with an empty account`,
  );
}
