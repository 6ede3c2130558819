import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { RecordName } from "./record-name.ts";
import { EXIT, UserError } from "./user-error.ts";

/** One document of a file, as far as it must be understood to know where to send it. */
export interface Document extends RecordName {
  body: Record<string, unknown>;
}

/**
 * Reads all records of a YAML or JSON file, or of a directory's in the order of their names; "-" reads
 * standard input. FileSystems come first, since Bindings name them. Only kind and name are looked at:
 * judging the rest is the service's business.
 *
 * @throws {UserError} naming the file, the document and the line.
 */
export function readManifests(file: string): Document[] {
  const documents = filesOf(file).flatMap((each) => parseManifests(readText(each), each));
  if (documents.length > 0) return documents.toSorted((a, b) => RANK[a.kind] - RANK[b.kind]);
  throw new UserError(`${file} holds no record; expected at least one Binding or FileSystem.`, EXIT.usage);
}

const RANK = { FileSystem: 0, Binding: 1 };

function filesOf(file: string): string[] {
  if (file === "-" || statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true) return [file];
  return readdirSync(file)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(file, name));
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UserError(`Cannot read ${file}: ${(error as Error).message}`, EXIT.usage, { cause: error });
  }
}

/** The records of one text. */
export function parseManifests(text: string, file: string): Document[] {
  return [...parseAllDocuments(text)].flatMap((document, i) => {
    const error = document.errors[0];
    if (error !== undefined)
      throw new UserError(`${file} is not YAML: ${error.message.split("\n")[0]!.replace(/:$/, "")}`, EXIT.usage);
    const body = document.toJS() as unknown;
    return body === null ? [] : [documentOf(body, `${file}, document ${i + 1}`)];
  });
}

function documentOf(body: unknown, where: string): Document {
  const { kind, metadata } = (typeof body === "object" && body !== null ? body : {}) as {
    kind?: unknown;
    metadata?: { name?: unknown; namespace?: unknown };
  };
  if (kind !== "Binding" && kind !== "FileSystem") {
    throw new UserError(
      `${where}: kind is ${JSON.stringify(kind) ?? "missing"}; allowed are Binding and FileSystem of mooring.dev/v1.`,
      EXIT.usage,
    );
  }
  const name = metadata?.name;
  if (typeof name !== "string" || name === "")
    throw new UserError(
      `${where}: metadata.name is ${JSON.stringify(name) ?? "missing"}; give the ${kind} a name.`,
      EXIT.usage,
    );
  const namespace =
    kind === "FileSystem" ? "" : typeof metadata?.namespace === "string" ? metadata.namespace : "default";
  return { kind, namespace, name, body: body as Record<string, unknown> };
}
