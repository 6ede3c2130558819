import { accessPointIdOf, type Admission, admissionKey, allows } from "./policy-admissions.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { unread } from "./condition-drafts.ts";
import { digest } from "./digest.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";

/** Who is to be admitted, sorted out by how safe it is to say so. */
export interface DesiredAdmissions {
  /** In force already, or changed in place; never left out for want of room. */
  established: Admission[];
  /** Not in the policy yet, in order of creation. */
  newcomers: NewcomerAdmissions[];
  /** In force now and wanted no more, for a reason that counts for the blast radius. */
  removals: Admission[];
  /** In force for an access point that no record explains: left as it is. */
  orphans: Admission[];
}

export interface NewcomerAdmissions {
  draft: BindingDraft;
  admissions: Admission[];
  /** What stays in force while there is no room for it. */
  fallback: Admission[];
  /** It was admitted before, maybe through an access point that is gone by now. */
  wasAdmitted: boolean;
  /** It joins beside the one that it replaces: the room kept free is for this. */
  replaces?: true;
}

/** Sorts every admission in force and every admission wanted. Nothing goes without a reason. */
export function desiredAdmissions(pass: FileSystemPass, inForce: readonly Admission[]): DesiredAdmissions {
  const desired: DesiredAdmissions = { established: [], newcomers: [], removals: [], orphans: [] };
  const owners = ownersOf(pass);
  const byOwner = new Map<BindingDraft, Admission[]>(pass.drafts.map((draft) => [draft, []]));
  const retained = new Set(pass.retained.map(({ accessPointId }) => accessPointId));
  for (const admission of inForce) {
    const id = accessPointIdOf(admission.accessPointArn);
    const owner = owners.get(id);
    if (owner) byOwner.get(owner)!.push(admission);
    else if (!retained.has(id) && !isGone(pass, id)) desired.orphans.push(admission);
  }
  for (const [draft, own] of byOwner) sortDraft(pass, draft, own, desired);
  const withdrawn = (id: string) => isWithdrawn(owners.get(id), id);
  sortRetained(pass, inForce, desired, withdrawn);
  desired.established.push(...desired.orphans);
  return desired;
}

/**
 * What we had given before somebody deleted the policy, as far as records explain it: any policy shuts out whom it does
 * not name, so a Put must name those too for whom nothing is to be changed.
 */
export function givenBefore(pass: FileSystemPass): Admission[] {
  const { givenPairs = [] } = pass.input.memory;
  return pass.drafts.flatMap((draft) => {
    const roles = draft.binding.facets.workload?.roleArns ?? [];
    const all = wantedAdmissions(draft, roles, draft.seen ? [draft.seen, ...draft.beside] : []);
    return all.filter((one) => givenPairs.includes(pairDigest(one)) || isServedByDefault(draft, one));
  });
}

/** Works because there is no policy, as since a change of role: nothing may be done for it, and it must not be shut out. */
function isServedByDefault({ mayAct, binding }: BindingDraft, { accessPointArn }: Admission): boolean {
  return !mayAct && binding.facets.workload?.mounted === accessPointIdOf(accessPointArn);
}

/** Every access point id that a record of a binding explains. */
export function ownersOf(pass: FileSystemPass): Map<string, BindingDraft> {
  const owners = new Map<string, BindingDraft>();
  for (const draft of pass.drafts) {
    const ids = [
      draft.seen?.accessPointId,
      draft.accessPoint?.id,
      draft.previous?.accessPoint?.id,
      draft.successor?.accessPoint?.id,
      draft.previous?.successor?.accessPoint?.id,
      draft.predecessor?.id,
      ...draft.former,
      ...draft.retiring.map((one) => one.accessPointId),
    ];
    for (const id of ids) if (id !== undefined) owners.set(id, draft);
  }
  return owners;
}

function isGone(pass: FileSystemPass, accessPointId: string): boolean {
  return pass.seen !== null && !pass.seen.has(accessPointId) && isBelievedAbsent(pass, accessPointId);
}

