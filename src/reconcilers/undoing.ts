import type { Action } from "../model/actions.ts";
import type { NotedEvent } from "../model/audit.ts";
import type { BindingRecord } from "../model/records.ts";
import { canonicalStatements, NO_ROLE_NAMES } from "../plan/policy-canonical.ts";
import { digest } from "../plan/digest.ts";
import { actionId } from "./failures.ts";
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
  RegisterTaskDefinition: /^(UpdateService|RegisterTaskDefinition|DeregisterTaskDefinition)/,
  UpdateService: /^(UpdateService|RegisterTaskDefinition|DeregisterTaskDefinition)/,
};

/** What is remembered of an action that puts something right. */
export interface Correction {
  type: Action["type"];
  /** Corrections of one thing have this in common, whatever they make of it. */
  thing: string;
  /** For people: what was undone. */
  what: string;
  /** `<namespace>/<name>`; null = all bindings of the key. */
  binding: string | null;
  /** What it makes true, as a short text. */
  wanted: string;
  /** Access points whose deletion made it due; empty = not about one. */
  accessPointIds: string[];
}

/** null = this action is no repair: nobody can undo it. */
export function correctionOf(
  action: Action,
  installation: string,
  bindingByUid: (uid: string) => BindingRecord | undefined,
): Correction | null {
  if (UNDONE_BY[action.type] === null || (action.type === "PutFileSystemPolicy" && action.isOursIntact)) return null;
  const facet = action.type === "CreateAccessPoint" ? bindingByUid(action.bindingUid)?.facets.accessPoint : undefined;
  const [binding = null, ...others] = action.bindings;
  return {
    type: action.type,
    thing: thingId(action),
    what: thingOf(action),
    binding: others.length > 0 || action.type === "PutFileSystemPolicy" ? null : binding,
    wanted: wantedBy(action, installation),
    accessPointIds: [facet?.accessPoint?.id, ...(facet?.former ?? [])].filter((id) => id !== undefined),
  };
}

/** True if this call can be what made the correction due. */
export function undoes(suspect: Suspect, { type, accessPointIds }: Correction): boolean {
  const names = UNDONE_BY[type];
  if (names === null || (names !== undefined && !names.test(suspect.name))) return false;
  return (
    type !== "CreateAccessPoint" || suspect.accessPointId === null || accessPointIds.includes(suspect.accessPointId)
  );
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
  // Each rollout of a pipeline has another revision for its base, and so has its correction: our volumes are what counts.
  if (isRollout(action)) return JSON.stringify((action.after as { volumes?: unknown }).volumes ?? null);
  return JSON.stringify(action.after);
}

/**
 * What makes two corrections those of one thing. A revision and its rollout are one: to register was as much of the
 * correction as there was to hold.
 */
export function thingId(action: Action): string {
  return isRollout(action) ? `rollout ${digest(action.bindings).slice(0, 12)}` : actionId(action);
}

function isRollout({ type }: Action): boolean {
  return type === "RegisterTaskDefinition" || type === "UpdateService";
}

function ourMeaning(policy: string, installation: string): string {
  const document = parsePolicy(policy);
  if (document === null || document === "unreadable") return policy;
  const ours = document.statements.filter((statement) => isOurs(statement, installation));
  return JSON.stringify(canonicalStatements(ours, NO_ROLE_NAMES));
}

/** For people. */
function thingOf(action: Action): string {
  switch (action.type) {
    case "CreateAccessPoint":
      return `the access point of ${named(action.bindings)}`;
    case "TagResource":
      return `the tags of the access point of ${named(action.bindings)}`;
    case "PutFileSystemPolicy":
      return "Mooring's statements in the file system policy";
    default:
      return `the mount of ${named(action.bindings)}`;
  }
}

const NAMED_MAX = 3;

/** The memory of a key is small, and so is a line of history. */
function named(bindings: readonly string[]): string {
  const more = bindings.length - NAMED_MAX;
  return bindings.slice(0, NAMED_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
