import type { BindingRecord, EcsMount, FileSystemRecord, Workload } from "../records.ts";
import type { Home, Manifest } from "../validate.ts";

/** Valid records that the rules' examples differ from in one field each. */
export const EXAMPLE_HOME: Home = { account: "111122223333", region: "eu-west-1" };

export function exampleBindingBody(): Record<string, unknown> {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name: "thumbnailer", namespace: "media" },
    spec: {
      fileSystemRef: { name: "shared" },
      rootDirectory: { path: "/app1", ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001 },
      access: "ReadWrite",
      workload: { lambda: { functionName: "thumbnailer", localMountPath: "/mnt/data" } },
    },
  };
}

/** `spec.workload.ecs` of a Binding as a client may send it. */
export function exampleService(): Record<string, unknown> {
  return { cluster: "prod", service: "web", mounts: [{ container: "app", containerPath: "/data" }] };
}

/** The same for a family. */
export function exampleFamily(): Record<string, unknown> {
  return { family: "nightly-report", mounts: [{ container: "app", containerPath: "/data" }] };
}

export function exampleFileSystemBody(): Record<string, unknown> {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "FileSystem",
    metadata: { name: "shared" },
    spec: { account: "111122223333", region: "eu-west-1", fileSystemId: "fs-0123456789abcdef0" },
  };
}

interface BindingDifferences {
  name?: string;
  namespace?: string;
  fileSystem?: string;
  functionName?: string;
  /** A service in cluster "prod" instead of a function. */
  service?: string;
  /** Mounts of the service. */
  mounts?: EcsMount[];
  path?: string;
  ownerUid?: number;
  permissions?: string;
  annotations?: Record<string, string>;
  deleting?: boolean;
}

export function exampleBinding(differs: BindingDifferences = {}): BindingRecord {
  const name = differs.name ?? "thumbnailer";
  const namespace = differs.namespace ?? "media";
  return {
    kind: "Binding",
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(differs.deleting === true ? { deletionTimestamp: "2026-01-02T00:00:00Z" } : {}),
      finalizers: ["mooring.dev/mount", "mooring.dev/access-point"],
      labels: {},
      annotations: differs.annotations ?? {},
    },
    spec: {
      fileSystemRef: { name: differs.fileSystem ?? "shared" },
      rootDirectory: {
        path: differs.path ?? "/app1",
        ownerUid: differs.ownerUid ?? 1001,
        ownerGid: 1001,
        permissions: differs.permissions ?? "0750",
      },
      posixUser: { uid: 1001, gid: 1001, secondaryGids: [] },
      access: "ReadWrite",
      workload: exampleWorkload(differs, name),
      driftPolicy: "Correct",
      suspend: false,
      deletionPolicy: "Delete",
    },
    changedBy: { actor: "alice", atMs: 0 },
    facets: {},
    resourceVersion: 1,
  };
}

function exampleWorkload({ service, mounts, functionName }: BindingDifferences, name: string): Workload {
  if (service === undefined) return { lambda: { functionName: functionName ?? name, localMountPath: "/mnt/data" } };
  const anywhere = [{ container: "app", containerPath: "/data", readOnly: false }];
  return { ecs: { cluster: "prod", service, mounts: mounts ?? anywhere } };
}

interface FileSystemDifferences {
  name?: string;
  account?: string;
  region?: string;
  fileSystemId?: string;
  mode?: "Observe" | "Preserve" | "Enforce";
  deleting?: boolean;
}

export function exampleFileSystem(differs: FileSystemDifferences = {}): FileSystemRecord {
  const fileSystemId = differs.fileSystemId ?? "fs-0123456789abcdef0";
  const mode = differs.mode ?? "Observe";
  return {
    kind: "FileSystem",
    metadata: {
      name: differs.name ?? "shared",
      namespace: "",
      uid: `uid-${differs.name ?? "shared"}`,
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(differs.deleting === true ? { deletionTimestamp: "2026-01-02T00:00:00Z" } : {}),
      finalizers: ["mooring.dev/in-use"],
      labels: {},
      annotations: {},
    },
    spec: {
      account: differs.account ?? "111122223333",
      region: differs.region ?? "eu-west-1",
      fileSystemId,
      policy: { mode, requireTls: false, ...(mode === "Enforce" ? { confirm: fileSystemId } : {}) },
    },
    changedBy: { actor: "alice", atMs: 0 },
    facets: {},
    resourceVersion: 1,
  };
}

export function manifestOf(record: BindingRecord | FileSystemRecord): Manifest {
  const { name, namespace, labels, annotations } = record.metadata;
  const metadata = { name, namespace, labels, annotations };
  return record.kind === "Binding"
    ? { kind: "Binding", metadata, spec: record.spec }
    : { kind: "FileSystem", metadata, spec: record.spec };
}
