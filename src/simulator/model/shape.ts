/**
 * The SDK's schemas as a tree that codecs and checks can walk.
 *
 * A schema of the SDK v3 is an array (`[3, namespace, name, traits, memberNames, memberSchemas,
 * requiredCount]` is a structure), a number for simple types (64 | x a list of x, 128 | x a map),
 * or a function that returns one, since schemas refer to each other in cycles. Members carry
 * traits of their own as `[schema, traits]`.
 */

export type Kind =
  | "structure"
  | "list"
  | "map"
  | "string"
  | "boolean"
  | "number"
  | "timestamp"
  | "blob"
  | "document"
  | "bigint";

/** What the schemas say beside the type; only what the codecs use is named here. */
export interface Traits {
  httpLabel?: unknown;
  httpQuery?: string;
  httpHeader?: string;
  httpPayload?: unknown;
  httpPrefixHeaders?: string;
  httpQueryParams?: unknown;
  httpResponseCode?: unknown;
  idempotencyToken?: unknown;
  xmlName?: string;
  xmlFlattened?: unknown;
  ec2QueryName?: string;
  error?: "client" | "server";
  httpError?: number;
  /** Code and status that the query protocol uses for an error instead of the shape's name. */
  awsQueryError?: [string, number];
}

export type TimestampForm = "default" | "date-time" | "http-date" | "epoch-seconds";

export interface Shape {
  readonly kind: Kind;
  readonly name: string;
  readonly traits: Traits;
  readonly union: boolean;
  readonly timestampForm: TimestampForm;
  /** Of a structure; empty for everything else. */
  readonly members: ReadonlyMap<string, Member>;
  /** What a list holds, or a map's values. */
  readonly item: Member;
  /** A map's keys. */
  readonly key: Member;
}

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  /** The shape's traits with the member's own on top. */
  readonly traits: Traits;
  readonly required: boolean;
}

/** Raw schema material: see the top of this file. */
// oxlint-disable-next-line typescript/no-explicit-any
export type RawSchema = any;

const FLAGS = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
] as const;

function traitsOf(raw: unknown): Traits {
  if (raw !== null && typeof raw === "object") return raw;
  const bits = Number(raw ?? 0);
  return Object.fromEntries(FLAGS.filter((_, bit) => (bits >> bit) & 1).map((name) => [name, 1]));
}

function deref(raw: RawSchema): RawSchema {
  let schema = raw;
  while (typeof schema === "function") schema = schema();
  return schema;
}

const isMember = (schema: RawSchema): boolean => Array.isArray(schema) && schema.length === 2;

const shapes = new WeakMap<object, Shape>();
const simpleShapes = new Map<unknown, Shape>();

/** The shape of a schema. The same schema always gives the same object; "unit" gives an empty structure. */
export function shapeOf(raw: RawSchema): Shape {
  const schema = deref(raw);
  const isArray = Array.isArray(schema);
  const known = isArray ? shapes.get(schema) : simpleShapes.get(schema);
  if (known) return known;
  const shape = isArray ? fromArray(schema) : fromSimple(schema);
  if (isArray) shapes.set(schema, shape);
  else simpleShapes.set(schema, shape);
  return shape;
}

/** One member, list item or map value, with its traits merged. */
function memberOf(name: string, raw: RawSchema, required: boolean): Member {
  let schema = raw;
  const stack: Traits[] = [];
  while (isMember(schema)) {
    stack.unshift(traitsOf(schema[1]));
    schema = deref(schema[0]);
  }
  const shape = shapeOf(schema);
  return { name, shape, traits: Object.assign({}, shape.traits, ...stack), required };
}

/** Members are built when first asked for, because shapes may contain themselves. */
function lazyShape(
  fixed: Pick<Shape, "kind" | "name"> & Partial<Shape>,
  parts: Partial<Record<Part, () => unknown>>,
): Shape {
  const shape = { traits: {}, union: false, timestampForm: "default", members: NO_MEMBERS, ...fixed };
  for (const [part, build] of Object.entries(parts)) {
    let built: unknown;
    Object.defineProperty(shape, part, { enumerable: true, get: () => (built ??= build()) });
  }
  return shape as Shape;
}

type Part = "members" | "item" | "key";
const NO_MEMBERS: ReadonlyMap<string, Member> = new Map();

function fromArray(schema: RawSchema[]): Shape {
  const [id, , name, rawTraits] = schema as [number, string, string, unknown];
  const traits = traitsOf(rawTraits);
  if (id === 0) return { ...shapeOf(schema[4]), name, traits };
  if (id === 1) return lazyShape({ kind: "list", name, traits }, { item: () => memberOf("member", schema[4], false) });
  if (id === 2) {
    const key = () => memberOf("key", schema[4] ?? 0, true);
    return lazyShape({ kind: "map", name, traits }, { key, item: () => memberOf("value", schema[5], false) });
  }
  const [names, schemas, requiredCount] = [schema[4], schema[5], schema[6] ?? 0] as [string[], RawSchema[], number];
  const members = () => new Map(names.map((each, at) => [each, memberOf(each, schemas[at], at < requiredCount)]));
  return lazyShape({ kind: "structure", name, traits, union: id === 4 }, { members });
}

const SIMPLE: Record<number, { kind: Kind; timestampForm?: TimestampForm }> = {
  0: { kind: "string" },
  1: { kind: "number" },
  2: { kind: "boolean" },
  4: { kind: "timestamp" },
  5: { kind: "timestamp", timestampForm: "date-time" },
  6: { kind: "timestamp", timestampForm: "http-date" },
  7: { kind: "timestamp", timestampForm: "epoch-seconds" },
  15: { kind: "document" },
  17: { kind: "bigint" },
  19: { kind: "number" },
  21: { kind: "blob" },
  42: { kind: "blob" },
};

function fromSimple(schema: unknown): Shape {
  if (typeof schema !== "number") return lazyShape({ kind: "structure", name: "Unit" }, {});
  if (schema >= 128) {
    const parts = { key: () => memberOf("key", 0, true), item: () => memberOf("value", schema & 63, false) };
    return lazyShape({ kind: "map", name: "map" }, parts);
  }
  if (schema >= 64)
    return lazyShape({ kind: "list", name: "list" }, { item: () => memberOf("member", schema & 63, false) });
  const simple = SIMPLE[schema];
  if (!simple) throw new Error(`Cannot read the SDK's schema ${schema}: this type number is not known`);
  return lazyShape({ name: simple.kind, ...simple }, {});
}
