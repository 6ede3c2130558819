import { adoptionOf } from "../model/adoption.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { sayMismatch } from "./plan-adoption.ts";
import { type Admission, admissionKey } from "./policy-admissions.ts";
import { canonicalStatement, canonicalStatements } from "./policy-canonical.ts";
import type { Statement } from "./policy-document.ts";
import { statementsOf } from "./policy-statements.ts";
import type { PolicyView } from "./policy-view.ts";

/**
 * The foreign statements that stay beside a document with these admissions: all but those that a
 * binding's annotation names by Sid and whose grant, exactly, the document makes for that binding.
 */
export function withoutAdopted(
  pass: FileSystemPass,
  view: PolicyView,
  foreign: readonly Statement[],
  admissions: readonly Admission[],
): Statement[] {
  const given = new Set(admissions.map(admissionKey));
  const replaced = new Set<Statement>();
  for (const draft of pass.drafts) {
    const own = admissionsOf(draft);
    if (own.length === 0 || !own.every((admission) => given.has(admissionKey(admission)))) continue;
    const grants = grantsOf(pass, view, own);
    for (const one of namedBy(draft, foreign))
      if (grants.includes(canonicalStatement(one, view.names))) replaced.add(one);
  }
  return foreign.filter((one) => !replaced.has(one));
}

/** Says which named statements grant something else: those stay as they are. */
export function judgeNamedStatements(pass: FileSystemPass, view: PolicyView, foreign: readonly Statement[]): void {
  for (const draft of pass.drafts) {
    const own = admissionsOf(draft);
    if (own.length === 0) continue;
    const grants = grantsOf(pass, view, own);
    const other = namedBy(draft, foreign).find((one) => !grants.includes(canonicalStatement(one, view.names)));
    if (other === undefined) continue;
    const sides = `This binding's own statement grants ${grants.join(" and ")}; statement ${String(other.Sid)} grants ${canonicalStatement(other, view.names)}`;
    const advice = "Edit that statement, or this binding, so that both say the same";
    sayMismatch(draft.conditions, null, `${sides}. ${advice}`);
  }
}

function namedBy({ binding }: BindingDraft, foreign: readonly Statement[]): Statement[] {
  const sids = adoptionOf(binding)?.sids ?? [];
  return foreign.filter(({ Sid }) => typeof Sid === "string" && sids.includes(Sid));
}

/** Whom the binding's own statement would let in. */
function admissionsOf(draft: BindingDraft): Admission[] {
  const { binding, seen, admit, mayAct } = draft;
  if (isLeaving(draft) || !mayAct || admit !== "wanted" || seen === null) return [];
  const { access } = binding.spec;
  return (binding.facets.workload?.roleArns ?? []).map((roleArn) => ({
    roleArn,
    accessPointArn: seen.accessPointArn,
    access,
  }));
}

/** Meanings of the statements that admit these and nobody else. */
function grantsOf(pass: FileSystemPass, view: PolicyView, admissions: readonly Admission[]): string[] {
  const { installation } = pass.input.settings;
  const only = { installation, fileSystemArn: pass.arn, admissions, confine: false, requireTls: false };
  return canonicalStatements(statementsOf({ ...only, unconfined: view.unconfined }), view.names);
}
