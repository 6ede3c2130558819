import { unread } from "./condition-drafts.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import { accessPointIdOf, type Admission, admissionsInForce } from "./policy-admissions.ts";
import { awsPrincipals, type RoleNames } from "./policy-canonical.ts";
import { ownersOf } from "./policy-desired.ts";
import { isOurs, parsePolicy, type PolicyDocument, type Statement } from "./policy-document.ts";
import { untilRecentMs } from "./policy-recency.ts";
import { confinesRoles, type EffectiveMode, effectiveMode, isEnforcing } from "./policy-mode.ts";

/** The policy as it was read, taken apart. */
export interface PolicyView {
  text: string | null;
  document: PolicyDocument | null;
  ours: Statement[];
  foreign: Statement[];
  inForce: Admission[];
  names: RoleNames;
  mode: EffectiveMode;
  /** Roles that only orphaned admissions name, and that no Deny of ours confines: they are to stay so. */
  unconfined: ReadonlySet<string>;
}

/** Takes the policy apart; null if it could not be read, is no policy document, or may be of before our last Put: then it is not touched. */
export function viewPolicy(pass: FileSystemPass): PolicyView | null {
  const { observed, settings, fileSystem } = pass.input;
  if (!observed.policy.known) {
    const failure = observed.policy.why;
    pass.conditions.put(
      "PolicyReady",
      unread("the file system policy", failure, "elasticfilesystem:DescribeFileSystemPolicy"),
    );
    if (failure.transient) pass.endings.wait(settings.backoffBaseMs, "the file system policy could not be read");
    else pass.endings.stall(`the file system policy could not be read: ${failure.code}`);
    return null;
  }
  const document = parsePolicy(observed.policy.value);
  if (document === "unreadable") {
    pass.conditions.set(
      "PolicyReady",
      "False",
      "PolicyUnreadable",
      "The file system policy is not a policy document that Mooring understands; it is left as it is. Put a well-formed policy, or delete it.",
    );
    pass.endings.stall("the file system policy cannot be understood");
    return null;
  }
  const names = roleNames(pass);
  const statements = document?.statements ?? [];
  const ours = statements.filter((statement) => isOurs(statement, settings.installation));
  const recentInMs = untilRecentMs(pass, ours);
  if (recentInMs !== null) {
    pass.conditions.set(
      "PolicyReady",
      "Unknown",
      "ReadTooOld",
      "The policy that AWS shows lacks what Mooring put moments ago. It is read again before anything is decided by it.",
    );
    pass.endings.wait(recentInMs, "the policy shows less than what was put moments ago");
    return null;
  }
  const inForce = admissionsInForce(ours, names);
  return {
    text: observed.policy.value,
    document,
    ours,
    foreign: statements.filter((statement) => !isOurs(statement, settings.installation)),
    inForce,
    names,
    unconfined: unconfinedOrphans(pass, ours, inForce, names),
    mode: effectiveMode(fileSystem.spec, pass.enforcedSinceMs, confinesRoles(document, settings.installation)),
  };
}

/** Orphans are reported and left as they are, so a role that only they name gets no Deny that it does not have. */
function unconfinedOrphans(
  pass: FileSystemPass,
  ours: readonly Statement[],
  inForce: readonly Admission[],
  names: RoleNames,
): ReadonlySet<string> {
  const owners = ownersOf(pass);
  const retained = new Set(pass.retained.map(({ accessPointId }) => accessPointId));
  const explains = (id: string) => owners.has(id) || retained.has(id);
  const orphaned = inForce.filter(({ accessPointArn }) => !explains(accessPointIdOf(accessPointArn)));
  const denies = ours.filter(({ Effect }) => Effect === "Deny");
  const known = new Set([
    ...inForce.filter((admission) => !orphaned.includes(admission)).map(({ roleArn }) => roleArn),
    ...pass.drafts.flatMap(({ binding }) => binding.facets.workload?.roleArns ?? []),
    ...denies.flatMap(({ Principal }) => awsPrincipals(Principal, names)),
  ]);
  return new Set(orphaned.map(({ roleArn }) => roleArn).filter((role) => !known.has(role)));
}

function roleNames(pass: FileSystemPass): RoleNames {
  const names = new Map<string, string>();
  for (const reading of pass.input.observed.roles.values()) {
    if (reading.known && reading.value !== null) names.set(reading.value.roleId, reading.value.roleArn);
  }
  return names;
}

/** True if this mode, with this policy, ever leads to a Put. */
export function writesPolicy(view: PolicyView): boolean {
  if (view.mode === "Preserve" || view.mode === "Releasing") return view.text !== null;
  return isEnforcing(view.mode);
}
