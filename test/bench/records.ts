import { recordPath, type Client } from "../../src/cli/client.ts";
import type { PolicyMode } from "../../src/model/records.ts";
import { eachOf, type Account } from "./account.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

/** Requests at once: a pipeline or a few people with kubectl, not one after the other. */
const WRITERS = 8;

export const NAMESPACE = "bench";

/** The FileSystem record of one file system, in one mode. */
export function fileSystemManifest(
  aws: Pick<SimulatedAws, "account" | "region">,
  fileSystemId: string,
  mode: PolicyMode,
) {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "FileSystem",
    metadata: { name: fileSystemId },
    spec: {
      account: aws.account,
      region: aws.region,
      fileSystemId,
      policy: { mode, ...(mode === "Enforce" ? { confirm: fileSystemId } : {}), requireTls: true },
    },
  };
}

/** One function's binding: a directory and a user of its own. */
export function bindingManifest(fileSystemName: string, functionName: string, index: number) {
  const uid = 1_000 + index;
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name: functionName, namespace: NAMESPACE },
    spec: {
      fileSystemRef: { name: fileSystemName },
      rootDirectory: { path: `/${functionName}`, ownerUid: uid, ownerGid: uid, permissions: "0750" },
      posixUser: { uid, gid: uid, secondaryGids: [] },
      access: "ReadWrite",
      workload: { lambda: { functionName, localMountPath: "/mnt/data" } },
    },
  };
}

export async function writeFileSystems(
  client: Client,
  aws: SimulatedAws,
  account: Account,
  mode: PolicyMode,
): Promise<void> {
  await eachOf(account.fileSystems, WRITERS, ({ fileSystemId }) =>
    client.request("POST", recordPath("FileSystem", ""), fileSystemManifest(aws, fileSystemId, mode)),
  );
}

/** Writes one Binding for each function. */
export async function writeBindings(client: Client, account: Account): Promise<number> {
  const manifests = account.fileSystems.flatMap(({ fileSystemId, functionNames }) =>
    functionNames.map((name, i) => bindingManifest(fileSystemId, name, i)),
  );
  await eachOf(manifests, WRITERS, (manifest) => client.request("POST", recordPath("Binding", NAMESPACE), manifest));
  return manifests.length;
}
