import type { BindingRecord, BindingSpec, FileSystemRecord, FileSystemSpec, Kind, ObjectMeta } from "./records.ts";

/** One thing that is wrong with a manifest. All of them are reported at once. */
export interface Fault {
  /** Path of the field, e.g. "spec.rootDirectory.permissions". */
  field: string;
  /** What was given; undefined = missing. */
  value: unknown;
  /** Id of the rule in the rule table, e.g. "permissions-octal"; "unknown-field", "wrong-type" and "required" for the schema's own. */
  rule: string;
  /** What was given, what is allowed, what to do: one sentence. Numbers where strings belong show the quoted form. */
  message: string;
}

/** A manifest after validation, defaults filled in. Server-owned metadata (uid, generation, …) is not part of it. */
export type Manifest =
  | { kind: "Binding"; metadata: ManifestMeta; spec: BindingSpec }
  | { kind: "FileSystem"; metadata: ManifestMeta; spec: FileSystemSpec };

export type ManifestMeta = Pick<ObjectMeta, "name" | "namespace" | "labels" | "annotations"> & {
  /** As sent by the client, for preconditions. */
  uid?: string;
  resourceVersion?: string;
  finalizers?: string[];
};

/** The account and region that this service runs in and for. */
export interface Home {
  account: string;
  region: string;
}

/** Checks one manifest by itself: schema, then every rule that needs no other record. */
export function parseManifest(_kind: Kind, _body: unknown, _home: Home): { ok: true; manifest: Manifest } | { ok: false; faults: Fault[] } {
  throw new Error("not written yet");
}

/** The other records that a new or changed one must live with. */
export interface Neighbours {
  bindings: Iterable<BindingRecord>;
  fileSystems: Iterable<FileSystemRecord>;
}

/**
 * Checks a record against the others: one binding per function, one owner and mode per shared directory,
 * one FileSystem record per file system, immutable fields against `before`, new bindings on a FileSystem
 * that is being deleted, policy capacity (what certainly cannot fit).
 */
export function admit(_after: Manifest, _before: BindingRecord | FileSystemRecord | undefined, _neighbours: Neighbours): Fault[] {
  throw new Error("not written yet");
}
