/** JSON of the AWS protocols to and from the SDK's shapes: epoch seconds are Dates, base64 is bytes. */
import type { Shape } from "../model/shape.ts";

/**
 * JSON as it came, with timestamps and blobs in the SDK's form. Everything else, unknown members
 * and wrong types included, stays as it is: checkInput judges it.
 */
export function decodeJson(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case "structure":
      return isObject(value) ? mapValues(value, (name, each) => decodeMember(shape, name, each)) : value;
    case "map":
      return isObject(value) ? mapValues(value, (_, each) => decodeJson(shape.item.shape, each)) : value;
    case "list":
      return Array.isArray(value) ? value.map((each) => decodeJson(shape.item.shape, each)) : value;
    case "timestamp":
      return decodeTimestamp(value);
    case "blob":
      return typeof value === "string" ? new Uint8Array(Buffer.from(value, "base64")) : value;
    default:
      return value;
  }
}

function decodeMember(shape: Shape, name: string, value: unknown): unknown {
  const member = shape.members.get(name);
  return member ? decodeJson(member.shape, value) : value;
}

function decodeTimestamp(value: unknown): unknown {
  if (typeof value === "number") return new Date(Math.round(value * 1000));
  const date = typeof value === "string" ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date : value;
}

/** A service's output as JSON-able data; members that the model does not know are left out. */
export function encodeJson(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case "structure":
      return encodeMembers(shape, value as Record<string, unknown>);
    case "map":
      return mapValues(value as Record<string, unknown>, (_, each) => encodeJson(shape.item.shape, each));
    case "list":
      return (value as unknown[]).map((each) => encodeJson(shape.item.shape, each));
    case "timestamp":
      return (value as Date).getTime() / 1000;
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return value;
  }
}

/** The members of a structure that belong into a JSON body. */
export function encodeMembers(shape: Shape, value: Record<string, unknown>): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = shape.members.get(name);
    if (member) encoded[name] = encodeJson(member.shape, value[name]);
  }
  return encoded;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(
  value: Record<string, unknown>,
  map: (name: string, each: unknown) => unknown,
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {};
  for (const name of Object.keys(value)) mapped[name] = map(name, value[name]);
  return mapped;
}
