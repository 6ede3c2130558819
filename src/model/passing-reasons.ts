/**
 * Reasons of conditions that end by themselves: something is being waited for, and nobody has to do anything.
 * All others need somebody to act, which kstatus calls Stalled. (Mooring still looks again, slowly: a grant that
 * was missing may have been given.)
 */
const PASSING: ReadonlySet<string> = new Set([
  "Adopting",
  "AccessPointMissing",
  "CouldNotRead",
  "Creating",
  "Deleting",
  "FileSystemNotAvailable",
  "InTransition",
  "BindingsLeft",
  "MountTargetNotAvailable",
  "NotAdmitted",
  "NotObserved",
  "Pending",
  "Propagating",
  "ReadTooOld",
  "Replacing",
  "ReplacementQueued",
  "Retiring",
  "RoleNotRead",
  "Settling",
  "Updating",
  "WaitingForAccessPoint",
  "WaitingForPolicy",
  "WaitingForRelease",
  "WaitingForUnmount",
  "WaitingForWorkload",
]);

/** AWS's own error codes appear as reasons, too; these say that AWS, not the record, is the trouble. */
const TRANSIENT_CODE =
  /Throttl|TooManyRequests|Timeout|TimedOut|Unavailable|Internal|ServiceException|SlowDown|Conflict|PreconditionFailed|ECONN|Network/i;

/** True if a condition with this reason will change without anybody's help. */
export function isPassing(reason: string): boolean {
  return PASSING.has(reason) || TRANSIENT_CODE.test(reason);
}

/** True if it only says that something else is waited for: then the other thing tells more. */
export function isWaiting(reason: string): boolean {
  return (
    reason === "NotObserved" || reason === "Pending" || reason === "NotAdmitted" || reason.startsWith("WaitingFor")
  );
}
