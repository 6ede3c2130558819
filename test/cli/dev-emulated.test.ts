import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";

const LAUNCHER = fileURLToPath(new URL("../../src/cli/mooring.mjs", import.meta.url));
const RUN_MAX_MS = 60_000;

let directory: string;
/** Stands for an emulator: an empty account behind a socket, in another process than `dev`. */
let emulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "mooring-dev-emulated-"));
  emulator = await startSimulator({ port: 0, account: "123456789012" });
});
afterAll(async () => {
  await emulator.close();
  rmSync(directory, { recursive: true });
});

function dev(...flags: string[]): Promise<{ code: number | null; told: string; stderr: string }> {
  const argv = [LAUNCHER, "dev", "--once", "--port", "0", "--data", "state", ...flags];
  const child = spawn(process.execPath, argv, { cwd: directory, env: { PATH: "/usr/bin:/bin" } });
  let [told, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (told += data.toString("utf8")));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, told, stderr })));
}

test(
  "dev furnishes an emulator by AWS's ordinary calls, tells its story there, and says what it cannot show",
  { timeout: RUN_MAX_MS },
  async () => {
    const { code, told, stderr } = await dev("--aws-endpoint", emulator.url);
    expect(stderr).toBe("");
    expect(told).toContain(`AWS as emulated at ${emulator.url}`);
    expect(told).toContain("an emulator tells nobody what was called");
    expect(told).toContain("who may mount what is not shown");
    expect(told).not.toContain("NO-TLS");
    expect(told).toContain("6/6 Ready");
    expect(told.match(/= repaired in /g)).toHaveLength(5);
    expect(told).toMatch(/= moved in \S+ m?s: fsap-\w+ -> fsap-\w+; mounted at (\d+) of \1 looks/);
    expect(code).toBe(0);
  },
);

test("a second start takes the account as it is", { timeout: RUN_MAX_MS }, async () => {
  const { code, told } = await dev("--aws-endpoint", emulator.url);
  expect(told).toContain("6 bindings found from last time");
  expect(told).toContain("6/6 Ready");
  expect(code).toBe(0);
});

test.for([
  [
    "https://elasticfilesystem.eu-west-1.amazonaws.com",
    64,
    /Refusing the AWS endpoint https:\S+: mooring dev talks to/,
  ],
  [
    "http://127.0.0.1:9",
    69,
    /No AWS answers at http:\/\/127\.0\.0\.1:9 \(.*ECONNREFUSED.*\)\. Start an emulator there/,
  ],
] as const)("%s is refused in one line", async ([url, code, message]) => {
  const ended = await dev("--aws-endpoint", url, "--data", "refused");
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  expect(ended.code).toBe(code);
});

test("a server that answers 500 is not taken for AWS, and told in one line", async () => {
  const server = createServer((_, response) => response.writeHead(500).end("boom"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await dev("--aws-endpoint", url, "--data", "broken");
  expect(stderr).toContain(`No AWS answers at ${url} (what listens there answers HTTP 500, not as AWS does).`);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(69);
  server.close();
});
