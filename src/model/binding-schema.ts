import { z } from "zod";
import { jsonSchemaOf, objectSchema, type JsonSchema } from "./json-schema.ts";
import {
  ACCESS_POINT_PATH,
  DNS_SUBDOMAIN,
  PATH_CHARACTERS_MAX,
  PERMISSIONS,
  POSIX_ID_MAX,
  SECONDARY_GIDS_MAX,
} from "./rules/patterns.ts";
import { conditionsSchema } from "./status-schema.ts";
import { workloadSchema } from "./workload-schema.ts";

/** Shape and defaults only; what the values may be stands in the rule table, and here for readers. */
function posixId(description: string) {
  return z.number().meta({ type: "integer", format: "int64", minimum: 0, maximum: POSIX_ID_MAX, description });
}

const rootDirectory = z
  .strictObject({
    path: z.string().meta({
      description:
        'Directory on the file system that the workload sees as its root: absolute, at most 4 levels and 100 characters, no trailing slash, no segment starting with a dot, and not "/" itself, whose owner cannot be set. It is made at the first mount if it does not exist.',
      pattern: ACCESS_POINT_PATH.source,
      minLength: 2,
      maxLength: PATH_CHARACTERS_MAX,
    }),
    ownerUid: posixId(
      "Owner of the directory. Applied when the directory is made; Bindings that share a directory state the same.",
    ),
    ownerGid: posixId(
      "Group of the directory. Applied when the directory is made; Bindings that share a directory state the same.",
    ),
    permissions: z.string().meta({
      description: 'Mode of the directory as an octal string, e.g. "0750". Quote it: without quotes it is a number.',
      pattern: PERMISSIONS.source,
    }),
  })
  .meta({ description: "The directory and the ownership it is made with." });

const posixUser = z
  .strictObject({
    uid: posixId("User id that every file operation takes place as. 0 needs access: ReadWriteRoot."),
    gid: posixId("Primary group id."),
    secondaryGids: z
      .array(posixId("A secondary group id."))
      .default([])
      .meta({ description: "Further group ids, at most 16. Default: none.", maxItems: SECONDARY_GIDS_MAX }),
  })
  .meta({ description: "The POSIX identity that the access point enforces, whatever the workload's code runs as." });

export const bindingSpecSchema = z
  .strictObject({
    fileSystemRef: z
      .strictObject({
        name: z
          .string()
          .meta({ description: "Name of the FileSystem record. Immutable.", pattern: DNS_SUBDOMAIN.source }),
      })
      .meta({ description: "The FileSystem that holds the directory." }),
    rootDirectory,
    posixUser,
    access: z.enum(["ReadOnly", "ReadWrite", "ReadWriteRoot"]).meta({
      description:
        "What the workload's role (a function's execution role, a task's task role) may do through its access point: ClientMount; with ClientWrite; or with ClientRootAccess as well. It has no default: rights are stated.",
    }),
    workload: workloadSchema,
    driftPolicy: z.enum(["Correct", "Observe"]).default("Correct").meta({
      description:
        "Correct (default): put back what others change. Observe: report it in the condition Drifted and touch nothing.",
    }),
    suspend: z.boolean().default(false).meta({
      description: "True: make no calls for this Binding, deletion included, until it is false again. Default: false.",
    }),
    deletionPolicy: z.enum(["Delete", "Retain"]).default("Delete").meta({
      description:
        "What deleting the Binding does in AWS. Delete (default): unmount, then remove statement and access point. Retain: leave all three. Files are never deleted.",
    }),
    replacement: z.enum(["AcceptDataChange"]).optional().meta({
      description:
        "Consent to replace the access point when rootDirectory or posixUser changes: the workload is moved without a gap in its mount, but the data stays where it was, and files keep their owners. Without it such a change is not carried out.",
    }),
  })
  .meta({ description: "What should be." });

const bindingStatusSchema = z
  .object({
    observedGeneration: z.number().meta({
      type: "integer",
      format: "int64",
      description: "The generation that both reconcilers have answered; below metadata.generation = work is under way.",
    }),
    conditions: conditionsSchema,
    accessPointId: z.string().optional().meta({ description: "The access point that serves this Binding." }),
    accessPointArn: z.string().optional().meta({ description: "Its ARN." }),
    retiring: z
      .array(z.string())
      .optional()
      .meta({ description: "Access points that are retired but not deleted yet." }),
    roleArns: z.array(z.string()).optional().meta({
      description:
        "Roles of every version of the function, or task roles of every revision of the task definition, that still serve.",
    }),
  })
  .meta({ description: "What is, as Mooring last read it." });

/** The whole Binding as a plain JSON schema, for OpenAPI and `kubectl explain`. */
export function bindingJsonSchema(): JsonSchema {
  return objectSchema(
    "Binding",
    "A Lambda function, or containers of an ECS service or task family, mount a directory of an EFS file system as a POSIX user. Mooring makes the access point, the policy statements and the mount, and keeps them so.",
    jsonSchemaOf(bindingSpecSchema),
    jsonSchemaOf(bindingStatusSchema),
  );
}
