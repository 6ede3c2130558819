import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function logOf(seed: number): Promise<string> {
  const args = [main, "--replay", String(seed), "--disturbances", "15"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
  return stdout;
}

test("two processes that run the same seed write the same log, byte for byte", async () => {
  const [one, other] = await Promise.all([logOf(1), logOf(1)]);
  expect(one.split("\n").length).toBeGreaterThan(1_000);
  expect(other === one, "the logs differ").toBe(true);
}, 60_000);
