import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataDirectory } from "./data-directory.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "mooring-data-"))));
afterEach(() => rmSync(directory, { recursive: true }));

/** Another process that holds the directory until it is killed. */
async function holderProcess(): Promise<{ kill(): Promise<void> }> {
  const module = new URL("./data-directory.ts", import.meta.url).href;
  const script = `const { openDataDirectory } = await import(${JSON.stringify(module)}); globalThis.held = openDataDirectory(${JSON.stringify(directory)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = execFile(process.execPath, ["--input-type=module", "-e", script]);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise((resolve, reject) => {
    child.stdout!.once("data", resolve);
    child.stderr!.once("data", reject);
  });
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("a second copy is told who is there, and gets in once the first was killed", async () => {
  const other = await holderProcess();
  expect(() => openDataDirectory(directory)).toThrow(
    /in use by another mooring dev \(process \d+\)\. Stop that one, or choose another directory with --data DIR/,
  );
  await other.kill();
  openDataDirectory(directory).release();
});

test("a directory is made with all that lead to it", () => {
  openDataDirectory(join(directory, "a", "b")).release();
  expect(existsSync(join(directory, "a", "b", "process.json"))).toBe(true);
});

test.runIf(existsSync("/proc/self"))("a place where nothing can be made is refused, and nobody waits for ever", () => {
  expect(() => openDataDirectory("/proc/nowhere/state")).toThrow(/Cannot use \/proc\/nowhere\/state .*--data DIR/);
});

test("a path that cannot be a directory is refused with what to do", () => {
  const file = join(directory, "file");
  writeFileSync(file, "");
  expect(() => openDataDirectory(file)).toThrow(/Cannot use .* as data directory: .*--data DIR/);
});
