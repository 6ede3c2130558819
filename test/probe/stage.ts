import { answers, callsOf, until, type Call } from "./behaviour.ts";
import { ZIP_FILE } from "./zip-file.ts";

const [efs, lambda, ecs, sqs, dynamodb, iam, ec2, sts] = [
  callsOf("efs"),
  callsOf("lambda"),
  callsOf("ecs"),
  callsOf("sqs"),
  callsOf("dynamodb"),
  callsOf("iam"),
  callsOf("ec2"),
  callsOf("sts"),
];

/** What behaviours share, because it is dear to make. Made when a behaviour first names it, taken away at the end. */
export interface Part {
  gives: readonly string[];
  calls: readonly Call[];
}

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"] },
      Action: "sts:AssumeRole",
    },
  ],
});

/** What Lambda needs to put a function into a VPC, and to see the mount targets there. */
const VPC_ACCESS = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientWrite",
      ],
      Resource: "*",
    },
  ],
});

/** A new role is not known everywhere at once, so the first call with it may have to be repeated. */
const patiently = (call: Call): Call => until(call, answers({}));

const fileSystem = (name: string): Part => ({
  gives: [name, `${name}Arn`],
  calls: [
    efs(
      "CreateFileSystem",
      { CreationToken: `$run-${name}` },
      { [name]: "FileSystemId", [`${name}Arn`]: "FileSystemArn" },
    ),
    until(
      efs("DescribeFileSystems", { FileSystemId: `$${name}` }),
      answers({ "FileSystems.0.LifeCycleState": "available" }),
    ),
  ],
});

const STAGE: Readonly<Record<string, Part>> = {
  caller: {
    gives: ["account", "callerArn"],
    calls: [sts("GetCallerIdentity", {}, { account: "Account", callerArn: "Arn" })],
  },
  fileSystem: fileSystem("fileSystem"),
  otherFileSystem: fileSystem("otherFileSystem"),
  accessPoint: {
    gives: ["accessPoint", "accessPointArn"],
    calls: [
      efs(
        "CreateAccessPoint",
        {
          ClientToken: "$run-shared",
          FileSystemId: "$fileSystem",
          PosixUser: { Uid: 1001, Gid: 1001 },
          RootDirectory: { Path: "/app", CreationInfo: { OwnerUid: 1001, OwnerGid: 1001, Permissions: "0750" } },
        },
        { accessPoint: "AccessPointId", accessPointArn: "AccessPointArn" },
      ),
      until(
        efs("DescribeAccessPoints", { AccessPointId: "$accessPoint" }),
        answers({ "AccessPoints.0.LifeCycleState": "available" }),
      ),
    ],
  },
  network: {
    gives: ["vpc", "subnet", "otherSubnet", "group"],
    calls: [
      ec2("CreateVpc", { CidrBlock: "10.77.0.0/16" }, { vpc: "Vpc.VpcId" }),
      ec2(
        "CreateSubnet",
        { VpcId: "$vpc", CidrBlock: "10.77.1.0/24", AvailabilityZone: "$regiona" },
        { subnet: "Subnet.SubnetId" },
      ),
      ec2(
        "CreateSubnet",
        { VpcId: "$vpc", CidrBlock: "10.77.2.0/24", AvailabilityZone: "$regionb" },
        { otherSubnet: "Subnet.SubnetId" },
      ),
      ec2("CreateSecurityGroup", { VpcId: "$vpc", GroupName: "$run", Description: "probe" }, { group: "GroupId" }),
    ],
  },
  mountTarget: {
    gives: ["mountTarget"],
    calls: [
      efs(
        "CreateMountTarget",
        { FileSystemId: "$fileSystem", SubnetId: "$subnet", SecurityGroups: ["$group"] },
        { mountTarget: "MountTargetId" },
      ),
      until(
        efs("DescribeMountTargets", { MountTargetId: "$mountTarget" }),
        answers({ "MountTargets.0.LifeCycleState": "available" }),
      ),
    ],
  },
  role: {
    gives: ["role", "roleName"],
    calls: [
      iam(
        "CreateRole",
        { RoleName: "$run-role", AssumeRolePolicyDocument: TRUST },
        { role: "Role.Arn", roleName: "Role.RoleName" },
      ),
      // Inline, since not every emulator has AWS's managed policies.
      iam("PutRolePolicy", { RoleName: "$run-role", PolicyName: "vpc", PolicyDocument: VPC_ACCESS }),
    ],
  },
  function: {
    gives: ["function", "functionArn"],
    calls: functionCalls("function", {}),
  },
  vpcFunction: {
    gives: ["vpcFunction", "vpcFunctionArn"],
    calls: functionCalls("vpcFunction", { VpcConfig: { SubnetIds: ["$subnet"], SecurityGroupIds: ["$group"] } }),
  },
  cluster: {
    gives: ["cluster"],
    calls: [ecs("CreateCluster", { clusterName: "$run-cluster" }, { cluster: "cluster.clusterArn" })],
  },
  definition: {
    gives: ["definition"],
    calls: [
      ecs(
        "RegisterTaskDefinition",
        { family: "$run-shared", containerDefinitions: [{ name: "app", image: "app:1", memory: 64 }] },
        { definition: "taskDefinition.taskDefinitionArn" },
      ),
    ],
  },
  queue: {
    gives: ["queue", "queueArn"],
    calls: [
      sqs("CreateQueue", { QueueName: "$run-shared" }, { queue: "QueueUrl" }),
      sqs(
        "GetQueueAttributes",
        { QueueUrl: "$queue", AttributeNames: ["QueueArn"] },
        { queueArn: "Attributes.QueueArn" },
      ),
    ],
  },
  table: {
    gives: ["table"],
    calls: [
      dynamodb(
        "CreateTable",
        {
          TableName: "$run-shared",
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [
            { AttributeName: "pk", AttributeType: "S" },
            { AttributeName: "sk", AttributeType: "S" },
            { AttributeName: "due", AttributeType: "N" },
          ],
          KeySchema: [
            { AttributeName: "pk", KeyType: "HASH" },
            { AttributeName: "sk", KeyType: "RANGE" },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: "due",
              KeySchema: [
                { AttributeName: "pk", KeyType: "HASH" },
                { AttributeName: "due", KeyType: "RANGE" },
              ],
              Projection: { ProjectionType: "ALL" },
            },
          ],
        },
        { table: "TableDescription.TableName" },
      ),
      until(dynamodb("DescribeTable", { TableName: "$table" }), answers({ "Table.TableStatus": "ACTIVE" })),
    ],
  },
};

function functionCalls(name: string, more: Record<string, unknown>): Call[] {
  const create = lambda(
    "CreateFunction",
    {
      FunctionName: `$run-${name}`,
      Role: "$role",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: ZIP_FILE },
      ...more,
    },
    { [name]: "FunctionName", [`${name}Arn`]: "FunctionArn" },
  );
  const active = answers({ "Configuration.State": "Active" });
  return [patiently(create), until(lambda("GetFunction", { FunctionName: `$${name}` }), active)];
}

const PART_OF = new Map(Object.entries(STAGE).flatMap(([part, { gives }]) => gives.map((name) => [name, part])));

/** The part of the stage that gives a name; undefined = the name is nobody's of the stage. */
export function partThatGives(name: string): { id: string; part: Part } | undefined {
  const id = PART_OF.get(name);
  return id === undefined ? undefined : { id, part: STAGE[id]! };
}

/** Names that every run gives by itself. */
export const OWN_NAMES = ["run", "own", "region", "regiona", "regionb"] as const;
