import { callsOf, type Call } from "./behaviour.ts";
import { at } from "./placeholders.ts";

type Input = Record<string, unknown>;
/** The calls that take away what a call made. */
type Undo = (input: Input, answer: Input) => Call[];

const [efs, lambda, ecs, events, sqs, dynamodb, iam, ec2] = [
  callsOf("efs"),
  callsOf("lambda"),
  callsOf("ecs"),
  callsOf("eventbridge"),
  callsOf("sqs"),
  callsOf("dynamodb"),
  callsOf("iam"),
  callsOf("ec2"),
];

const UNDO: Readonly<Record<string, Undo>> = {
  "efs CreateFileSystem": (_, { FileSystemId }) => [efs("DeleteFileSystem", { FileSystemId })],
  "efs CreateAccessPoint": (_, { AccessPointId }) => [efs("DeleteAccessPoint", { AccessPointId })],
  "efs CreateMountTarget": (_, { MountTargetId }) => [efs("DeleteMountTarget", { MountTargetId })],
  "lambda CreateFunction": ({ FunctionName }) => [lambda("DeleteFunction", { FunctionName })],
  "ecs CreateCluster": (_, answer) => [ecs("DeleteCluster", { cluster: at(answer, "cluster.clusterArn") })],
  "ecs RegisterTaskDefinition": (_, answer) => [
    ecs("DeregisterTaskDefinition", { taskDefinition: at(answer, "taskDefinition.taskDefinitionArn") }),
  ],
  "ecs CreateService": ({ cluster, serviceName }) => [
    ecs("UpdateService", { cluster, service: serviceName, desiredCount: 0 }),
    ecs("DeleteService", { cluster, service: serviceName, force: true }),
  ],
  "ecs RunTask": ({ cluster }, answer) => [ecs("StopTask", { cluster, task: at(answer, "tasks.0.taskArn") })],
  "eventbridge PutRule": ({ Name, EventBusName }) => [events("DeleteRule", { Name, EventBusName })],
  "eventbridge PutTargets": ({ Rule, EventBusName, Targets }) => [
    events("RemoveTargets", { Rule, EventBusName, Ids: (Targets as { Id: string }[]).map(({ Id }) => Id) }),
  ],
  "eventbridge CreateEventBus": ({ Name }) => [events("DeleteEventBus", { Name })],
  "sqs CreateQueue": (_, { QueueUrl }) => [sqs("DeleteQueue", { QueueUrl })],
  "dynamodb CreateTable": ({ TableName }) => [dynamodb("DeleteTable", { TableName })],
  "iam CreateRole": ({ RoleName }) => [iam("DeleteRole", { RoleName })],
  "iam PutRolePolicy": ({ RoleName, PolicyName }) => [iam("DeleteRolePolicy", { RoleName, PolicyName })],
  "iam AttachRolePolicy": ({ RoleName, PolicyArn }) => [iam("DetachRolePolicy", { RoleName, PolicyArn })],
  "iam CreateUser": ({ UserName }) => [iam("DeleteUser", { UserName })],
  "ec2 CreateVpc": (_, answer) => [ec2("DeleteVpc", { VpcId: at(answer, "Vpc.VpcId") })],
  "ec2 CreateSubnet": (_, answer) => [ec2("DeleteSubnet", { SubnetId: at(answer, "Subnet.SubnetId") })],
  "ec2 CreateSecurityGroup": (_, { GroupId }) => [ec2("DeleteSecurityGroup", { GroupId })],
};

/** The calls that take away what `call` has made; none if it makes nothing that stays. */
export function undoOf({ service, operation }: Call, input: Input, answer: Input): Call[] {
  return UNDO[`${service} ${operation}`]?.(input, answer) ?? [];
}

/** Operations that make something, for the test that each of them is undone. */
export const UNDONE = Object.keys(UNDO);