function sortDraft(pass: FileSystemPass, draft: BindingDraft, own: Admission[], desired: DesiredAdmissions): void {
  if (draft.admit === "nothing") return;
  const workload = draft.binding.facets.workload;
  if (draft.admit === "asInForce" || !draft.seen || !workload?.admissible || workload.roleArns.length === 0) {
    desired.established.push(...own.filter((admission) => keepsInForce(pass, draft, admission)));
    return;
  }
  const { roles, complete } = rolesThatExist(pass, draft, own);
  const present = wantedAdmissions(draft, roles, [draft.seen, ...draft.beside]);
  const joining = wantedAdmissions(draft, roles, draft.successorSeen ? [draft.successorSeen] : []);
  const kept = own.filter((admission) => keepsInForce(pass, draft, admission));
  const wasAdmitted = kept.length > 0 || own.some((one) => draft.former.includes(accessPointIdOf(one.accessPointArn)));
  const pairs = new Set(own.map(pairKey));
  // Make before break: while a role cannot be judged, what is in force stays beside what joins.
  const hasJoined = joining.every((admission) => pairs.has(pairKey(admission)));
  const wanted = hasJoined ? [...present, ...joining] : present;
  if (!complete) desired.newcomers.push({ draft, admissions: union(kept, wanted), fallback: kept, wasAdmitted });
  else if (!wanted.every((admission) => pairs.has(pairKey(admission))))
    desired.newcomers.push({ draft, admissions: wanted, fallback: kept, wasAdmitted });
  else {
    desired.established.push(...wanted);
    // A successor joins only beside what is in order; while there is no room, it waits.
    if (!hasJoined) {
      const fallback = joining.filter((admission) => pairs.has(pairKey(admission)));
      desired.newcomers.push({ draft, admissions: joining, fallback, wasAdmitted, replaces: true });
    }
  }
  const all = [...present, ...joining];
  desired.removals.push(...own.filter((admission) => countsAsRemoval(pass, draft, admission, all)));
}

function union(a: readonly Admission[], b: readonly Admission[]): Admission[] {
  return [...new Map([...a, ...b].map((admission) => [admissionKey(admission), admission])).values()];
}

/** Every role through every one of the access points: nobody can tell which of them a version or task still uses. */
function wantedAdmissions(
  draft: BindingDraft,
  roles: readonly string[],
  accessPoints: readonly { accessPointArn: string }[],
): Admission[] {
  const { access } = draft.binding.spec;
  return accessPoints.flatMap(({ accessPointArn }) => roles.map((roleArn) => ({ roleArn, accessPointArn, access })));
}

/** What a suspended, leaving or incomplete binding keeps: all but roles that are proven to be gone. */
function keepsInForce(pass: FileSystemPass, draft: BindingDraft, admission: Admission): boolean {
  const { roles } = pass.input.observed;
  const role = roles.get(admission.roleArn);
  if (role?.known && role.value === null) return false;
  // The bare id of a deleted role, which a Put would be refused for: none of the roles that live has it.
  const bareId = admission.roleArn.startsWith("AROA");
  if (bareId && draft.binding.facets.workload?.roleArns.every((arn) => roles.get(arn)?.known)) return false;
  const id = accessPointIdOf(admission.accessPointArn);
  if (draft.withdrawn.has(id)) return false;
  // Old ones wait for their successor, so that one Put changes both.
  return draft.accessPoint === null || draft.accessPoint.id === id || !draft.former.includes(id);
}

function pairKey(admission: Admission): string {
  return `${admission.roleArn} ${admission.accessPointArn}`;
}

/** Roles of the workload that GetRole, or the policy itself, shows to exist; says what is wrong with others. */
function rolesThatExist(
  pass: FileSystemPass,
  draft: BindingDraft,
  own: readonly Admission[],
): { roles: string[]; complete: boolean } {
  const known = knownRoles(pass, own);
  const all = draft.binding.facets.workload!.roleArns;
  const roles = all.filter((roleArn) => isRoleUsable(pass, draft, roleArn, known));
  return { roles, complete: roles.length === all.length };
}

