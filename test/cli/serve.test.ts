import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import dynalite from "dynalite";
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

test("serve on DynamoDB says which tables are missing, and makes them when told to", async () => {
  const dynamodb = dynalite({ createTableMs: 0 });
  const port = await new Promise<number>((resolve) =>
    dynamodb.listen(0, "127.0.0.1", () => resolve((dynamodb.address() as AddressInfo).port)),
  );
  const env = {
    ...CREDENTIALS,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    MOORING_STORE: "dynamodb:moor-",
  };
  const first = serve(env);
  await first.said(/no DynamoDB tables moor-log, moor-keys, moor-audit in eu-west-1.*--create-tables/);
  expect(await first.ended).toBe(64);
  const second = serve({ ...env, MOORING_CREATE_TABLES: "true" });
  await second.said(/mooring serves/);
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  await new Promise((resolve) => dynamodb.close(resolve));
});
