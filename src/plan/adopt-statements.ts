import { adoptionOf } from "../model/adoption.ts";
import { type BindingDraft, type FileSystemPass, isLeaving } from "./file-system-pass.ts";
import { sayMismatch } from "./plan-adoption.ts";
import { type Admission, admissionKey } from "./policy-admissions.ts";
import { canonicalStatement, canonicalStatements } from "./policy-canonical.ts";
import type { Statement } from "./policy-document.ts";
import { statementsOf } from "./policy-statements.ts";
import type { PolicyView } from "./policy-view.ts";
import { statementDifferences } from "./statement-differences.ts";

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
    const named = namedBy(draft, foreign);
    const own = named.length === 0 ? [] : admissionsOf(draft);
    if (own.length === 0 || !own.every((admission) => given.has(admissionKey(admission)))) continue;
    const grants = canonicalStatements(ownStatements(pass, view, own), view.names);
    for (const one of named) if (grants.includes(canonicalStatement(one, view.names))) replaced.add(one);
  }
  return foreign.filter((one) => !replaced.has(one));
}

/** Says which named statements grant something else, and in what: those stay as they are. */
export function judgeNamedStatements(pass: FileSystemPass, view: PolicyView, foreign: readonly Statement[]): void {
  for (const draft of pass.drafts) {
    const named = namedBy(draft, foreign);
    const own = named.length === 0 ? [] : admissionsOf(draft);
    if (own.length === 0) continue;
    const grants = ownStatements(pass, view, own);
    const differs = (one: Statement) => grants.map((grant) => statementDifferences(one, grant, view.names));
    const other = named.find((one) => differs(one).every(({ length }) => length > 0));
    if (other === undefined) continue;
    // Of several that the binding needs, the one that it comes nearest to.
    const [nearest = []] = differs(other).sort((a, b) => a.length - b.length);
    const sides = `Statement ${String(other.Sid)} grants something else than this binding's own. ${nearest.join("; ")}`;
    sayMismatch(draft.conditions, null, `${sides}. Edit that statement, or this binding, so that both say the same`);
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

/** The statements that admit these and nobody else. */
function ownStatements(pass: FileSystemPass, view: PolicyView, admissions: readonly Admission[]): readonly Statement[] {
  const { installation } = pass.input.settings;
  const only = { installation, fileSystemArn: pass.arn, admissions, confine: false, requireTls: false };
  return statementsOf({ ...only, unconfined: view.unconfined });
}
