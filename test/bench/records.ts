import { recordPath, type Client } from "../../src/cli/client.ts";
import type { PolicyMode } from "../../src/model/records.ts";
import { CLUSTER, CONTAINER } from "./account-services.ts";
import { eachOf, type Account, type BenchService } from "./account.ts";
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
  return manifest(fileSystemName, functionName, 1_000 + index, {
    lambda: { functionName, localMountPath: "/mnt/data" },
  });
}

/** One volume of a service: a directory and a user of its own. */
function volumeManifest(fileSystemName: string, service: string, index: number) {
  const mounts = [{ container: CONTAINER, containerPath: `/mnt/data-${index}` }];
  return manifest(fileSystemName, `${service}-${index}`, 2_000 + index, { ecs: { cluster: CLUSTER, service, mounts } });
}

function manifest(fileSystemName: string, name: string, uid: number, workload: object) {
  return {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      fileSystemRef: { name: fileSystemName },
      rootDirectory: { path: `/${name}`, ownerUid: uid, ownerGid: uid, permissions: "0750" },
      posixUser: { uid, gid: uid, secondaryGids: [] },
      access: "ReadWrite",
      workload,
    },
  };
}

/** All volumes of one service. */
export function volumesOf(fileSystemName: string, { name, bindings }: BenchService) {
  return Array.from({ length: bindings }, (_, i) => volumeManifest(fileSystemName, name, i));
}

/** The Bindings of every function and service of the account. */
export function manifestsOf({ fileSystems }: Account) {
  return fileSystems.flatMap(({ fileSystemId, functionNames, services }) => [
    ...functionNames.map((name, i) => bindingManifest(fileSystemId, name, i)),
    ...services.flatMap((service) => volumesOf(fileSystemId, service)),
  ]);
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

/** Writes the Binding of each function, and those of each service. */
export async function writeBindings(client: Client, account: Account): Promise<number> {
  const manifests = manifestsOf(account);
  await eachOf(manifests, WRITERS, (one) => client.request("POST", recordPath("Binding", NAMESPACE), one));
  return manifests.length;
}
