import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

let directory: string;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "mooring-serve-"));
  simulator = await startSimulator({ port: 0 });
});
afterEach(async () => {
  await simulator.close();
  rmSync(directory, { recursive: true });
});

function serve(env: Record<string, string>): {
  child: ChildProcess;
  ended: Promise<number | null>;
  said(text: RegExp): Promise<RegExpExecArray>;
} {
  const child = spawn(process.execPath, [MAIN, "serve", "--port", "0"], {
    cwd: directory,
    env: {
      PATH: "/usr/bin:/bin",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: simulator.url,
      ...env,
    },
  });
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const said = (text: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      child.stderr.on("data", (data: Buffer) => {
        output += data.toString("utf8");
        const match = text.exec(output);
        if (match !== null) resolve(match);
      });
      void ended.then(() => reject(new Error(`ended without saying ${text}: ${output}`)));
    });
  return { child, ended, said };
}

const CREDENTIALS = { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "mooring", AWS_SECRET_ACCESS_KEY: "not-a-secret" };

test("serve takes region, credentials and endpoint from the SDK's variables, the account from STS, and stops on SIGTERM", async () => {
  const { child, ended, said } = serve({ ...CREDENTIALS, MOORING_STORE: "sqlite:serve.db" });
  const [, url] = await said(/mooring serves (\S+) for account 111122223333 in eu-west-1/);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

test("serve without a region says what to set", async () => {
  const { ended, said } = serve({ AWS_ACCESS_KEY_ID: "mooring", AWS_SECRET_ACCESS_KEY: "not-a-secret" });
  await said(/No AWS region is set\. Set AWS_REGION/);
  expect(await ended).toBe(64);
});
