import { z } from "zod";
import { bindingSpecSchema } from "./binding-schema.ts";
import { fileSystemSpecSchema } from "./file-system-schema.ts";
import { fieldOf, touches, valueAt, type PathSegment } from "./manifest-path.ts";
import { metadataSchema } from "./metadata-schema.ts";
import type { Kind } from "./records.ts";
import { DEFAULT_NAMESPACE } from "./rules/metadata-rules.ts";
import { shown, type RecordRule, type RuleContext } from "./rules/rule.ts";
import { RECORD_RULES } from "./rules/table.ts";
import { schemaFaults } from "./schema-faults.ts";
import type { Fault, Home, Manifest, ManifestMeta } from "./validate.ts";

function frame<Spec extends z.ZodType>(spec: Spec) {
  return z.strictObject({
    apiVersion: z.unknown().optional(),
    kind: z.unknown().optional(),
    metadata: metadataSchema,
    spec,
    status: z.unknown().optional(),
  });
}

const SCHEMAS = { Binding: frame(bindingSpecSchema), FileSystem: frame(fileSystemSpecSchema) } as const;

/** The body of `parseManifest`; see there. */
export function checkRecord(
  kind: Kind,
  body: unknown,
  home: Home,
): { ok: true; manifest: Manifest } | { ok: false; faults: Fault[] } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    const given = Array.isArray(body) ? "a list" : shown(body);
    return {
      ok: false,
      faults: [
        {
          field: "",
          value: body,
          rule: "wrong-type",
          message: `The manifest is ${given}: an object with apiVersion, kind, metadata and spec is required.`,
        },
      ],
    };
  }
  const wrongKind = kindFault(kind, body);
  if (wrongKind !== null) return { ok: false, faults: [wrongKind] };

  const parsed = SCHEMAS[kind].safeParse(body);
  const shapeFaults = parsed.success ? [] : schemaFaults(parsed.error.issues, body);
  const rules = RECORD_RULES.filter((rule) => rule.appliesTo.includes(kind));
  const faults = [...withoutRuled(shapeFaults, rules), ...ruleFaults(rules, body, shapeFaults, home)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    manifest: { kind, metadata: metadataOf(kind, parsed.data.metadata), spec: parsed.data.spec } as Manifest,
  };
}

/** A manifest of another kind would break every rule of this one, which would only hide what is wrong. */
function kindFault(kind: Kind, body: object): Fault | null {
  const given = valueAt(body, ["kind"]);
  if (given === kind) return null;
  return {
    field: "kind",
    value: given,
    rule: "kind",
    message: `kind is ${shown(given)}: ${kind} is required here; write kind: ${kind}, or send it to the path of its own kind.`,
  };
}

/** Where the table says more about a field than "unknown", its rule speaks instead of the schema. */
function withoutRuled(faults: readonly Fault[], rules: readonly RecordRule[]): Fault[] {
  return faults.filter((fault) => fault.rule !== "unknown-field" || !rules.some((rule) => rule.field === fault.field));
}

function ruleFaults(rules: readonly RecordRule[], body: object, shapeFaults: readonly Fault[], home: Home): Fault[] {
  const context: RuleContext = { home, get: (path) => valueAt(body, path.split(".")) };
  const misshapen = shapeFaults.filter((fault) => fault.rule !== "unknown-field").map((fault) => fault.field);
  return rules.flatMap((rule) => {
    const needs = rule.needs.every(
      (field) => context.get(field) !== undefined && !misshapen.some((other) => touches(field, other)),
    );
    if (!needs) return [];
    return targets(rule, body).flatMap(({ field, value }) => {
      if (misshapen.some((other) => touches(field, other)) || rule.check(value, context)) return [];
      return [{ field, value, rule: rule.id, message: rule.message(value, context) }];
    });
  });
}

/**
 * The field itself, or that of each element where `[]` stands behind a list. What was not sent is nothing to judge,
 * except by rules of presence.
 */
function targets(rule: RecordRule, body: object): { field: string; value: unknown }[] {
  const [list = "", ofElement] = rule.field.split("[]");
  const path: PathSegment[] = list.split(".");
  const value = valueAt(body, path);
  if (ofElement === undefined)
    return value === undefined && rule.field !== "apiVersion" ? [] : [{ field: rule.field, value }];
  if (!Array.isArray(value)) return [];
  const within = ofElement.split(".").slice(1);
  return value
    .map((element: unknown, index) => ({
      field: fieldOf([...path, index, ...within]),
      value: valueAt(element, within),
    }))
    .filter(({ value: found }) => found !== undefined);
}

function metadataOf(kind: Kind, sent: z.infer<typeof metadataSchema>): ManifestMeta {
  return {
    name: sent.name,
    namespace: kind === "FileSystem" ? "" : (sent.namespace ?? DEFAULT_NAMESPACE),
    labels: sent.labels ?? {},
    annotations: sent.annotations ?? {},
    ...(sent.uid === undefined ? {} : { uid: sent.uid }),
    ...(sent.resourceVersion === undefined ? {} : { resourceVersion: sent.resourceVersion }),
    ...(sent.finalizers === undefined || sent.finalizers === null ? {} : { finalizers: sent.finalizers }),
  };
}
