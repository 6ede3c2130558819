import type { Manifest } from "./world.ts";

export const FS_ID = "fs-0123456789abcdef0";

/** The FileSystem record of the furnished account. */
export function aFileSystem(policy: Record<string, unknown> = { mode: "Enforce", confirm: FS_ID }): Manifest {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "FileSystem",
    metadata: { name: "shared" },
    spec: { account: "111122223333", region: "eu-west-1", fileSystemId: FS_ID, policy },
  };
}

/** A Binding of one of the furnished functions, in a directory of its own unless told otherwise. */
export function aBinding(functionName: string, spec: Record<string, unknown> = {}, name = functionName): Manifest {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name, namespace: "media" },
    spec: {
      fileSystemRef: { name: "shared" },
      rootDirectory: { path: `/${name}`, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      posixUser: { uid: 1001, gid: 1001 },
      access: "ReadWrite",
      workload: { lambda: { functionName, localMountPath: "/mnt/data" } },
      ...spec,
    },
  };
}
