import { CreateVpcCommand, CreateSubnetCommand, CreateSecurityGroupCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { CreateFileSystemCommand, CreateMountTargetCommand, type EFSClient } from "@aws-sdk/client-efs";
import { CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsConnection, createAws } from "../../src/aws/create-aws.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { createEc2Service } from "../../src/simulator/services/ec2/ec2.ts";
import { createEfsService } from "../../src/simulator/services/efs/efs.ts";
import { createIamService } from "../../src/simulator/services/iam/iam.ts";
import { createLambdaService } from "../../src/simulator/services/lambda/lambda.ts";
import { type Doors, openDoors } from "../../src/simulator/test-support.ts";

const FUNCTION_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

let doors: Doors;
let aws: AwsConnection;
let lambda: LambdaClient;
let network: { subnetId: string; groupId: string; vpcId: string };

beforeEach(async () => {
  doors = await openDoors({ services: [createIamService, createEc2Service, createEfsService, createLambdaService] });
  aws = createAws({
    account: "111122223333",
    region: "eu-west-1",
    credentials: { accessKeyId: "mooring", secretAccessKey: "not-checked" },
    endpoint: doors.url,
    callDeadlineMs: 8_000,
    quotaShare: Infinity,
    clock: realClock,
    chance: realChance,
    customUserAgent: "mooring/0.1 (test)",
  });
  lambda = doors.socketClient("lambda", "admin");
  await doors
    .socketClient<IAMClient>("iam", "admin")
    .send(new CreateRoleCommand({ RoleName: "thumbnailer", AssumeRolePolicyDocument: TRUST }));
  network = await makeNetwork(doors.socketClient("ec2", "admin"));
});
afterEach(async () => {
  aws.destroy();
  await doors.close();
});

async function makeNetwork(ec2: EC2Client) {
  const vpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId ?? "";
  const subnet = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.0.0/24" }));
  const group = await ec2.send(new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: "nfs", Description: "nfs" }));
  return { vpcId, subnetId: subnet.Subnet?.SubnetId ?? "", groupId: group.GroupId ?? "" };
}

async function makeFunction(FunctionName = "thumbnailer"): Promise<void> {
  const command = new CreateFunctionCommand({
    FunctionName,
    Role: "arn:aws:iam::111122223333:role/thumbnailer",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: new Uint8Array([80, 75, 5, 6, ...Array.from({ length: 18 }, () => 0)]) },
    VpcConfig: { SubnetIds: [network.subnetId], SecurityGroupIds: [network.groupId] },
    Environment: { Variables: { PASSWORD: "secret-value" } },
  });
  await lambda.send(command);
  await expect.poll(async () => (await aws.lambda.getFunction(FunctionName))?.state).toBe("Active");
}

async function makeAccessPoint(): Promise<string> {
  const efs = doors.socketClient<EFSClient>("efs", "admin");
  const { FileSystemId } = await efs.send(new CreateFileSystemCommand({ CreationToken: "fs" }));
  await efs.send(
    new CreateMountTargetCommand({ FileSystemId, SubnetId: network.subnetId, SecurityGroups: [network.groupId] }),
  );
  const made = await aws.efs.createAccessPoint({
    clientToken: "token",
    fileSystemId: FileSystemId ?? "",
    path: "/app",
    creationInfo: { ownerUid: 1, ownerGid: 1, permissions: "0750" },
    posixUser: { uid: 1, gid: 1, secondaryGids: [] },
    tags: {},
  });
  return made.accessPoint.accessPointArn;
}

test("a function is read without its secrets, and a missing one is null", async () => {
  await makeFunction();
  const found = await aws.lambda.getFunction("thumbnailer");
  expect(found).toMatchObject({
    functionArn: FUNCTION_ARN,
    version: "$LATEST",
    roleArn: "arn:aws:iam::111122223333:role/thumbnailer",
    vpcId: network.vpcId,
    subnetIds: [network.subnetId],
    snapStart: false,
    fileSystemConfigs: [],
    lastUpdateStatus: "Successful",
  });
  expect(JSON.stringify(found)).not.toContain("secret-value");
  expect(await aws.lambda.getFunction("nobody")).toBeNull();
});

test("a mount is made and taken away under the revision that was read", async () => {
  const arn = await makeAccessPoint();
  await makeFunction();
  const before = await aws.lambda.getFunction("thumbnailer");
  const fileSystemConfigs = [{ arn, localMountPath: "/mnt/data" }];
  const mount = { functionName: "thumbnailer", revisionId: before!.revisionId, fileSystemConfigs };
  const { requestId } = await aws.lambda.updateMounts(mount);
  expect(requestId).not.toBe("");
  await expect.poll(async () => (await aws.lambda.getFunction("thumbnailer"))?.lastUpdateStatus).toBe("Successful");
  const mounted = await aws.lambda.getFunction("thumbnailer");
  expect(mounted?.fileSystemConfigs).toEqual(fileSystemConfigs);

  await expect(aws.lambda.updateMounts(mount)).rejects.toMatchObject({
    kind: "Conflict",
    code: "PreconditionFailedException",
    certainlyNotDone: true,
  });

  await aws.lambda.updateMounts({ ...mount, revisionId: mounted!.revisionId, fileSystemConfigs: [] });
  expect((await aws.lambda.getFunction("thumbnailer"))?.fileSystemConfigs).toEqual([]);
});

test("lists hold every function over several pages, and published versions apart", async () => {
  for (let n = 0; n < 51; n++) await makeFunction(`f${n}`);
  await lambda.send(new PublishVersionCommand({ FunctionName: "f0" }));
  const functions = await aws.lambda.listFunctions();
  expect(new Set(functions.map(({ functionName }) => functionName)).size).toBe(51);
  expect(functions[0]).toMatchObject({ version: "$LATEST", state: null, lastUpdateStatus: null });
  expect(await aws.lambda.listVersions("f0")).toMatchObject([
    { version: "1", functionArn: FUNCTION_ARN.replace("thumbnailer", "f0") },
  ]);
  expect(await aws.lambda.listAllVersions()).toHaveLength(52);
});

test("a function outside a VPC says so", async () => {
  await makeFunction();
  const VpcConfig = { SubnetIds: [], SecurityGroupIds: [] };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "thumbnailer", VpcConfig }));
  expect((await aws.lambda.getFunction("thumbnailer"))?.vpcId).toBeNull();
});
