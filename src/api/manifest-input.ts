import { API_VERSION } from "../model/records.ts";
import { parseManifest } from "../model/validate.ts";
import type { Fault, Home, Manifest } from "../model/validate.ts";
import { badRequest, invalid } from "./api-error.ts";
import type { DecodedBody } from "./body.ts";
import { isObject } from "./merge-patch.ts";
import type { JsonObject } from "./merge-patch.ts";
import type { FieldValidation } from "./request-parameters.ts";
import type { RecordResource } from "./resources.ts";

/** Where a manifest was sent to. */
export interface Target {
  resource: RecordResource;
  /** From the URL; empty string for cluster-scoped kinds. */
  namespace: string;
  /** From the URL; undefined for a create. */
  name?: string;
  fieldValidation: FieldValidation;
}

export interface CheckedManifest {
  manifest: Manifest;
  /** For Warning headers. */
  warnings: string[];
}

/**
 * From what a client sent to a valid manifest, or all that is wrong with it at once.
 *
 * @throws {ApiError} 400 if it belongs to another path (kind, apiVersion, name, namespace); 422 with all faults.
 */
export function checkManifest(body: DecodedBody, target: Target, home: Home): CheckedManifest {
  const framed = frame(body.value, target);
  const { name: given } = framed.metadata as JsonObject;
  const name = typeof given === "string" ? given : "";
  const first = parseManifest(target.resource.kind, framed, home);
  const faults = [...duplicateFaults(body.duplicates), ...(first.ok ? [] : first.faults)];
  if (first.ok && faults.length === 0) return { manifest: first.manifest, warnings: [] };
  const soft = target.fieldValidation === "Strict" ? [] : faults.filter((fault) => SOFT_RULES.has(fault.rule));
  if (soft.length < faults.length || soft.length === 0) {
    const hard = faults.filter((fault) => !soft.includes(fault));
    throw invalid(target.resource, name, hard);
  }
  const warnings = target.fieldValidation === "Warn" ? soft.map((fault) => fault.message) : [];
  if (first.ok) return { manifest: first.manifest, warnings };
  const second = parseManifest(target.resource.kind, withoutFields(framed, first.faults), home);
  if (!second.ok) throw invalid(target.resource, name, second.faults);
  return { manifest: second.manifest, warnings };
}

/** Faults that fieldValidation=Warn and =Ignore let pass. */
const SOFT_RULES = new Set(["unknown-field", "duplicate-field"]);

function duplicateFaults(duplicates: string[]): Fault[] {
  return duplicates.map((field) => ({
    field,
    value: undefined,
    rule: "duplicate-field",
    message: `Duplicate field ${field}: it stands twice, and only the last one would count. Keep one.`,
  }));
}

/** Checks that the object belongs here, completes what the URL says, and takes out what clients may not set. */
function frame(value: unknown, target: Target): JsonObject {
  const { resource } = target;
  if (!isObject(value))
    throw badRequest(
      `The body is ${Array.isArray(value) ? "a list" : typeof value}, but one ${resource.kind} object is needed.`,
    );
  checkType(value, resource);
  const metadata = value.metadata === undefined ? {} : value.metadata;
  if (!isObject(metadata))
    throw badRequest(`metadata is ${JSON.stringify(metadata)}, but an object with at least a name is needed.`);
  checkPlace(metadata, target);
  // Status is Mooring's own; a name that was generated is already in metadata.name.
  const { status: _status, ...rest } = value;
  const { generateName: _generateName, ...kept } = metadata;
  const place = resource.namespaced ? { namespace: target.namespace } : {};
  const name = target.name === undefined ? {} : { name: target.name };
  return { ...rest, metadata: { ...kept, ...place, ...name } };
}

function checkType(value: JsonObject, resource: RecordResource): void {
  if (value.kind === undefined || value.apiVersion === undefined) {
    const missing = [value.apiVersion === undefined ? "apiVersion" : "", value.kind === undefined ? "kind" : ""].filter(
      (field) => field !== "",
    );
    throw badRequest(
      `${missing.join(" and ")} must be set: send apiVersion: ${API_VERSION} and kind: ${resource.kind}.`,
    );
  }
  if (value.apiVersion !== API_VERSION) {
    throw badRequest(
      `The API version in the data (${JSON.stringify(value.apiVersion)}) does not match the expected API version (${API_VERSION}).`,
    );
  }
  if (value.kind !== resource.kind) {
    throw badRequest(
      `The kind in the data (${JSON.stringify(value.kind)}) does not match this path, which takes kind ${resource.kind}.`,
    );
  }
}

function checkPlace(metadata: JsonObject, target: Target): void {
  const { resource, namespace, name } = target;
  if (
    resource.namespaced &&
    typeof metadata.namespace === "string" &&
    metadata.namespace !== "" &&
    metadata.namespace !== namespace
  ) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${metadata.namespace} against ${namespace})`,
    );
  }
  if (name !== undefined && typeof metadata.name === "string" && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

/** A copy without the fields that the faults name. */
function withoutFields(body: JsonObject, faults: Fault[]): JsonObject {
  const copy = structuredClone(body);
  for (const { field } of faults) {
    const path = [...field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2]!);
    const last = path.pop();
    const parent = path.reduce<unknown>(
      (value, key) => (isObject(value) || Array.isArray(value) ? (value as JsonObject)[key] : undefined),
      copy,
    );
    if (last !== undefined && isObject(parent)) delete parent[last];
  }
  return copy;
}
