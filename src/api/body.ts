import { parseDocument } from "yaml";
import { badRequest, unsupportedMediaType } from "./api-error.ts";
import { jsonErrorPosition } from "./json-error-position.ts";
import { duplicateKeys } from "./json-scanner.ts";

export interface DecodedBody {
  value: unknown;
  /** Paths of keys that stand twice. */
  duplicates: string[];
}

/** Content types of whole objects; patches have their own. */
const YAML_TYPES = new Set(["application/yaml", "application/x-yaml", "text/yaml", "application/vnd.yaml"]);

/** The media type of a Content-Type header, without parameters, in lower case; JSON if there is none. */
export function mediaType(header: string | undefined): string {
  const bare = (header ?? "").split(";")[0]!.trim().toLowerCase();
  return bare === "" ? "application/json" : bare;
}

/**
 * Decodes an object sent as JSON or YAML.
 *
 * @throws {ApiError} 415 for any other content type; 400 with line and column if the text is malformed.
 */
export function decodeObject(text: string, contentType: string | undefined): DecodedBody {
  const type = mediaType(contentType);
  if (type === "application/json") return decodeJson(text);
  if (YAML_TYPES.has(type)) return decodeYaml(text);
  throw unsupportedMediaType(
    type.includes("protobuf")
      ? "Custom resources have no protobuf form: send application/json or application/yaml."
      : `Content-Type ${type} is not understood here: send application/json or application/yaml.`,
  );
}

/** @throws {ApiError} 400 with line and column if the text is not JSON. */
export function decodeJson(text: string): DecodedBody {
  if (text.trim() === "") throw badRequest("The body is empty: send one object as JSON or YAML.");
  try {
    return { value: JSON.parse(text) as unknown, duplicates: duplicateKeys(text) };
  } catch (error) {
    throw badRequest(`The body is not valid JSON: ${positioned(error as Error, text)}`);
  }
}

function decodeYaml(text: string): DecodedBody {
  if (text.trim() === "") throw badRequest("The body is empty: send one object as JSON or YAML.");
  const document = parseDocument(text, { uniqueKeys: false });
  const first = document.errors[0];
  if (first) throw badRequest(`The body is not valid YAML: ${first.message.trimEnd()}`);
  const twice = parseDocument(text, { uniqueKeys: true }).errors.filter((error) => error.code === "DUPLICATE_KEY");
  const duplicates = twice.map(
    (error) => `line ${error.linePos?.[0].line ?? "?"}, column ${error.linePos?.[0].col ?? "?"}`,
  );
  return { value: toPlain(document), duplicates };
}

function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    // maxAliasCount keeps a small text with nested aliases from growing without bound.
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw badRequest(`The body is not valid YAML: ${(error as Error).message}`);
  }
}

function positioned(error: Error, text: string): string {
  const { line, column } = jsonErrorPosition(text);
  return `${error.message.replace(/ (in JSON )?at position .*$/, "")} (line ${line} column ${column})`;
}
