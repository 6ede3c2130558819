import type { ObservedFunction } from "../../model/observations.ts";
import type { FoundMount } from "./found-mount.ts";

/** The mounts of a function; Lambda allows one today. */
export function functionMounts({ functionName, roleArn, fileSystemConfigs }: ObservedFunction): FoundMount[] {
  return fileSystemConfigs.map(({ arn, localMountPath }) => ({
    who: `function ${functionName}`,
    says: `function ${functionName} mounts ${arn} at ${localMountPath}`,
    stem: functionName,
    workload: { lambda: { functionName, localMountPath } },
    roleArn,
    accessPoint: arn,
    fileSystemId: null,
    obstacle: null,
    notes: [],
  }));
}
