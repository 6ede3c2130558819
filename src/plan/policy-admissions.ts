import type { Access } from "../model/records.ts";
import { awsPrincipals, type RoleNames, sortedSet } from "./policy-canonical.ts";
import { isObject, listOf, type Statement } from "./policy-document.ts";

/** One role may mount through one access point with these rights: the unit in which Mooring owns a policy. */
export interface Admission {
  roleArn: string;
  accessPointArn: string;
  access: Access;
}

export const CLIENT_MOUNT = "elasticfilesystem:ClientMount";
export const CLIENT_WRITE = "elasticfilesystem:ClientWrite";
export const CLIENT_ROOT_ACCESS = "elasticfilesystem:ClientRootAccess";
export const ACCESS_POINT_KEY = "elasticfilesystem:AccessPointArn";

const RANK: Record<Access, number> = { ReadOnly: 0, ReadWrite: 1, ReadWriteRoot: 2 };

export function writes(access: Access): boolean {
  return RANK[access] >= RANK.ReadWrite;
}

export function isRoot(access: Access): boolean {
  return access === "ReadWriteRoot";
}

export function allows(granted: Access, wanted: Access): boolean {
  return RANK[granted] >= RANK[wanted];
}

export function admissionKey(admission: Admission): string {
  return `${admission.roleArn} ${admission.accessPointArn} ${admission.access}`;
}

/** Id (`fsap-…`) of an access point ARN; the whole text if it has no such form. */
export function accessPointIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Values of one condition key under one operator; keys and operators in any case. */
export function conditionValues(statement: Statement, operator: string, key: string): string[] {
  if (!isObject(statement.Condition)) return [];
  const tests = memberOf(statement.Condition, operator);
  return isObject(tests) ? listOf(memberOf(tests, key)) : [];
}

function memberOf(object: Record<string, unknown>, name: string): unknown {
  const wanted = name.toLowerCase();
  return Object.entries(object).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/**
 * What our Allow statements admit as they stand now. A statement that was bent out of shape (no
 * access point, no ClientMount) admits nothing here and so is planned anew.
 */
export function admissionsInForce(ours: readonly Statement[], names: RoleNames): Admission[] {
  const found = new Map<string, Admission>();
  for (const statement of ours) {
    const access = accessOf(statement);
    if (access === null) continue;
    const accessPoints = sortedSet(conditionValues(statement, "StringEquals", ACCESS_POINT_KEY));
    for (const roleArn of awsPrincipals(statement.Principal, names)) {
      for (const accessPointArn of accessPoints) {
        const admission = { roleArn, accessPointArn, access };
        found.set(admissionKey(admission), admission);
      }
    }
  }
  return [...found.values()];
}

function accessOf(statement: Statement): Access | null {
  if (statement.Effect !== "Allow") return null;
  const actions = new Set(listOf(statement.Action).map((action) => action.toLowerCase()));
  if (!actions.has(CLIENT_MOUNT.toLowerCase())) return null;
  if (!actions.has(CLIENT_WRITE.toLowerCase())) return "ReadOnly";
  return actions.has(CLIENT_ROOT_ACCESS.toLowerCase()) ? "ReadWriteRoot" : "ReadWrite";
}
