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

test("a reader that goes away early is no failure", async () => {
  const piped = await new Promise<Ended>((resolve) => {
    const command = `"${process.execPath}" "${LAUNCHER}" --help | true`;
    execFile("/bin/sh", ["-c", command], { cwd: directory, env: { PATH: "/usr/bin:/bin" } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
  expect(piped).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("the help lists the verbs people need and not the simulator", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const verb of ["dev", "serve", "plan", "history", "reconcile", "render", "kubeconfig"])
    expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  expect(stdout).not.toMatch(/^ {2}simulator/m);
});

test("wrong usage ends with its own code and no stack", async () => {
  const { code, stderr } = await run(["frobnicate"]);
  expect(code).toBe(64);
  expect(stderr).toMatch(/unknown command 'frobnicate'/);
  expect(stderr).not.toMatch(/^\s+at /m);
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

test("dev on one port for both is refused with the names of both options", async () => {
  const { code, stderr } = await run(["dev", "--port", "7777", "--aws-port", "7777"]);
  expect(stderr).toMatch(/--port and --aws-port are both 7777; .*\(0 = any free one\)/);
  expect(code).toBe(64);
});

test("an error of an option calls it by that name", async () => {
  const { code, stderr } = await run(["plan", "-f", "x.yaml", "--server", "nowhere"]);
  expect(stderr).toContain("--server is");
  expect(stderr).not.toContain("MOORING_URL is");
  expect(code).toBe(64);
});

test("dev on a port in use names the port and the flag", async () => {
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
