import type { Action } from "../model/actions.ts";
import { accessPointArn } from "../model/keys.ts";
import type { ObservedAccessPoint, Reading } from "../model/observations.ts";
import type { FileSystemObservation } from "./file-system-input.ts";
import type { LambdaObservation } from "./lambda-input.ts";

/** Stands for an id that only AWS can give. */
export const KNOWN_AFTER_APPLY = "(known after apply)";

/** What the file system would look like after `action`; pure, for the dry-run's fixed point. */
export function applyToFileSystem(observed: FileSystemObservation, action: Action): FileSystemObservation {
  switch (action.type) {
    case "CreateAccessPoint":
      return { ...observed, accessPoints: mapKnown(observed.accessPoints, (all) => [...all, createdBy(action, all)]) };
    case "TagResource":
      return {
        ...observed,
        accessPoints: mapKnown(observed.accessPoints, (all) =>
          all.map((one) =>
            one.accessPointId === action.accessPointId ? { ...one, tags: { ...one.tags, ...action.tags } } : one,
          ),
        ),
      };
    case "DeleteAccessPoint":
      return {
        ...observed,
        accessPoints: mapKnown(observed.accessPoints, (all) =>
          all.filter((one) => one.accessPointId !== action.accessPointId),
        ),
      };
    case "PutFileSystemPolicy":
      return { ...observed, policy: { known: true, value: action.policy, readAtMs: observed.policy.readAtMs } };
    case "UpdateFunctionConfiguration":
      return {
        ...observed,
        consumers:
          observed.consumers &&
          mapKnown(observed.consumers, (all) =>
            all.map((one) => (isLatestOf(one, action) ? { ...one, fileSystemConfigs: action.fileSystemConfigs } : one)),
          ),
      };
    case "RegisterTaskDefinition":
    case "UpdateService":
      return observed;
  }
}

/** What the function would look like after `action`; actions on file systems leave it as it is. */
export function applyToLambda(observed: LambdaObservation, action: Action): LambdaObservation {
  if (action.type !== "UpdateFunctionConfiguration") return observed;
  const latest = mapKnown(observed.latest, (one) => {
    if (one === null || one.functionName !== action.functionName) return one;
    return {
      ...one,
      fileSystemConfigs: action.fileSystemConfigs,
      revisionId: KNOWN_AFTER_APPLY,
      lastUpdateStatus: "Successful" as const,
    };
  });
  return { ...observed, latest };
}

function isLatestOf(one: { functionName: string; version: string }, action: { functionName: string }): boolean {
  return one.functionName === action.functionName && one.version === "$LATEST";
}

function mapKnown<T>(reading: Reading<T>, map: (value: T) => T): Reading<T> {
  return reading.known ? { ...reading, value: map(reading.value) } : reading;
}

/** As AWS would show it once it is available. Ids stay apart when one dry-run makes several. */
function createdBy(
  action: Action & { type: "CreateAccessPoint" },
  all: readonly ObservedAccessPoint[],
): ObservedAccessPoint {
  const made = all.filter(({ accessPointId }) => accessPointId.startsWith(KNOWN_AFTER_APPLY)).length;
  const accessPointId = made === 0 ? KNOWN_AFTER_APPLY : `${KNOWN_AFTER_APPLY} ${made + 1}`;
  const [, , , region = "", account = ""] = action.target.split(":");
  return {
    accessPointId,
    accessPointArn: accessPointArn({ account, region }, accessPointId),
    fileSystemId: action.fileSystemId,
    clientToken: action.clientToken,
    lifeCycleState: "available",
    path: action.path,
    creationInfo: action.creationInfo,
    posixUser: action.posixUser,
    tags: action.tags,
  };
}
