import type { PutFileSystemPolicyAction } from "../model/actions.ts";
import { judgeNamedStatements, withoutAdopted } from "./adopt-statements.ts";
import { ANNOTATIONS } from "../model/records.ts";
import { blastRadius } from "./blast-radius.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { accessPointIdOf, type Admission, admissionKey } from "./policy-admissions.ts";
import { canonicalStatements } from "./policy-canonical.ts";
import { newcomersThatFit } from "./policy-capacity.ts";
import { desiredAdmissions, type DesiredAdmissions, givenBefore, type NewcomerAdmissions } from "./policy-desired.ts";
import { POLICY_CHARACTERS_MAX, renderPolicy, type Statement } from "./policy-document.ts";
import { isFirstConfinement, isPutAgain, losers, lossSentence, maySay } from "./policy-clients.ts";
import { mergeForeign, stillLost } from "./policy-merge.ts";
import { isEnforcing } from "./policy-mode.ts";
import { statementsOf, type StatementsInput, tlsStatement } from "./policy-statements.ts";
import { isAsPut } from "./policy-recency.ts";
import { type PolicyInForce, policyInForce } from "./policy-verified.ts";
import { type PolicyView, writesPolicy } from "./policy-view.ts";

/** What the policy part of a pass decided. */
export interface PolicyPlan {
  view: PolicyView;
  put: PutFileSystemPolicyAction | null;
  /** What our statements should admit, newcomers that fit included. */
  admissions: Admission[];
  judged: PolicyInForce;
  withheld: { count: number; planHash: string } | null;
  /** Newcomers for whom there is no room, by binding uid. */
  refused: ReadonlySet<string>;
  /** Longest document allowed before a newcomer is refused. */
  room: { needed: number; limit: number; free: number };
  orphans: Admission[];
  /** Foreign statements that a Put of ours replaced unseen and that do not stand in the policy yet. */
  lost: Statement[];
}

/** Decides the one document that all bindings of the file system share. */
export function planPolicy(pass: FileSystemPass, view: PolicyView): PolicyPlan {
  const desired = desiredAdmissions(pass, view.text === null ? givenBefore(pass) : view.inForce);
  if (view.mode === "Releasing") Object.assign(desired, { established: view.inForce, newcomers: [], removals: [] });
  const merged = mergeForeign({ ...mergeWindow(pass), foreign: view.foreign });
  const beside = (admissions: readonly Admission[]) => withoutAdopted(pass, view, merged, admissions);
  const document = (admissions: readonly Admission[]) => documentOf(pass, view, beside(admissions), admissions);
  const fitted = admitNewcomers(pass, desired, document);
  const { removed, held, withheld } = limitRemovals(pass, view, desired, fitted.admissions);
  // What is held back takes its room in the document: who joins must fit beside it.
  const { admissions, refused, room } = withheld ? admitNewcomers(pass, withHeld(desired, held), document) : fitted;
  const wanted = statementsInput(pass, view, admissions);
  const { policy, ours } = document(admissions);
  const foreign = beside(admissions);
  judgeNamedStatements(pass, view, foreign);
  const put =
    isDue(pass, view, ours, foreign) && !isWorthWaiting(pass, view, foreign, admissions) && maySay(pass, view)
      ? putAction(pass, view, { policy, ours, foreign, admissions, removed })
      : null;
  return {
    view,
    put,
    admissions,
    judged: policyInForce(view.ours, view.inForce, wanted, view.names),
    withheld,
    refused,
    room,
    orphans: desired.orphans,
    lost: stillLost(merged, view.foreign),
  };
}

function mergeWindow({ input }: FileSystemPass) {
  return {
    installation: input.settings.installation,
    edits: input.foreignPolicyEdits,
    puts: input.memory.policyPuts ?? [],
    waiting: input.memory.lostForeign ?? [],
    callDeadlineMs: input.settings.callDeadlineMs,
    staleMs: input.settings.absenceGapMs,
  };
}

