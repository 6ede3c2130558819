import { createHash } from "node:crypto";
import { bindingJsonSchema } from "../model/binding-schema.ts";
import { fileSystemJsonSchema } from "../model/file-system-schema.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import { API_GROUP } from "../model/records.ts";
import { operationsOf } from "./openapi-operations.ts";
import { OBJECT_META, STANDARD_SCHEMAS } from "./openapi-standard.ts";
import { BINDINGS, FILE_SYSTEMS, RECORD_RESOURCES } from "./resources.ts";
import type { RecordResource } from "./resources.ts";

/** One OpenAPI v3 document for each group version, as Kubernetes serves them. */
export interface OpenApi {
  /** GET /openapi/v3 */
  index: { paths: Record<string, { serverRelativeURL: string }> };
  /** By the path below /openapi/v3/, e.g. "apis/mooring.dev/v1". */
  documents: Record<string, object>;
}

const PREFIX = "dev.mooring.v1";

/** Built once at start. kubectl reads it for `explain`, and to learn that fieldValidation and dryRun are understood. */
export function buildOpenApi(): OpenApi {
  const documents: Record<string, object> = { [`apis/${API_GROUP}/v1`]: recordsDocument() };
  const paths = Object.fromEntries(
    Object.entries(documents).map(([path, document]) => [
      path,
      { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(document)}` },
    ]),
  );
  return { index: { paths }, documents };
}

function recordsDocument(): object {
  const paths: Record<string, object> = {};
  for (const resource of RECORD_RESOURCES) Object.assign(paths, operationsOf(resource, schemaName(resource.kind)));
  return {
    openapi: "3.0.0",
    info: { title: "Mooring", version: "v1" },
    paths,
    components: {
      schemas: {
        ...STANDARD_SCHEMAS,
        ...kindSchemas(BINDINGS, bindingJsonSchema()),
        ...kindSchemas(FILE_SYSTEMS, fileSystemJsonSchema()),
      },
    },
  };
}

function kindSchemas(resource: RecordResource, schema: JsonSchema): Record<string, object> {
  const name = schemaName(resource.kind);
  const item = { allOf: [{ $ref: `#/components/schemas/${name}` }] };
  return {
    [name]: { ...withPlan(schema), "x-kubernetes-group-version-kind": [gvk(resource.kind)] },
    [`${name}List`]: {
      type: "object",
      description: `A list of ${resource.plural}.`,
      required: ["items"],
      properties: {
        apiVersion: { type: "string", description: "Always mooring.dev/v1." },
        kind: { type: "string", description: `Always ${resource.kind}List.` },
        metadata: {
          description: "resourceVersion to watch from, and the continue token.",
          allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta" }],
        },
        items: { type: "array", description: "The objects.", items: item },
      },
      "x-kubernetes-group-version-kind": [gvk(`${resource.kind}List`)],
    },
  };
}

/** Adds what only the API itself puts into an object: standard metadata and the plan of a dry-run. */
function withPlan(schema: JsonSchema): JsonSchema {
  const properties = schema.properties ?? {};
  const status = properties.status ?? { type: "object" };
  return {
    ...schema,
    properties: {
      ...properties,
      metadata: {
        description: "Standard object metadata.",
        allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }],
      },
      status: { ...status, properties: { ...status.properties, ...PLAN_PROPERTIES } },
    },
  };
}

const PLAN_PROPERTIES: Record<string, JsonSchema> = {
  plan: {
    type: "array",
    description: "Only in the answer to a dry-run: the AWS calls that this change would make, in order.",
    items: {
      type: "object",
      properties: {
        operation: { type: "string", description: "Service and operation, e.g. elasticfilesystem:CreateAccessPoint." },
        target: { type: "string", description: "ARN of the object that the call changes." },
        why: { type: "string", description: "Why the call is due." },
        changes: {
          type: "array",
          description:
            "What the call makes (+), takes away (-) and changes (~), a line each; ids that AWS gives are (known after apply). POST plans answers with the whole values.",
          items: { type: "string" },
        },
      },
    },
  },
  problems: {
    type: "array",
    description: "Only in the answer to a dry-run: what stands in the way.",
    items: { type: "string" },
  },
};

function schemaName(kind: string): string {
  return `${PREFIX}.${kind}`;
}

function gvk(kind: string): object {
  return { group: API_GROUP, version: "v1", kind };
}

function hashOf(document: object): string {
  return createHash("sha256").update(JSON.stringify(document)).digest("hex").toUpperCase();
}
