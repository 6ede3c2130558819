import { DELETE_OPTIONS, PATCH, STATUS } from "./openapi-standard.ts";
import { groupVersion } from "./resources.ts";
import type { RecordResource } from "./resources.ts";

const OBJECT_TYPES = ["application/json", "application/yaml"];

const query = (name: string, type: string, description: string) => ({
  name,
  in: "query",
  description,
  schema: { type, uniqueItems: true },
});

const DRY_RUN = query("dryRun", "string", "All: validate and plan, store nothing; status.plan lists the AWS calls.");
const FIELD_VALIDATION = query(
  "fieldValidation",
  "string",
  "Strict (default): unknown and duplicate fields are refused. Warn: they come back as Warning headers. Ignore: they are dropped.",
);
const FIELD_MANAGER = query("fieldManager", "string", "Accepted; not stored.");
const LIST_PARAMETERS = [
  query("labelSelector", "string", "Narrows by labels."),
  query("fieldSelector", "string", "Narrows by metadata.name and metadata.namespace."),
  query("limit", "integer", "Length of one part."),
  query("continue", "string", "Token of the part before."),
  query("watch", "boolean", "Stream changes instead."),
  query("resourceVersion", "string", "Watch from after this version."),
  query("resourceVersionMatch", "string", "Accepted; lists are always current."),
  query("timeoutSeconds", "integer", "End the watch after so many seconds."),
  query("allowWatchBookmarks", "boolean", "Send BOOKMARK events now and then."),
];

/** The paths of one kind: collection, all namespaces, object, and its read-only status. */
export function operationsOf(resource: RecordResource, schema: string): Record<string, object> {
  const base = `/apis/${groupVersion(resource)}`;
  const collection = resource.namespaced
    ? `${base}/namespaces/{namespace}/${resource.plural}`
    : `${base}/${resource.plural}`;
  const gvk = { group: resource.group, version: resource.version, kind: resource.kind };
  const op = (action: string, summary: string, rest: object) => ({
    description: summary,
    tags: ["mooring_v1"],
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
    ...rest,
  });
  const one = answer(schema);
  const many = answer(`${schema}List`);
  const paths: Record<string, object> = {
    [collection]: {
      parameters: pathParameters(resource, false),
      get: op("list", `List or watch ${resource.plural}.`, { parameters: LIST_PARAMETERS, responses: many }),
      post: op("post", `Create a ${resource.kind}.`, {
        parameters: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
        requestBody: body(OBJECT_TYPES, schema),
        responses: one,
      }),
      delete: op("deletecollection", `Delete the selected ${resource.plural}.`, {
        parameters: [...LIST_PARAMETERS, DRY_RUN],
        requestBody: body(OBJECT_TYPES, DELETE_OPTIONS),
        responses: many,
      }),
    },
    [`${collection}/{name}`]: {
      parameters: pathParameters(resource, true),
      get: op("get", `Read a ${resource.kind}.`, { responses: one }),
      put: op("put", `Replace a ${resource.kind}.`, {
        parameters: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
        requestBody: body(OBJECT_TYPES, schema),
        responses: one,
      }),
      patch: op("patch", `Change parts of a ${resource.kind}.`, {
        parameters: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
        requestBody: body(["application/merge-patch+json", "application/json-patch+json"], PATCH),
        responses: one,
      }),
      delete: op("delete", `Delete a ${resource.kind}.`, {
        parameters: [DRY_RUN],
        requestBody: body(OBJECT_TYPES, DELETE_OPTIONS),
        responses: answer(STATUS),
      }),
    },
    [`${collection}/{name}/status`]: {
      parameters: pathParameters(resource, true),
      get: op("get", `Read a ${resource.kind} for its status, which Mooring alone writes.`, { responses: one }),
    },
  };
  if (resource.namespaced) {
    paths[`${base}/${resource.plural}`] = {
      get: op("list", `List or watch ${resource.plural} of all namespaces.`, {
        parameters: LIST_PARAMETERS,
        responses: many,
      }),
    };
  }
  return paths;
}

function pathParameters(resource: RecordResource, named: boolean): object[] {
  const parameter = (name: string, description: string) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  });
  return [
    ...(named ? [parameter("name", `Name of the ${resource.kind}.`)] : []),
    ...(resource.namespaced ? [parameter("namespace", "Its namespace.")] : []),
  ];
}

function body(types: string[], schema: string): object {
  return { required: true, content: contents(types, schema) };
}

function answer(schema: string): object {
  return {
    "200": { description: "OK", content: contents(OBJECT_TYPES, schema) },
    default: { description: "Refused", content: contents(OBJECT_TYPES, STATUS) },
  };
}

function contents(types: string[], schema: string): object {
  return Object.fromEntries(types.map((type) => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]));
}
