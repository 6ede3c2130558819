import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, test } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../src/cli/mooring.mjs", import.meta.url));
const RUN_MAX_MS = 60_000;

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "mooring-dev-dynamodb-"))));
afterAll(() => rmSync(directory, { recursive: true }));

interface Ended {
  code: number | null;
  told: string;
  stderr: string;
}

function start(flags: string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const argv = [LAUNCHER, "dev", "--port", "0", "--aws-port", "0", ...flags];
  const child = spawn(process.execPath, argv, { cwd: directory, env: { PATH: "/usr/bin:/bin", ...env } });
  let [told, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (told += data.toString("utf8")));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, told, stderr })));
  return { child, ended };
}

const dev = (flags: string[], env?: Record<string, string>): Promise<Ended> => start(["--once", ...flags], env).ended;

/** Resolves with the first output that holds `text`. */
function said({ stdout }: ChildProcess, text: string): Promise<void> {
  let output = "";
  return new Promise((resolve) =>
    stdout!.on("data", (data: Buffer) => {
      output += data.toString("utf8");
      if (output.includes(text)) resolve();
    }),
  );
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

test(
  "dev on DynamoDB tells the same story, and a restart after a kill in the middle of it goes on with what is there",
  { timeout: RUN_MAX_MS },
  async () => {
    const flags = ["--store", "dynamodb", "--data", "killed"];
    const { child, ended } = start(flags);
    await said(child, "! alice UpdateFunctionConfiguration");
    child.kill("SIGKILL");
    expect((await ended).code).toBeNull();

    const { code, told, stderr } = await dev(flags);
    expect(stderr).toBe("");
    expect(told).toContain("records in DynamoDB (dynalite in this process), tables mooring-dev-*");
    expect(told).toContain("6 bindings found from last time");
    expect(told).not.toContain("written by you");
    expect(told).toContain("6/6 Ready");
    expect(told.match(/= repaired in /g)).toHaveLength(5);
    expect(told).toMatch(/= moved in \S+ m?s: fsap-\w+ -> fsap-\w+; mounted at (\d+) of \1 looks/);
    expect(code).toBe(0);
  },
);

test(
  "records in a DynamoDB of somebody else's are found again; when they are gone, the simulated account starts over too",
  { timeout: RUN_MAX_MS },
  async () => {
    const flags = ["--store", "dynamodb:mine-", "--data", "elsewhere"];
    let server = dynalite({ createTableMs: 0 });
    const first = await dev(flags, { AWS_ENDPOINT_URL_DYNAMODB: await listening(server) });
    expect(first.told).toMatch(/records in DynamoDB at http:\S+, tables mine-\*; whether they outlive that process/);
    expect(first.told).toContain("6 bindings written by you");
    expect(first.code).toBe(0);
    await closed(server);

    server = dynalite({ createTableMs: 0 });
    const endpoint = await listening(server);
    const second = await dev([...flags, "--dynamodb-endpoint", endpoint]);
    expect(second.told).toContain("6 bindings written by you");
    expect(second.told).not.toMatch(/StoreRestored/);
    expect(second.code).toBe(0);

    const third = await dev([...flags, "--dynamodb-endpoint", endpoint]);
    expect(third.told).toContain("6 bindings found from last time");
    expect(third.code).toBe(0);
    await closed(server);
  },
);

const REFUSED: [given: string, flags: string[], env: Record<string, string>, message: RegExp][] = [
  [
    "an endpoint that is not on this machine",
    ["--store", "dynamodb"],
    { AWS_ENDPOINT_URL_DYNAMODB: "https://dynamodb.eu-west-1.amazonaws.com" },
    /Refusing the DynamoDB endpoint https:\S+: mooring dev talks to this machine only/,
  ],
  [
    "an endpoint where nothing listens",
    ["--store", "dynamodb", "--dynamodb-endpoint", "http://127.0.0.1:9"],
    {},
    /No DynamoDB answers at http:\/\/127\.0\.0\.1:9 \(.*ECONNREFUSED.*\)\. Start one there/,
  ],
  ["a store that does not exist", ["--store", "postgres"], {}, /--store is "postgres"; allowed is sqlite, dynamodb/],
  [
    "an endpoint without its store",
    ["--dynamodb-endpoint", "http://127.0.0.1:8000"],
    {},
    /--dynamodb-endpoint needs --store dynamodb/,
  ],
];

test.for(REFUSED)("%s is refused in one line", async ([, flags, env, message]) => {
  const { code, told, stderr } = await dev([...flags, "--data", "refused"], env);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(told).toBe("");
  expect([64, 69]).toContain(code);
});

test("a server that answers 500 is not taken for DynamoDB", async () => {
  const server = createServer((_, response) => response.writeHead(500).end("no"));
  const endpoint = await listening(server);
  const { code, stderr } = await dev(["--store", "dynamodb", "--data", "broken", "--dynamodb-endpoint", endpoint]);
  expect(stderr).toContain(
    `No DynamoDB answers at ${endpoint} (what listens there answers HTTP 500, not as AWS does).`,
  );
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(69);
  await closed(server);
});
