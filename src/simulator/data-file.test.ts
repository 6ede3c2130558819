import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateQueueCommand, ListQueuesCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { STSClient } from "@aws-sdk/client-sts";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunningSimulator } from "./aws-simulator.ts";
import { startSimulator } from "./aws-simulator.ts";
import { sdkClient } from "./test-support.ts";

let directory: string;
let dataFile: string;
let running: RunningSimulator | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "simulator-"));
  dataFile = join(directory, "deep", "state.json");
});

afterEach(async () => {
  await running?.close();
  running = undefined;
  await rm(directory, { recursive: true });
});

const start = async () => (running = await startSimulator({ port: 0, dataFile }));
const sqs = (user = "tester") => sdkClient("sqs", running?.url ?? "", user) as SQSClient;

test("state is there again after a stop and a start", async () => {
  expect((await start()).restored).toBe(false);
  await sqs().send(new CreateQueueCommand({ QueueName: "kept" }));
  await running?.close();
  expect((await start()).restored).toBe(true);
  expect((await sqs().send(new ListQueuesCommand())).QueueUrls).toEqual([`${running?.url}/111122223333/kept`]);
});

test("the key of a role's session still says who calls after a restart", async () => {
  await start();
  const AssumeRolePolicyDocument =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}';
  await (sdkClient("iam", running?.url ?? "", "tester") as IAMClient).send(
    new CreateRoleCommand({ RoleName: "deployer", AssumeRolePolicyDocument }),
  );
  const sts = sdkClient("sts", running?.url ?? "", "tester") as STSClient;
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: "arn:aws:iam::111122223333:role/deployer", RoleSessionName: "ci" }),
  );
  await running?.close();
  await start();
  const session = sdkClient("sts", running?.url ?? "", Credentials?.AccessKeyId ?? "") as STSClient;
  expect((await session.send(new GetCallerIdentityCommand())).Arn).toBe(
    "arn:aws:sts::111122223333:assumed-role/deployer/ci",
  );
});

test("changes are on disk soon, without a stop", async () => {
  await start();
  await sqs().send(new CreateQueueCommand({ QueueName: "soon" }));
  await expect.poll(() => readFile(dataFile, "utf8").catch(() => ""), { timeout: 5_000 }).toContain('"soon"');
  expect(await readdir(join(directory, "deep"))).toEqual(["state.json"]);
});

test("a file that is no state is refused and left alone", async () => {
  dataFile = join(directory, "state.json");
  await writeFile(dataFile, "{half");
  await expect(startSimulator({ port: 0, dataFile })).rejects.toThrow(
    /Cannot read the simulator's state .* Move the file away/,
  );
  expect(await readFile(dataFile, "utf8")).toBe("{half");
});

test("a taken port is refused", async () => {
  await start();
  await expect(startSimulator({ port: running?.port ?? 0 })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
