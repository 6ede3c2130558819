import { z } from "zod";
import {
  CONTAINER_PATH_CHARACTERS_MAX,
  ECS_NAME,
  FUNCTION_NAME,
  LOCAL_MOUNT_PATH,
  LOCAL_MOUNT_PATH_CHARACTERS_MAX,
} from "./rules/patterns.ts";

/** Shape and defaults only; what the values may be stands in the rule table, and here for readers. */
const lambda = z
  .strictObject({
    functionName: z.string().meta({
      description:
        "Name of the Lambda function, without ARN and qualifier, in the file system's account and region. Immutable.",
      pattern: FUNCTION_NAME.source,
    }),
    localMountPath: z.string().meta({
      description: "Where the function sees the directory: /mnt/ and one segment.",
      pattern: LOCAL_MOUNT_PATH.source,
      maxLength: LOCAL_MOUNT_PATH_CHARACTERS_MAX,
    }),
  })
  .meta({
    description: "A Lambda function. It must be in a VPC with a mount target in every availability zone it uses.",
  });

const mount = z
  .strictObject({
    container: z.string().meta({
      description: "Name of a container in the task definition.",
      pattern: ECS_NAME.source,
    }),
    containerPath: z.string().meta({
      description: "Where the container sees the directory: an absolute path other than /, without a trailing slash.",
      maxLength: CONTAINER_PATH_CHARACTERS_MAX,
    }),
    readOnly: z.boolean().default(false).meta({
      description: "True: this container only reads, whatever spec.access allows. Default: false.",
    }),
  })
  .meta({ description: "One container, and where it sees the directory." });

const ecs = z
  .strictObject({
    cluster: z.string().optional().meta({
      description:
        'Name of the ECS cluster that the service runs in; "default" for the default cluster. Comes with service, never with family. Immutable.',
      pattern: ECS_NAME.source,
    }),
    service: z.string().optional().meta({
      description:
        "Name of the ECS service, in the file system's account and region. Mooring registers a revision of its task definition with the volume, and makes the service run it. Either service or family. Immutable.",
      pattern: ECS_NAME.source,
    }),
    family: z.string().optional().meta({
      description:
        "Name of a task-definition family, without revision, whose tasks somebody else starts (RunTask, a schedule). Mooring keeps its newest revision with the volume. Either service or family. Immutable.",
      pattern: ECS_NAME.source,
    }),
    mounts: z
      .array(mount)
      .meta({ description: "Which containers see the directory, and where. At least one.", minItems: 1 }),
  })
  .meta({
    description:
      "An ECS service, or a task-definition family. Its task definition needs a task role, which is whom EFS sees, and Linux on Fargate (platform 1.4.0 or newer) or EC2.",
  });

/** Exactly one of the two: rule "workload-exactly-one". */
export const workloadSchema = z.strictObject({ lambda: lambda.optional(), ecs: ecs.optional() }).meta({
  description: "What mounts the directory: either a Lambda function (lambda), or an ECS service or task family (ecs).",
});
