import { checkRecord } from "./check-record.ts";
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

/** The other records that a new or changed one must live with. */
export interface Neighbours {
  bindings: Iterable<BindingRecord>;
  fileSystems: Iterable<FileSystemRecord>;
}

/**
 * Checks one manifest by itself: shape, then every rule that needs no other record. All faults come at once;
 * a field whose shape is wrong is not judged further.
 *
 * @param body the parsed YAML or JSON. The API puts the namespace of the URL into it first; a Binding without
 *   one is taken to be in `default`. Server-owned metadata and `status` are accepted and ignored.
 */
export function parseManifest(
  kind: Kind,
  body: unknown,
  home: Home,
): { ok: true; manifest: Manifest } | { ok: false; faults: Fault[] } {
  return checkRecord(kind, body, home);
}

export { admit } from "./admit.ts";
