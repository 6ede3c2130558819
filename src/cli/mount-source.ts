import type { BindingRecord, FileSystemRecord, Workload } from "../model/records.ts";
import type { BindingStatus } from "../model/status.ts";
import { volumeName } from "../plan/ecs-revision.ts";
import { recordPath, type Client } from "./client.ts";
import { titleOf, type RecordName } from "./record-name.ts";
import { UserError } from "./user-error.ts";

/** What a pipeline has to say so that its deployments carry a Binding's mount. */
export interface MountSource {
  /** `<namespace>/<name>` of the Binding. */
  binding: string;
  workload: Workload;
  fileSystemId: string;
  accessPointId: string;
  accessPointArn: string;
  /** The name that Mooring gives the volume in a task definition: under the same one, neither has to change the other's. */
  volumeName: string;
}

type LiveBinding = Pick<BindingRecord, "metadata" | "spec"> & { status?: BindingStatus };

/**
 * Reads a Binding as it is now, and its FileSystem.
 *
 * @throws {UserError} if it has no access point (yet): there is nothing to name.
 */
export async function readMountSource(client: Client, name: RecordName): Promise<MountSource> {
  const { metadata, spec, status } = await client.request<LiveBinding>(
    "GET",
    recordPath("Binding", name.namespace, name.name),
  );
  const binding = `${name.namespace}/${name.name}`;
  if (status?.accessPointId === undefined || status.accessPointArn === undefined)
    throw new UserError(`${titleOf(name)} has no access point yet, so there is nothing to name. ${whyNone(status)}`);
  const fileSystem = await client.request<Pick<FileSystemRecord, "spec">>(
    "GET",
    recordPath("FileSystem", "", spec.fileSystemRef.name),
  );
  return {
    binding,
    workload: spec.workload,
    fileSystemId: fileSystem.spec.fileSystemId,
    accessPointId: status.accessPointId,
    accessPointArn: status.accessPointArn,
    volumeName: volumeName(metadata.uid),
  };
}

function whyNone(status: BindingStatus | undefined): string {
  const conditions = status?.conditions ?? [];
  const telling = ["AccessPointReady", "Ready"].map((type) => conditions.find((condition) => condition.type === type));
  return telling.find((condition) => condition?.status !== "True")?.message ?? "Try again in a moment.";
}