function isRoleUsable(pass: FileSystemPass, draft: BindingDraft, roleArn: string, known: ReadonlySet<string>): boolean {
  const reading = pass.input.observed.roles.get(roleArn);
  if (reading?.known && reading.value === null) {
    const message = `Role ${roleArn} of the workload does not exist, and a policy that names it would be refused: create it, or give the workload another role. IAM tells nobody here of a new role, so it is looked for at each sweep, or at once with mooring reconcile.`;
    draft.conditions.set("PolicyReady", "False", "RoleMissing", message);
    return false;
  }
  if (reading?.known || known.has(roleArn)) return true;
  if (reading) {
    draft.conditions.put("PolicyReady", unread(`role ${roleArn}`, reading.why, "iam:GetRole"));
    if (reading.why.transient)
      pass.endings.wait(pass.input.settings.backoffBaseMs, `role ${roleArn} could not be read`);
    else pass.endings.stall(`role ${roleArn} could not be read: ${reading.why.code}`);
  } else {
    draft.conditions.set("PolicyReady", "Unknown", "RoleNotRead", `Role ${roleArn} has not been read yet.`);
    pass.memory.checkRoles = true;
    pass.endings.wait(1, `role ${roleArn} must be read before it joins the policy`);
  }
  return false;
}

/** The policy shows a role by its ARN only while it exists, so its presence there proves it. */
function knownRoles(pass: FileSystemPass, own: readonly Admission[]): ReadonlySet<string> {
  const shown = own.map(({ roleArn }) => roleArn);
  const bareId = shown.some((role) => role.startsWith("AROA"));
  return new Set([
    ...shown,
    ...(bareId || pass.input.memory.checkRoles ? [] : (pass.input.memory.admittedRoles ?? [])),
  ]);
}

/**
 * A removal counts if it takes something away that we gave: not what another binding's deletion
 * ordered, not what names a vanished access point, not what a stranger wrote into our statement.
 */
function countsAsRemoval(
  pass: FileSystemPass,
  draft: BindingDraft,
  admission: Admission,
  wanted: readonly Admission[],
): boolean {
  const successor = wanted.find((one) => pairKey(one) === pairKey(admission));
  const specChanged = draft.previous?.observedGeneration !== draft.binding.metadata.generation;
  if (successor) return specChanged && !allows(successor.access, admission.access);
  if (pass.seen && !pass.seen.has(accessPointIdOf(admission.accessPointArn))) return false;
  const { givenPairs } = pass.input.memory;
  return givenPairs === undefined || givenPairs.includes(pairDigest(admission));
}

/** Short, as the memory of a key is small; a collision would only count one removal too many. */
export function pairDigest(admission: Admission): string {
  return digest([pairKey(admission)]).slice(0, 6);
}

/** A later binding took it over, and was deleted in its turn: what was left behind before goes with it. */
function isWithdrawn(owner: BindingDraft | undefined, accessPointId: string): boolean {
  return owner !== undefined && (owner.admit === "nothing" || owner.withdrawn.has(accessPointId));
}

/** What deleted bindings left behind on purpose stays admitted as it was. */
function sortRetained(
  pass: FileSystemPass,
  inForce: readonly Admission[],
  desired: DesiredAdmissions,
  withdrawn: (accessPointId: string) => boolean,
): void {
  for (const { roleArns, accessPointId, accessPointArn, access } of pass.retained) {
    if (withdrawn(accessPointId)) continue;
    for (const roleArn of roleArns) {
      const admission = { roleArn, accessPointArn, access };
      const role = pass.input.observed.roles.get(roleArn);
      if (!(role?.known && role.value === null)) desired.established.push(admission);
      else if (inForce.some((one) => admissionKey(one) === admissionKey(admission))) desired.removals.push(admission);
    }
  }
}
