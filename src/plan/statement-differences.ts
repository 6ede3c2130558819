import { canonicalStatement, type RoleNames } from "./policy-canonical.ts";
import type { Statement } from "./policy-document.ts";

/**
 * In what two statements differ in meaning, member by member, for people: "Action: it has …; wanted is …".
 * Empty = they mean the same, whatever their Sids.
 */
export function statementDifferences(has: Statement, wants: Statement, names: RoleNames): string[] {
  const [found, wanted] = [has, wants].map((one) => JSON.parse(canonicalStatement(one, names)) as Statement);
  const members = [...new Set([...Object.keys(found!), ...Object.keys(wanted!)])].sort();
  return members.flatMap((member) => {
    const [a, b] = [shown(found![member]), shown(wanted![member])];
    return a === b ? [] : [`${member}: it has ${a}; wanted is ${b}`];
  });
}

function shown(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
