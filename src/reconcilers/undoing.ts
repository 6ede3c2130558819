import type { Action } from "../model/actions.ts";
import type { NotedEvent } from "../model/audit.ts";
import type { BindingRecord } from "../model/records.ts";
import { canonicalStatements, NO_ROLE_NAMES } from "../plan/policy-canonical.ts";
import { digest } from "../plan/digest.ts";
import { isOurs, parsePolicy } from "../plan/policy-document.ts";

/** A call by others, as far as it tells what it may have undone. */
export type Suspect = Pick<NotedEvent, "id" | "name" | "actor" | "actorArn"> & { accessPointId: string | null };

export function suspectOf({ id, name, actor, actorArn, subject }: NotedEvent): Suspect {
  return { id, name, actor, actorArn, accessPointId: subject["accessPointId"] ?? null };
}

/**
 * Calls that undo what an action puts right, by the beginning of CloudTrail's name. An action that
 * stands here with null is no repair; one that does not stand here is taken to repair whatever was
 * done to the key's object.
 */
const UNDONE_BY: Readonly<Record<string, RegExp | null>> = {
  CreateAccessPoint: /^DeleteAccessPoint/,
  TagResource: /^(Untag|Tag)Resource|^(Create|Delete)Tags/,
  DeleteAccessPoint: null,
  PutFileSystemPolicy: /^(Put|Delete)FileSystemPolicy/,
  UpdateFunctionConfiguration: /^UpdateFunctionConfiguration/,
};

/** True if this call can be what made `action` due. */
export function undoes(
  suspect: Suspect,
  action: Action,
  bindingByUid: (uid: string) => BindingRecord | undefined,
): boolean {
  const names = UNDONE_BY[action.type];
  if (names === null) return false;
  if (names !== undefined && !names.test(suspect.name)) return false;
  if (action.type !== "CreateAccessPoint" || suspect.accessPointId === null) return true;
  const facet = bindingByUid(action.bindingUid)?.facets.accessPoint;
  return [facet?.accessPoint?.id, ...(facet?.former ?? [])].includes(suspect.accessPointId);
}

/**
 * What an action would make true, as a short text: a correction of the same thing to another state
 * (a spec that changed, a newcomer that joins the policy) is not the one that somebody undoes.
 */
export function wantedBy(action: Action, installation: string): string {
  return digest([meaningOf(action, installation)]).slice(0, 12);
}

function meaningOf(action: Action, installation: string): string {
  if (action.type === "PutFileSystemPolicy") return ourMeaning(action.policy, installation);
  // Each rollout of a pipeline has another revision for its base, and the correction another result.
  if (action.type === "RegisterTaskDefinition" || action.type === "UpdateService") return "";
  return JSON.stringify(action.after);
}

function ourMeaning(policy: string, installation: string): string {
  const document = parsePolicy(policy);
  if (document === null || document === "unreadable") return policy;
  const ours = document.statements.filter((statement) => isOurs(statement, installation));
  return JSON.stringify(canonicalStatements(ours, NO_ROLE_NAMES));
}

/** For people: what was undone. */
export function thingOf(action: Action): string {
  switch (action.type) {
    case "CreateAccessPoint":
      return `the access point of ${action.bindings.join(", ")}`;
    case "TagResource":
      return `the tags of the access point of ${action.bindings.join(", ")}`;
    case "PutFileSystemPolicy":
      return "Mooring's statements in the file system policy";
    default:
      return `the mount of ${action.bindings.join(", ")}`;
  }
}
