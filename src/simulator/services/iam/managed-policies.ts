/** AWS-managed policies that a Lambda role on EFS is likely to carry (AWS Managed Policy Reference). */
import type { ManagedPolicy } from "./state.ts";

const NETWORK = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];
const LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const EFS = (...names: string[]): string[] => names.map((name) => `elasticfilesystem:${name}`);

/** Name with path → the actions it allows on every resource. */
const ALLOWED: Record<string, string[]> = {
  "/AmazonElasticFileSystemClientReadOnlyAccess": EFS("ClientMount", "DescribeMountTargets"),
  "/AmazonElasticFileSystemClientReadWriteAccess": EFS("ClientMount", "ClientWrite", "DescribeMountTargets"),
  "/AmazonElasticFileSystemClientFullAccess": EFS(
    "ClientMount",
    "ClientRootAccess",
    "ClientWrite",
    "DescribeMountTargets",
  ),
  "/AmazonElasticFileSystemFullAccess": ["elasticfilesystem:*"],
  "/AmazonS3ReadOnlyAccess": ["s3:Get*", "s3:List*", "s3:Describe*"],
  "/AmazonSQSFullAccess": ["sqs:*"],
  "/AdministratorAccess": ["*"],
  "/service-role/AWSLambdaBasicExecutionRole": LOGS,
  "/service-role/AWSLambdaVPCAccessExecutionRole": [...LOGS, ...NETWORK],
};

export function awsManagedPolicies(partition: string, nowMs: number): ManagedPolicy[] {
  return Object.entries(ALLOWED).map(([fullName, actions], index) => {
    const cut = fullName.lastIndexOf("/") + 1;
    const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
    return {
      name: fullName.slice(cut),
      path: fullName.slice(0, cut),
      arn: `arn:${partition}:iam::aws:policy${fullName}`,
      id: `ANPAAWSMANAGED${String(index).padStart(7, "0")}`,
      awsManaged: true,
      description: undefined,
      createdMs: nowMs,
      updatedMs: nowMs,
      versions: [{ id: "v1", document: JSON.stringify({ Version: "2012-10-17", Statement }), createdMs: nowMs }],
      defaultVersion: "v1",
      tags: new Map(),
    };
  });
}
