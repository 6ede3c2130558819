import { canonicalStatements, NO_ROLE_NAMES } from "../../plan/policy-canonical.ts";
import { isOurs, parsePolicy, renderPolicy, type Statement } from "../../plan/policy-document.ts";

/** Everybody else's statements in a policy's text; none if there is no policy, or none that can be read. */
export function foreignStatements(policy: string | undefined, installation: string): Statement[] {
  return statementsOf(policy).filter((statement) => !isOurs(statement, installation));
}

/** The document with these statements added, unless statements of the same Sids are there. */
export function withStatements(policy: string, statements: readonly Statement[]): string {
  const document = parsePolicy(policy);
  if (document === null || document === "unreadable") throw new Error(`not a policy: ${policy}`);
  const present = new Set(document.statements.map((statement) => statement.Sid));
  const added = statements.filter((statement) => !present.has(statement.Sid));
  return renderPolicy({ ...document, statements: [...document.statements, ...added] });
}

function statementsOf(policy: string | undefined): Statement[] {
  const document = parsePolicy(policy ?? null);
  return document === null || document === "unreadable" ? [] : document.statements;
}

/** True if `now` means everything that our statements in `before` meant; order and strangers do not count. */
export function holdsOurs(now: string | undefined, before: string | undefined, installation: string): boolean {
  const meaning = (policy: string | undefined): string[] =>
    canonicalStatements(
      statementsOf(policy).filter((statement) => isOurs(statement, installation)),
      NO_ROLE_NAMES,
    );
  const present = new Set(meaning(now));
  return meaning(before).every((statement) => present.has(statement));
}

/**
 * The document with one of our Denies turned into an Allow: small to look at, and it undoes a role's confinement.
 *
 * @returns null if the policy holds no Deny of ours that confines a role.
 */
export function withDenyTurned(
  policy: string | undefined,
  installation: string,
): { policy: string; sid: string } | null {
  const document = parsePolicy(policy ?? null);
  if (document === null || document === "unreadable") return null;
  const index = document.statements.findIndex(
    (s) => isOurs(s, installation) && s.Effect === "Deny" && String(s.Sid).includes("-deny-"),
  );
  const victim = document.statements[index];
  if (victim === undefined) return null;
  const statements = document.statements.with(index, { ...victim, Effect: "Allow" });
  return { policy: renderPolicy({ ...document, statements }), sid: String(victim.Sid) };
}
