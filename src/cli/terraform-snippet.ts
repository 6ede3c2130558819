import type { EcsWorkload, LambdaWorkload } from "../model/records.ts";
import { workloadName } from "../model/workload.ts";
import type { MountSource } from "./mount-source.ts";
import { mountsByContainer } from "./task-definition-snippet.ts";

/** HCL for the resources that deploy the workload: what to add to them, everything else being left out. */
export function terraformSnippet(source: MountSource): string {
  const { lambda, ecs } = source.workload;
  const head = [
    `# ${workloadName(source.workload)}: the mount of the Binding ${source.binding}.`,
    "# Add this to the resource that exists; its own name and everything else in it stay as they are.",
  ];
  return [...head, ...(lambda === undefined ? ofTask(source, ecs) : ofFunction(source, lambda))].join("\n");
}

function ofFunction({ accessPointArn }: MountSource, { functionName, localMountPath }: LambdaWorkload): string[] {
  return [
    `resource "aws_lambda_function" ${label(functionName)} {`,
    "  file_system_config {",
    `    arn              = ${hcl(accessPointArn)}`,
    `    local_mount_path = ${hcl(localMountPath)}`,
    "  }",
    "",
    "  # Mooring names another access point here when it replaces this one. Without these lines, the next",
    "  # apply would put the old one back; with them, the block above only serves a function made anew.",
    "  lifecycle {",
    "    ignore_changes = [file_system_config]",
    "  }",
    "}",
  ];
}

function ofTask(source: MountSource, ecs: EcsWorkload): string[] {
  return [...taskDefinition(source, ecs), ...("service" in ecs ? ["", ...ofService(ecs.service)] : [])];
}

function taskDefinition({ volumeName, fileSystemId, accessPointId, binding }: MountSource, ecs: EcsWorkload): string[] {
  const containers = [...mountsByContainer(ecs)].flatMap(([name, mounts]) => [
    "    {",
    `      name = ${hcl(name)}`,
    "      mountPoints = [",
    ...mounts.map(
      ({ containerPath, readOnly }) =>
        `        { sourceVolume = ${hcl(volumeName)}, containerPath = ${hcl(containerPath)}, readOnly = ${readOnly} },`,
    ),
    "      ]",
    "    },",
  ]);
  return [
    `resource "aws_ecs_task_definition" ${label("service" in ecs ? ecs.service : ecs.family)} {`,
    "  # task_role_arn is required: the task role is whom EFS sees.",
    "  volume {",
    `    name = ${hcl(volumeName)}`,
    "",
    "    efs_volume_configuration {",
    `      file_system_id     = ${hcl(fileSystemId)}`,
    '      root_directory     = "/"',
    '      transit_encryption = "ENABLED"',
    "",
    "      authorization_config {",
    `        # Another one after a replacement: run "mooring render -o terraform ${binding}" again then.`,
    `        access_point_id = ${hcl(accessPointId)}`,
    '        iam             = "ENABLED"',
    "      }",
    "    }",
    "  }",
    "",
    "  # In each of these containers, besides what it has:",
    "  container_definitions = jsonencode([",
    ...containers,
    "  ])",
    "}",
  ];
}

function ofService(service: string): string[] {
  return [
    "# Only if something else than Terraform decides which revision the service runs: then Terraform must not",
    "# take the service back to a revision that it knows. Leave this out where Terraform deploys.",
    `resource "aws_ecs_service" ${label(service)} {`,
    "  lifecycle {",
    "    ignore_changes = [task_definition]",
    "  }",
    "}",
  ];
}

/** A resource's own name starts with a letter or an underscore. */
function label(name: string): string {
  return JSON.stringify(/^[A-Za-z_]/.test(name) ? name : `_${name}`);
}

/** A string of HCL: as in JSON, but that the beginnings of its templates are written twice. */
function hcl(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
