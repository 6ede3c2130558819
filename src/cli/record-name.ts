import { EXIT, UserError } from "./user-error.ts";

export interface RecordName {
  kind: "Binding" | "FileSystem";
  namespace: string;
  name: string;
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads `NAMESPACE/NAME` as a Binding and `NAME` as a FileSystem.
 *
 * @throws {UserError} if it is neither.
 */
export function parseRecordName(text: string): RecordName {
  const parts = text.split("/");
  if (parts.length <= 2 && parts.every((part) => NAME.test(part))) {
    const [first, second] = parts as [string, string?];
    return second === undefined
      ? { kind: "FileSystem", namespace: "", name: first }
      : { kind: "Binding", namespace: first, name: second };
  }
  throw new UserError(
    `"${text}" names no record; write NAMESPACE/NAME for a Binding (e.g. media/thumbnailer) or NAME for a FileSystem (e.g. shared), in lower-case letters, digits, "-" and ".".`,
    EXIT.usage,
  );
}

/** As people write it. */
export function titleOf({ kind, namespace, name }: RecordName): string {
  return kind === "Binding" ? `Binding ${namespace}/${name}` : `FileSystem ${name}`;
}
