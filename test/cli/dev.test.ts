import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../src/cli/mooring.mjs", import.meta.url));
const RUN_MAX_MS = 60_000;

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "mooring-dev-"))));
afterAll(() => rmSync(directory, { recursive: true }));

/** A person's shell with real-looking AWS settings in it: dev must not look at them. */
const AMBIENT = {
  PATH: "/usr/bin:/bin",
  AWS_PROFILE: "production",
  AWS_REGION: "us-east-1",
  AWS_USE_FIPS_ENDPOINT: "true",
  AWS_ENDPOINT_URL_EFS: "https://elasticfilesystem.us-east-1.amazonaws.com",
};

function dev(...flags: string[]): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const argv = [LAUNCHER, "dev", "--once", "--port", "0", "--aws-port", "0", "--data", "state", ...flags];
  const child = spawn(process.execPath, argv, { cwd: directory, env: AMBIENT });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString("utf8")));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString("utf8")));
  return new Promise((resolve) => child.once("exit", (code) => resolve({ code, lines: stdout.split("\n"), stderr })));
}

/** The transcript without times and ids, which differ from run to run. */
function shape(lines: string[]): string {
  return lines.map((line) => line.replace(/^ *[\d.]+s /, "").replace(/fsap-\w+/g, "fsap")).join("\n");
}

const MATRIX = [
  "ROLE         OWN    OTHER  NO-AP  NO-TLS",
  "indexer      allow  deny   deny   deny",
  "reporter     allow  deny   deny   deny",
  "thumbnailer  allow  deny   deny   deny",
  "transcoder   allow  deny   deny   deny",
  "web          allow  deny   deny   deny",
];

test(
  "dev --once binds the samples, proves who reaches what, repairs five sabotages, each by somebody else, and moves a path",
  { timeout: RUN_MAX_MS },
  async () => {
    const { code, lines, stderr } = await dev();
    expect(stderr).toBe("");
    const told = shape(lines);
    expect(told).toContain("6 bindings written by you");
    expect(told).toContain("+ CreateAccessPoint            fsap  /app1 1001:1001");
    expect(told).toContain("~ UpdateFunctionConfiguration  thumbnailer /mnt/data");
    expect(told).toContain("+ RegisterTaskDefinition       web:2  media/web, web/web-logs");
    expect(told.match(/~ UpdateService {16}prod\/web to web:2/g)).toHaveLength(1);
    expect(told).toContain("6/6 Ready");
    for (const line of MATRIX) expect(told.split(line).length - 1, line).toBe(2);
    for (const [actor, sabotage] of [
      ["deploy-bot", "DeleteAccessPoint"],
      ["alice", "UpdateFunctionConfiguration"],
      ["bob", "PutFileSystemPolicy"],
      ["terraform-ci", "DeleteFileSystemPolicy"],
    ]) {
      expect(told).toMatch(new RegExp(`! ${actor} ${sabotage}.*\\n\\? drift by ${actor} `));
    }
    expect(told).toMatch(/! web-pipeline UpdateService prod\/web to web:3, without its volumes\n\? drift by /);
    expect(told).toMatch(/= repaired in \S+ m?s: prod\/web rolled out/);
    expect(told).toMatch(/= moved in \S+ m?s: fsap -> fsap; mounted at (\d+) of \1 looks/);
    expect(told.match(/= repaired in /g)).toHaveLength(5);
    expect(told).toMatch(/= repaired in \S+ m?s: fsap, policy, thumbnailer remounted/);
    expect(code).toBe(0);
    expect(lines.join("")).not.toContain("\u001b");
    expect(readFileSync(join(directory, "state", "env"), "utf8")).toContain("AWS_ENDPOINT_URL='http://127.0.0.1:");
    expect(statSync(join(directory, "state", "bin", "mooring")).isFile()).toBe(true);
  },
);

test("a restart goes on with what is there", { timeout: RUN_MAX_MS }, async () => {
  const { code, lines, stderr } = await dev();
  expect(stderr).toBe("");
  const told = shape(lines);
  expect(told).toContain("6 bindings found from last time");
  expect(told).not.toContain("written by you");
  expect(told.match(/= repaired in /g)).toHaveLength(5);
  expect(code).toBe(0);
});

test("an empty dev has no samples and breaks nothing", { timeout: RUN_MAX_MS }, async () => {
  const { code, lines } = await dev("--empty", "--data", "empty");
  expect(shape(lines)).not.toMatch(/[!+~] /);
  expect(code).toBe(0);
});
