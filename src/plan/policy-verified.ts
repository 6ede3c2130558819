import { type Admission, admissionKey } from "./policy-admissions.ts";
import { awsPrincipals, canonicalBody, type RoleNames, sortedSet } from "./policy-canonical.ts";
import type { Statement } from "./policy-document.ts";
import { type StatementsInput, statementsOf } from "./policy-statements.ts";

/** What a policy does to a binding, judged from the statements that were read. */
export interface PolicyInForce {
  admissions: readonly Admission[];
  has(admission: Admission): boolean;
  /** True if the role is confined to just what the Allows in force (or the wanted ones) give it. */
  confines(roleArn: string): boolean;
}

/**
 * Judges role by role, so that a newcomer's missing statement does not make its neighbours look
 * broken: a role is in order if its Denies fit the Allows that stand beside them.
 */
export function policyInForce(
  ours: readonly Statement[],
  inForce: readonly Admission[],
  wanted: StatementsInput,
  names: RoleNames,
): PolicyInForce {
  const keys = new Set(inForce.map(admissionKey));
  const found = deniesByRole(ours, names);
  const fitting = deniesByRole(statementsOf({ ...wanted, admissions: inForce }), names);
  const desired = deniesByRole(statementsOf(wanted), names);
  return {
    admissions: inForce,
    has: (admission) => keys.has(admissionKey(admission)),
    confines: (roleArn) => {
      const now = found.get(roleArn) ?? "";
      return now !== "" && (now === fitting.get(roleArn) || now === desired.get(roleArn));
    },
  };
}

/** Role → the meaning of all Denies on it, as one text. */
function deniesByRole(statements: readonly Statement[], names: RoleNames): Map<string, string> {
  const denies = new Map<string, string[]>();
  for (const statement of statements) {
    if (statement.Effect !== "Deny") continue;
    const meaning = canonicalBody(statement, names);
    for (const role of awsPrincipals(statement.Principal, names))
      denies.set(role, [...(denies.get(role) ?? []), meaning]);
  }
  return new Map([...denies].map(([role, meanings]) => [role, sortedSet(meanings).join("\n")]));
}
