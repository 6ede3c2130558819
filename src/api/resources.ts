import { ACCESS_POINT_FINALIZER, API_GROUP, IN_USE_FINALIZER, MOUNT_FINALIZER } from "../model/records.ts";
import type { Kind } from "../model/records.ts";

/** What the API knows about one kind of object. */
export interface Resource {
  /** Empty string = Kubernetes' core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
}

/** A kind whose objects are records of the commit log. */
export interface RecordResource extends Resource {
  kind: Kind;
  /** Set at creation; each is released by one reconciler alone. */
  finalizers: string[];
}

const RECORD_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

export const BINDINGS: RecordResource = {
  group: API_GROUP,
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  singular: "binding",
  shortNames: ["bd"],
  categories: ["mooring", "all"],
  namespaced: true,
  verbs: RECORD_VERBS,
  finalizers: [MOUNT_FINALIZER, ACCESS_POINT_FINALIZER],
};

export const FILE_SYSTEMS: RecordResource = {
  group: API_GROUP,
  version: "v1",
  kind: "FileSystem",
  plural: "filesystems",
  singular: "filesystem",
  shortNames: ["efs"],
  categories: ["mooring", "all"],
  namespaced: false,
  verbs: RECORD_VERBS,
  finalizers: [IN_USE_FINALIZER],
};

/** Namespaces come into being with the first Binding in them, so they can only be read. */
export const NAMESPACES: Resource = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  categories: [],
  namespaced: false,
  verbs: ["get", "list"],
};

/** The history, in the form in which `kubectl describe` and `kubectl events` ask for it. */
export const EVENTS: Resource = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  namespaced: true,
  verbs: ["list"],
};

export const RECORD_RESOURCES: readonly RecordResource[] = [BINDINGS, FILE_SYSTEMS];
export const CORE_RESOURCES: readonly Resource[] = [EVENTS, NAMESPACES];

/** e.g. "mooring.dev/v1"; "v1" for the core group. */
export function groupVersion(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
