import type { FileSystemSpec } from "../model/records.ts";
import { isOurs, type PolicyDocument, sidPrefix, type Statement } from "./policy-document.ts";

/** What is written now; `policy.mode` says what is wanted, consent and history what may be done. */
export type EffectiveMode =
  | "Observe"
  | "Preserve"
  | "Enforce"
  /** Enforce is wanted, but `policy.confirm` does not name the file system: nothing is written. */
  | "Unconfirmed"
  /** Enforce was left without `policy.release`: it goes on as before. */
  | "EnforceKept"
  /** Enforce was left for Observe and released: our Denies go, our Allows stay, nobody joins. */
  | "Releasing";

/** `confirm` and `release` name the file system, so that a copied manifest consents to nothing. */
export function effectiveMode(
  { policy, fileSystemId }: FileSystemSpec,
  enforcedSinceMs: number | null,
  confines: boolean,
): EffectiveMode {
  const enforced = enforcedSinceMs !== null || confines;
  if (policy.mode === "Enforce") return enforced || policy.confirm === fileSystemId ? "Enforce" : "Unconfirmed";
  if (!enforced) return policy.mode;
  if (policy.release !== fileSystemId) return "EnforceKept";
  return policy.mode === "Observe" && confines ? "Releasing" : policy.mode;
}

export function isEnforcing(mode: EffectiveMode): boolean {
  return mode === "Enforce" || mode === "EnforceKept";
}

/** True if statements of ours deny something to roles; the TLS Deny alone confines nobody. */
export function confinesRoles(document: PolicyDocument | null, installation: string): boolean {
  const isConfining = (statement: Statement) =>
    isOurs(statement, installation) && statement.Effect === "Deny" && statement.Sid !== `${sidPrefix(installation)}tls`;
  return document !== null && document.statements.some(isConfining);
}
