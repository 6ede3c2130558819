import { z } from "zod";
import { API_VERSION, type Kind } from "./records.ts";

/** A JSON schema as plain data; what OpenAPI v3 embeds. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: string[];
  default?: unknown;
  [keyword: string]: unknown;
}

/**
 * A zod schema as JSON schema of what a client may send.
 *
 * `additionalProperties: false` is left out: Kubernetes' own schemas never carry it (kubectl's explain does
 * not expect a boolean there); unknown fields are refused by the validation itself.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      delete jsonSchema.$schema;
    },
  });
  const { $schema: _dialect, ...rest } = json;
  return rest as JsonSchema;
}

/** The frame that every Kubernetes object has around spec and status. */
export function objectSchema(kind: Kind, description: string, spec: JsonSchema, status: JsonSchema): JsonSchema {
  return {
    type: "object",
    description,
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { type: "string", description: `Always ${API_VERSION}.`, enum: [API_VERSION] },
      kind: { type: "string", description: `Always ${kind}.`, enum: [kind] },
      metadata: { type: "object", description: "Kubernetes' standard object metadata." },
      spec,
      status,
    },
  };
}
