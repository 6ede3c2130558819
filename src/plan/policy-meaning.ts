import type { ObservedPolicy } from "../model/observations.ts";
import { canonicalDocument, NO_ROLE_NAMES, type RoleNames } from "./policy-canonical.ts";
import { parsePolicy } from "./policy-document.ts";

/**
 * True if two policy texts mean the same and say the same about who owns which statement. Order,
 * scalars against arrays, `{"AWS":"*"}` against `"*"`, and account ids against root ARNs do not
 * count: EFS rewrites all of these. Texts that are no policy documents are equal only if identical.
 *
 * The reconciler compares by this when it re-reads just before a Put.
 */
export function samePolicyMeaning(
  a: ObservedPolicy,
  b: ObservedPolicy,
  installation: string,
  names: RoleNames = NO_ROLE_NAMES,
): boolean {
  if (a === b) return true;
  const left = parsePolicy(a);
  const right = parsePolicy(b);
  if (left === "unreadable" || right === "unreadable") return false;
  return canonicalDocument(left, installation, names) === canonicalDocument(right, installation, names);
}
