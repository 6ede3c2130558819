import type { EcsWorkload, LambdaWorkload } from "../model/records.ts";
import { workloadName } from "../model/workload.ts";
import type { MountSource } from "./mount-source.ts";
import { mountsByContainer } from "./task-definition-snippet.ts";

/** TypeScript for the CDK stack that deploys the workload, to be put behind the construct of its function or task definition. */
export function cdkSnippet(source: MountSource): string {
  const { lambda, ecs } = source.workload;
  const head = [
    `// ${workloadName(source.workload)}: the mount of the Binding ${source.binding}.`,
    `// Another access point after a replacement: run "mooring render -o cdk ${source.binding}" again then.`,
  ];
  return [...head, ...(lambda === undefined ? ofTask(source, ecs) : ofFunction(source, lambda))].join("\n");
}

/**
 * By the property of CloudFormation, not by `lambda.FileSystem.fromEfsAccessPoint`: that one also writes role policies
 * and security group rules, and waits for mount targets of a construct that the stack would have to import.
 */
function ofFunction({ accessPointArn }: MountSource, { localMountPath }: LambdaWorkload): string[] {
  return [
    '// import * as lambda from "aws-cdk-lib/aws-lambda"; fn is the lambda.Function.',
    "(fn.node.defaultChild as lambda.CfnFunction).fileSystemConfigs = [",
    `  { arn: ${JSON.stringify(accessPointArn)}, localMountPath: ${JSON.stringify(localMountPath)} },`,
    "];",
  ];
}

function ofTask({ volumeName, fileSystemId, accessPointId }: MountSource, ecs: EcsWorkload): string[] {
  const mounts = [...mountsByContainer(ecs)].flatMap(([container, points]) => [
    `taskDefinition.findContainer(${JSON.stringify(container)})!.addMountPoints(`,
    ...points.map(
      ({ containerPath, readOnly }) =>
        `  { sourceVolume: ${JSON.stringify(volumeName)}, containerPath: ${JSON.stringify(containerPath)}, readOnly: ${readOnly} },`,
    ),
    ");",
  ]);
  return [
    "// taskDefinition is the ecs.TaskDefinition; its task role is whom EFS sees.",
    "taskDefinition.addVolume({",
    `  name: ${JSON.stringify(volumeName)},`,
    "  efsVolumeConfiguration: {",
    `    fileSystemId: ${JSON.stringify(fileSystemId)},`,
    '    rootDirectory: "/",',
    '    transitEncryption: "ENABLED",',
    `    authorizationConfig: { accessPointId: ${JSON.stringify(accessPointId)}, iam: "ENABLED" },`,
    "  },",
    "});",
    ...mounts,
  ];
}
