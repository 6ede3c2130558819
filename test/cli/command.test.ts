import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../src/cli/mooring.mjs", import.meta.url));
/** Makes the launcher believe that it runs on an older Node. */
const AS_NODE_20 = [
  "--import",
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})',
];

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "mooring-cli-"))));
afterAll(() => rmSync(directory, { recursive: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(argv: string[], { nodeOptions = [] as string[], launcher = LAUNCHER, env = {} } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeOptions, launcher, ...argv],
      { cwd: directory, env: { PATH: "/usr/bin:/bin", ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test("the help lists the verbs people need and not the simulator", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const verb of ["dev", "serve", "plan", "history", "reconcile", "kubeconfig"])
    expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  expect(stdout).not.toMatch(/^ {2}simulator/m);
});

test("on an older Node it runs with the one that npm ci brought", async () => {
  const { code, stdout } = await run(["--version"], { nodeOptions: AS_NODE_20 });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+$/m);
});

test("on an older Node without npm ci it says what to do", async () => {
  const copy = join(directory, "mooring.mjs");
  cpSync(LAUNCHER, copy);
  const { code, stderr } = await run(["--version"], { nodeOptions: AS_NODE_20, launcher: copy });
  expect(code).toBe(1);
  expect(stderr).toMatch(/this is Node 20\.1\.0, which cannot run TypeScript\. Run "npm ci"/);
});

test.each([
  [["frobnicate"], 64, /unknown command 'frobnicate'/],
  [["plan"], 64, /required option '-f, --filename <file>'/],
  [["plan", "-f", "nowhere.yaml"], 64, /^mooring: Cannot read nowhere\.yaml: ENOENT/],
  [["dev", "--port", "http"], 64, /^mooring: --port is "http"; allowed is a port from 0 to 65535/],
  [["history", "thumbnailer"], 64, /write: mooring history --file-system thumbnailer/],
  [["history", "media/thumbnailer", "--limit", "0"], 64, /--limit is "0"; allowed is a whole number from 1 to 1000/],
  [["reconcile", "Media/Thumbnailer"], 64, /names no record; write NAMESPACE\/NAME for a Binding/],
  [["serve", "--host", "0.0.0.0"], 64, /Refusing to listen on 0\.0\.0\.0/],
  [
    ["serve", "--port", "x", "--store", "y"],
    64,
    /2 problems:\n {2}- MOORING_PORT is "x".*\n {2}- MOORING_STORE is "y"/,
  ],
])("mooring %j ends with %i and one clear message", async (argv, code, message) => {
  const ended = await run(argv as string[]);
  expect(ended.stderr).toMatch(message as RegExp);
  expect(ended.code).toBe(code);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});

test("a service that is not there is named, with how to start or find one", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { code, stderr } = await run(["history", "verify", "--server", `http://127.0.0.1:${port}`]);
  expect(stderr).toContain(`No Mooring answers at http://127.0.0.1:${port} (ECONNREFUSED)`);
  expect(code).toBe(69);
});

test("dev on a port in use names the port and the flag, and touches nothing", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await run(["dev", "--port", "0", "--aws-port", String(port), "--data", "state"]);
  await new Promise((resolve) => taken.close(resolve));
  expect(stderr).toBe(
    `mooring: Port ${port} on 127.0.0.1, for the simulated AWS, is in use by another process. Free it, or choose another with --aws-port PORT.\n`,
  );
  expect(code).toBe(1);
});

test("a kubeconfig points at the service that is named", async () => {
  const { stdout } = await run(["kubeconfig", "--server", "http://127.0.0.1:9999/"]);
  expect(stdout).toContain("server: http://127.0.0.1:9999\n");
});