function statementsInput(pass: FileSystemPass, view: PolicyView, admissions: readonly Admission[]): StatementsInput {
  const confine = isEnforcing(view.mode);
  const requireTls = confine && pass.input.fileSystem.spec.policy.requireTls;
  const { installation } = pass.input.settings;
  return { installation, fileSystemArn: pass.arn, admissions, confine, unconfined: view.unconfined, requireTls };
}

interface Candidate {
  policy: string;
  ours: readonly Statement[];
}

/**
 * Foreign statements as they were, in their order, then ours. A document that would be left empty
 * keeps a TLS Deny: to delete the policy would admit everyone.
 */
function documentOf(
  pass: FileSystemPass,
  view: PolicyView,
  foreign: readonly Statement[],
  admissions: readonly Admission[],
): Candidate {
  const input = statementsInput(pass, view, admissions);
  const planned = statementsOf(input);
  const ours = planned.length === 0 && foreign.length === 0 ? [tlsStatement(input)] : planned;
  const head = view.document?.head ?? {
    Version: "2012-10-17",
    Id: `mooring-${pass.input.fileSystem.spec.fileSystemId}`,
  };
  return { policy: renderPolicy({ head, statements: [...foreign, ...ours] }), ours };
}

/** Who was there before is never weighed; newcomers must leave the room that one replacement needs. */
function admitNewcomers(
  pass: FileSystemPass,
  desired: DesiredAdmissions,
  document: (admissions: readonly Admission[]) => Candidate,
) {
  const returning = desired.newcomers.filter(({ wasAdmitted, replaces }) => wasAdmitted || replaces);
  const fresh = desired.newcomers.filter((newcomer) => !returning.includes(newcomer));
  const base = (admitted: readonly NewcomerAdmissions[]) => {
    const chosen = new Set(admitted);
    return [
      ...desired.established,
      ...desired.newcomers.flatMap((one) => (chosen.has(one) ? one.admissions : one.fallback)),
    ];
  };
  const length = (admitted: readonly NewcomerAdmissions[]) => document(base(admitted)).policy.length;
  const limit = POLICY_CHARACTERS_MAX - replacementRoom(pass, desired);
  const back = newcomersThatFit(returning, (admitted) => length(admitted) <= POLICY_CHARACTERS_MAX);
  const joined = newcomersThatFit(fresh, (admitted) => length([...back, ...admitted]) <= limit);
  const admitted = [...back, ...joined];
  const left = desired.newcomers.filter((newcomer) => !admitted.includes(newcomer));
  const taken = length(admitted);
  const needed = left.length === 0 ? taken : length([...admitted, left[0]!]);
  return {
    admissions: base(admitted),
    refused: new Set(left.map(({ draft }) => draft.binding.metadata.uid)),
    room: { needed, limit, free: Math.max(0, limit - taken) },
  };
}

/** Lists in which an access point stands at most: one Allow and three Denies, for each of its roles. */
const LISTS_PER_ROLE_MAX = 4;

/** Characters kept free so that one access point can be listed beside its successor. */
function replacementRoom(pass: FileSystemPass, desired: DesiredAdmissions): number {
  const all = [...desired.established, ...desired.newcomers.flatMap(({ admissions }) => admissions)];
  const roles = new Map<string, Set<string>>();
  for (const { accessPointArn, roleArn } of all)
    roles.set(accessPointArn, (roles.get(accessPointArn) ?? new Set()).add(roleArn));
  const rolesMax = Math.max(1, ...[...roles.values()].map((set) => set.size));
  const arnLength = Math.max(0, ...all.map(({ accessPointArn }) => accessPointArn.length));
  return rolesMax * LISTS_PER_ROLE_MAX * (arnLength + 3);
}

