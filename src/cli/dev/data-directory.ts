import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../user-error.ts";

const SQLITE_BUSY = 5;

/** Where one `mooring dev` keeps its state. */
export interface DataDirectory {
  path: string;
  storeFile: string;
  simulatorFile: string;
  /** Gives the directory free for the next process. */
  release(): void;
}

/**
 * Opens (or makes) a data directory and keeps every other process out of it.
 *
 * The lock is SQLite's own on an otherwise empty file: the operating system drops it with the process,
 * so a SIGKILL leaves nothing behind that somebody would have to remove by hand.
 *
 * @throws {UserError} if another process holds it, or it cannot be written.
 */
export function openDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  const lock = openLock(path);
  const noteFile = join(path, "process.json");
  try {
    lock.exec(
      "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS lock (x); COMMIT; BEGIN EXCLUSIVE",
    );
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw unusable(path, error);
    throw new UserError(
      `${path} is in use by another mooring dev${holder(noteFile)}. Stop that one, or choose another directory with --data DIR.`,
      undefined,
      {
        cause: error,
      },
    );
  }
  writeFileSync(noteFile, JSON.stringify({ pid: process.pid }));
  return {
    path,
    storeFile: join(path, "store.db"),
    simulatorFile: join(path, "simulator.json"),
    release: () => lock.close(),
  };
}

function openLock(path: string): DatabaseSync {
  try {
    makeDirectory(path);
    return new DatabaseSync(join(path, "lock.db"));
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Like mkdir -p. Node's own recursive mkdir never ends where a directory that exists answers that it does not, as
 * those of /proc do.
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

function unusable(path: string, error: unknown): UserError {
  return new UserError(
    `Cannot use ${path} as data directory: ${(error as Error).message}. Choose another with --data DIR.`,
    undefined,
    { cause: error },
  );
}

function holder(noteFile: string): string {
  try {
    const { pid } = JSON.parse(readFileSync(noteFile, "utf8")) as { pid: number };
    return ` (process ${pid})`;
  } catch {
    return "";
  }
}
