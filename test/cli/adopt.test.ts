import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/aws-simulator.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

let directory: string;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "mooring-adopt-"));
  simulator = await startSimulator({ port: 0, furnish: true });
});
afterEach(async () => {
  await simulator.close();
  rmSync(directory, { recursive: true });
});

function adopt(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: "/usr/bin:/bin",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: simulator.url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "scanner",
    AWS_SECRET_ACCESS_KEY: "not-a-secret",
    MOORING_URL: "http://127.0.0.1:9",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "adopt", ...args], { cwd: directory, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
    );
  });
}

test("adopt --scan reads the account by the SDK's variables and writes the file; without --scan it says what to do", async () => {
  const { AccessPoints } = (await simulator.simulator.call(
    "efs",
    "DescribeAccessPoints",
    {},
    simulator.simulator.callerOf("auditor"),
  )) as { AccessPoints: { AccessPointArn: string; AccessPointId: string }[] };
  await simulator.simulator.call(
    "lambda",
    "UpdateFunctionConfiguration",
    {
      FunctionName: "reporter",
      FileSystemConfigs: [{ Arn: AccessPoints[0]!.AccessPointArn, LocalMountPath: "/mnt/legacy" }],
    },
    simulator.simulator.callerOf("platform-team"),
  );
  const { code, err } = await adopt(["--scan", "--namespace", "media", "--account-file", "found.yaml"]);
  expect(code).toBe(0);
  expect(err).toMatch(/^No Mooring answers at http:\/\/127\.0\.0\.1:9: /);
  expect(err).toContain("found 1 Binding and 1 new FileSystem. Next: mooring plan -f found.yaml\n");
  const yaml = readFileSync(join(directory, "found.yaml"), "utf8");
  expect(yaml).toContain(`mooring.dev/adopt: ${AccessPoints[0]!.AccessPointId},mount`);
  expect(yaml).toContain('account: "111122223333"');
  const unanswered = await adopt(["--scan", "--server", "http://127.0.0.1:9"]);
  expect([unanswered.code, unanswered.out]).toEqual([69, ""]);
  const refused = await adopt([]);
  expect(refused.code).toBe(64);
  expect(refused.err).toContain("mooring adopt --scan");
});
