import { isDeepStrictEqual } from "node:util";
import { isObject } from "./merge-patch.ts";

/** One step of RFC 6902. */
export interface JsonPatchStep {
  op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  path: string;
  from?: string;
  value?: unknown;
}

/** The patch does not fit the object (or a `test` step failed). The message names the step. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";
}

const OPERATIONS = new Set(["add", "remove", "replace", "move", "copy", "test"]);
const STEPS_MAX = 10_000;

/**
 * Applies an RFC 6902 patch to a copy of `target`.
 *
 * @throws {JsonPatchError} on the first step that is malformed or does not fit.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw new JsonPatchError(`a JSON patch is a list of steps, but this is ${describe(patch)}`);
  if (patch.length > STEPS_MAX)
    throw new JsonPatchError(`the patch has ${patch.length} steps, at most ${STEPS_MAX} are allowed`);
  // The document hangs below a holder, so that the path "" (the whole document) needs no special case.
  const holder = { document: structuredClone(target) };
  patch.forEach((step: unknown, index) => applyStep(holder, checkedStep(step, index), index));
  return holder.document;
}

function checkedStep(step: unknown, index: number): JsonPatchStep {
  const given = isObject(step) ? step : {};
  if (typeof given.op !== "string" || !OPERATIONS.has(given.op)) {
    throw new JsonPatchError(`step ${index}: op is ${describe(given.op)}, allowed are ${[...OPERATIONS].join(", ")}`);
  }
  if (typeof given.path !== "string") throw new JsonPatchError(`step ${index}: path is missing`);
  if ((given.op === "move" || given.op === "copy") && typeof given.from !== "string") {
    throw new JsonPatchError(`step ${index}: ${given.op} needs "from"`);
  }
  if (["add", "replace", "test"].includes(given.op) && !("value" in given)) {
    throw new JsonPatchError(`step ${index}: ${given.op} needs "value"`);
  }
  return given as unknown as JsonPatchStep;
}

function applyStep(holder: { document: unknown }, step: JsonPatchStep, index: number): void {
  const at = (path: string) => locate(holder, path, index);
  switch (step.op) {
    case "test":
      if (!isDeepStrictEqual(read(at(step.path), index), step.value)) {
        throw new JsonPatchError(`step ${index}: test failed: ${step.path} is ${describe(read(at(step.path), index))}`);
      }
      return;
    case "add":
      return add(at(step.path), structuredClone(step.value), index);
    case "replace":
      read(at(step.path), index);
      return set(at(step.path), structuredClone(step.value));
    case "remove":
      return remove(at(step.path), index);
    case "copy":
      return add(at(step.path), structuredClone(read(at(step.from!), index)), index);
    case "move": {
      if (step.path.startsWith(`${step.from!}/`))
        throw new JsonPatchError(`step ${index}: ${step.from!} cannot be moved into itself`);
      const value = read(at(step.from!), index);
      remove(at(step.from!), index);
      return add(at(step.path), value, index);
    }
  }
}

interface Place {
  parent: unknown;
  key: string;
  path: string;
}

function locate(holder: { document: unknown }, path: string, index: number): Place {
  if (path !== "" && !path.startsWith("/"))
    throw new JsonPatchError(`step ${index}: path ${path} does not begin with "/"`);
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let place: Place = { parent: holder, key: "document", path };
  for (const key of keys) place = { parent: read(place, index), key, path };
  return place;
}

function read({ parent, key, path }: Place, index: number): unknown {
  if (Array.isArray(parent) && isIndex(key, parent.length - 1)) return parent[Number(key)];
  if (isObject(parent) && Object.hasOwn(parent, key)) return parent[key];
  throw new JsonPatchError(`step ${index}: ${path} does not exist`);
}

function add(place: Place, value: unknown, index: number): void {
  const { parent, key, path } = place;
  if (!Array.isArray(parent)) {
    if (!isObject(parent)) throw new JsonPatchError(`step ${index}: ${path} has no parent`);
    return set(place, value);
  }
  if (key !== "-" && !isIndex(key, parent.length))
    throw new JsonPatchError(`step ${index}: ${path} is not a place in a list of ${parent.length}`);
  parent.splice(key === "-" ? parent.length : Number(key), 0, value);
}

function set({ parent, key }: Place, value: unknown): void {
  // defineProperty: a key named "__proto__" must stay a plain key.
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function remove(place: Place, index: number): void {
  read(place, index);
  if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
  else delete (place.parent as Record<string, unknown>)[place.key];
}

function isIndex(key: string, max: number): boolean {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) <= max;
}

function describe(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 200);
}
