import { z } from "zod";
import { jsonSchemaOf, objectSchema, type JsonSchema } from "./json-schema.ts";
import { ACCOUNT, FILE_SYSTEM_ID, POLICY_CHARACTERS_MAX, REGION } from "./rules/patterns.ts";
import { conditionsSchema } from "./status-schema.ts";

const policy = z
  .strictObject({
    mode: z.enum(["Observe", "Preserve", "Enforce"]).default("Observe").meta({
      description:
        "How much Mooring writes into the file system policy. Observe (default): nothing, PolicyReady says what would be needed. Preserve: its Allows, and only where a policy exists. Enforce: its Allows, and Denies that confine each role to its access points; needs confirm.",
    }),
    confirm: z.string().optional().meta({
      description:
        "The file system's own id: consent to mode Enforce. The first policy ends EFS's default of admitting every client, so clients that nobody declared lose access.",
      pattern: FILE_SYSTEM_ID.source,
    }),
    release: z.string().optional().meta({
      description:
        "The file system's own id: consent to take Mooring's Denies out after leaving mode Enforce. Until then they stay.",
      pattern: FILE_SYSTEM_ID.source,
    }),
    requireTls: z.boolean().default(false).meta({
      description:
        "True: in mode Enforce, deny every client that does not use TLS. Default: false, since it also locks out clients that Mooring does not manage. Lambda always uses TLS.",
    }),
  })
  .meta({ description: "The file system policy. Default: mode Observe." });

export const fileSystemSpecSchema = z
  .strictObject({
    account: z.string().meta({
      description: 'AWS account, twelve digits in quotes, e.g. "111122223333". Immutable.',
      pattern: ACCOUNT.source,
    }),
    region: z.string().meta({ description: "AWS region, e.g. eu-west-1. Immutable.", pattern: REGION.source }),
    fileSystemId: z.string().meta({
      description: "Id of the EFS file system, e.g. fs-0123456789abcdef0. Immutable.",
      pattern: FILE_SYSTEM_ID.source,
    }),
    policy: policy.prefault({}),
  })
  .meta({ description: "Which EFS file system, and how Mooring treats its policy." });

const count = (description: string) => z.number().meta({ type: "integer", description });

const fileSystemStatusSchema = z
  .object({
    observedGeneration: z
      .number()
      .meta({ type: "integer", format: "int64", description: "The generation that the reconciler has answered." }),
    conditions: conditionsSchema,
    policy: z
      .object({
        characters: count("Length of the policy in force."),
        free: count("Characters that newcomers may still fill, besides the room kept for one replacement.").optional(),
        charactersMax: count(`AWS's limit, ${POLICY_CHARACTERS_MAX}.`),
        ours: count("Statements that Mooring wrote."),
        foreign: count("Statements that others wrote; never touched."),
      })
      .optional()
      .meta({ description: "The policy in force; absent if there is none or it was not read yet." }),
    bindings: count("Bindings that name this file system."),
    ready: count("How many of them are Ready."),
  })
  .meta({ description: "What is, as Mooring last read it." });

/** The whole FileSystem as a plain JSON schema, for OpenAPI and `kubectl explain`. */
export function fileSystemJsonSchema(): JsonSchema {
  return objectSchema(
    "FileSystem",
    "An EFS file system that Bindings may use. Mooring never creates or deletes file systems; deleting this record waits until no Binding names it.",
    jsonSchemaOf(fileSystemSpecSchema),
    jsonSchemaOf(fileSystemStatusSchema),
  );
}
