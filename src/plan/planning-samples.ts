import type { ObservedFunction } from "../model/observations.ts";
import {
  ACCESS_POINT_FINALIZER,
  type BindingRecord,
  type BindingSpec,
  type FileSystemRecord,
  type FileSystemSpec,
  MOUNT_FINALIZER,
} from "../model/records.ts";

export const ACCOUNT = "111122223333";
export const REGION = "eu-west-1";
export const FS = "fs-0123456789abcdef0";
export const FS_ARN = `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:file-system/${FS}`;

export function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

export function accessPointArnOf(id: string): string {
  return `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:access-point/${id}`;
}

export function aFileSystem(policy: Partial<FileSystemSpec["policy"]> = {}): FileSystemRecord {
  return {
    kind: "FileSystem",
    metadata: {
      name: "shared",
      namespace: "",
      uid: "uid-fs",
      generation: 1,
      creationTimestamp: "2026-11-23T11:00:00Z",
      finalizers: ["mooring.dev/in-use"],
      labels: {},
      annotations: {},
    },
    spec: {
      account: ACCOUNT,
      region: REGION,
      fileSystemId: FS,
      policy: { mode: "Enforce", confirm: FS, requireTls: false, ...policy },
    },
    changedBy: { actor: "you", atMs: 0 },
    facets: {},
    resourceVersion: 1,
  };
}

export function aBinding(name: string, spec: Partial<BindingSpec> = {}): BindingRecord {
  return {
    kind: "Binding",
    metadata: {
      name,
      namespace: "media",
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: "2026-11-23T11:30:00Z",
      finalizers: [MOUNT_FINALIZER, ACCESS_POINT_FINALIZER],
      labels: {},
      annotations: {},
    },
    spec: {
      fileSystemRef: { name: "shared" },
      rootDirectory: { path: `/${name}`, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001, secondaryGids: [] },
      access: "ReadWrite",
      workload: { lambda: { functionName: name, localMountPath: "/mnt/data" } },
      driftPolicy: "Correct",
      suspend: false,
      deletionPolicy: "Delete",
      ...spec,
    },
    changedBy: { actor: "you", atMs: 0 },
    facets: {},
    resourceVersion: 1,
  };
}

export function aFunction(
  functionName: string,
  role = functionName,
  change: Partial<ObservedFunction> = {},
): ObservedFunction {
  return {
    functionName,
    functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
    version: "$LATEST",
    roleArn: roleArn(role),
    revisionId: `rev-${functionName}`,
    vpcId: "vpc-1",
    subnetIds: ["subnet-a"],
    snapStart: false,
    fileSystemConfigs: [],
    state: "Active",
    lastUpdateStatus: "Successful",
    lastUpdateStatusReason: null,
    lastUpdateStatusReasonCode: null,
    lastModifiedMs: 0,
    ...change,
  };
}