/** Holds back removals that are suspiciously many; what was held back stays admitted. */
function limitRemovals(
  pass: FileSystemPass,
  view: PolicyView,
  desired: DesiredAdmissions,
  admitted: readonly Admission[],
) {
  const kept = new Set(admitted.map(admissionKey));
  const removed = desired.removals.filter((admission) => !kept.has(admissionKey(admission)));
  const confirmed = pass.input.fileSystem.metadata.annotations[ANNOTATIONS.confirmRemoval];
  const radius = blastRadius(removed.map(admissionKey), pass.input.removalsLastHour, view.inForce.length, confirmed);
  if (!radius.withheld) return { removed, held: [], withheld: null };
  pass.endings.stall(`${removed.length} removals from the file system policy wait for confirmation`);
  return { removed: [], held: removed, withheld: { count: removed.length, planHash: radius.planHash } };
}

/** A newcomer that falls back to what it had does so without what is held back anyway. */
function withHeld(desired: DesiredAdmissions, held: readonly Admission[]): DesiredAdmissions {
  const keys = new Set(held.map(admissionKey));
  const newcomers = desired.newcomers.map((one) => ({
    ...one,
    fallback: one.fallback.filter((admission) => !keys.has(admissionKey(admission))),
  }));
  return { ...desired, established: [...desired.established, ...held], newcomers };
}

function isDue(
  { input: { observed } }: FileSystemPass,
  view: PolicyView,
  ours: readonly Statement[],
  foreign: readonly Statement[],
): boolean {
  if (!writesPolicy(view)) return false;
  // Their tags alone tell that the store was put back to an older state: unread, nobody knows what these records are worth.
  if (!observed.accessPoints.known) return false;
  // The first Put takes away the default that admits everyone: not before it gives somebody something.
  if (view.text === null && !ours.some(({ Effect }) => Effect === "Allow")) return false;
  if (foreign.length !== view.foreign.length || foreign.some((one, index) => one !== view.foreign[index])) return true;
  return !sameMeaning(canonicalStatements(view.ours, view.names), canonicalStatements(ours, view.names));
}

/**
 * True if more is about to join and nothing that stands in the policy is damaged: the next pass then
 * puts one document for all. Either access points are made for the first time in this very pass, or
 * nobody is admitted yet and a workload has not been judged (with the mount targets that the first pass
 * records). A create that fails starves nobody, as only its first attempt counts.
 */
function isWorthWaiting(
  pass: FileSystemPass,
  view: PolicyView,
  foreign: readonly Statement[],
  admissions: readonly Admission[],
): boolean {
  const isExpected = admissions.length === 0 && pass.drafts.some((draft) => !isLeaving(draft) && !isJudged(draft));
  if (foreign.length !== view.foreign.length || !(isExpected || pass.drafts.some(isFirstAttempt))) return false;
  const tls = view.ours.some(
    ({ Sid }) => Sid === tlsStatement({ installation: pass.input.settings.installation, fileSystemArn: pass.arn }).Sid,
  );
  const undamaged = statementsOf({ ...statementsInput(pass, view, view.inForce), requireTls: tls });
  return sameMeaning(canonicalStatements(view.ours, view.names), canonicalStatements(undamaged, view.names));
}

function isJudged({ binding }: BindingDraft): boolean {
  const { workload } = binding.facets;
  return workload?.conditions.some(({ type, status }) => type === "MountConfigured" && status !== "Unknown") ?? false;
}

function isFirstAttempt({ previous, mayAct, creates }: BindingDraft): boolean {
  const said = previous?.conditions.find(({ type }) => type === "AccessPointReady")?.reason;
  const isFirst = !previous || said === "WaitingForWorkload" || said === "FileSystemNotAvailable";
  return isFirst && mayAct && creates.some(({ type }) => type === "CreateAccessPoint");
}

function sameMeaning(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((meaning, index) => meaning === b[index]);
}

interface PutContent extends Candidate {
  foreign: readonly Statement[];
  admissions: readonly Admission[];
  removed: readonly Admission[];
}

/** null if the document is larger than AWS takes: then what is in force stays in force. */
function putAction(pass: FileSystemPass, view: PolicyView, content: PutContent): PutFileSystemPolicyAction | null {
  const { policy, ours, foreign } = content;
  const { fileSystemId } = pass.input.fileSystem.spec;
  if (policy.length > POLICY_CHARACTERS_MAX) {
    pass.conditions.set(
      "PolicyReady",
      "False",
      "PolicyCapacity",
      `The policy would need ${policy.length} of ${POLICY_CHARACTERS_MAX} characters; it is left as it is. Remove foreign statements or bindings, or use another file system.`,
    );
    pass.endings.stall("the policy would be larger than AWS allows");
    return null;
  }
  return {
    type: "PutFileSystemPolicy",
    target: pass.arn,
    why: whyPut(pass, view, content),
    bindings: pass.drafts
      .filter((draft) => draft.admit !== "asInForce" || losesStatements(draft, view, content.admissions))
      .map(({ name }) => name)
      .sort(),
    before:
      view.text === null
        ? null
        : { statements: { ours: view.ours.length, foreign: view.foreign.length }, policy: view.text },
    after: {
      statements: { ours: ours.length, foreign: foreign.length },
      policy,
      ...lossReport(pass, view, content.admissions),
    },
    removes: content.removed.length,
    fileSystemId,
    policy,
    basedOn: view.text,
    statements: { ours: ours.length, foreign: foreign.length },
    ...(isAsPut(pass, view.ours) ? { isOursIntact: true } : {}),
  };
}

/** True if an access point of this binding (a retired one, too) is taken out of the policy. */
function losesStatements(draft: BindingDraft, view: PolicyView, admissions: readonly Admission[]): boolean {
  const own = new Set([draft.accessPoint?.id, ...draft.retiring.map(({ accessPointId }) => accessPointId)]);
  const stays = new Set(admissions.map(({ accessPointArn }) => accessPointArn));
  return view.inForce.some(
    ({ accessPointArn }) => !stays.has(accessPointArn) && own.has(accessPointIdOf(accessPointArn)),
  );
}

const POLICY_DELETED = "The policy was deleted, and without one EFS admits everybody who reaches it";

function whyPut(pass: FileSystemPass, view: PolicyView, { foreign, removed, admissions }: PutContent): string {
  if (isEnforcing(view.mode) && isFirstConfinement(pass.input)) {
    if (admissions.length === 0) return "TLS is required: from now on clients without it cannot mount";
    const first = isPutAgain(pass, view)
      ? `${POLICY_DELETED}.`
      : view.text === null
        ? "First policy of this file system: from now on only those whom a policy allows can mount."
        : "First statements of mode Enforce: from now on the bound roles can mount their own access points only.";
    return first + lossSentence(pass, losers(pass, view, admissions));
  }
  if (view.text === null) return POLICY_DELETED;
  if (foreign.length < view.foreign.length)
    return "Statements that bindings adopt give way to ours, which grant exactly the same";
  if (foreign.length > view.foreign.length) return "A foreign statement that our last Put replaced unseen is put back";
  if (removed.length > 0)
    return `Our statements change; ${removed.length === 1 ? "one admission is" : `${removed.length} admissions are`} taken out`;
  return "Our statements in the policy are not what the bindings ask for";
}

/** Consent is asked for the first Put, so it says who is known to lose access by it. */
function lossReport(
  pass: FileSystemPass,
  view: PolicyView,
  admissions: readonly Admission[],
): { wouldLoseAccess?: string[] } {
  const isFirst = isEnforcing(view.mode) && isFirstConfinement(pass.input) && admissions.length > 0;
  const names = isFirst ? losers(pass, view, admissions) : null;
  return names === null ? {} : { wouldLoseAccess: names };
}
