import type { FileSystemMemory } from "./file-system-input.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import { canonicalStatements, NO_ROLE_NAMES } from "./policy-canonical.ts";
import { digest } from "./digest.ts";
import { isOurs, parsePolicy, type Statement } from "./policy-document.ts";

const DIGEST_CHARACTERS = 16;

/** How soon a policy that does not show our newest Put is read again, ms. */
const READ_AGAIN_MS = 1_000;

/**
 * How long to wait for another read before this policy may be believed, ms; null = it may be.
 *
 * An answer of AWS's may be some seconds old (`absenceGap`). Until so long after our newest Put a policy whose
 * statements of ours are not those of that Put may be the one from before it; so may be the list of access points that
 * was read beside it, and then a Put of both would take out whoever joined last. Somebody who changed our statements
 * in just these seconds has them for a few seconds more.
 */
export function untilRecentMs({ input, memory }: FileSystemPass, ours: readonly Statement[]): number | null {
  const newest = memory.policyPuts?.at(-1);
  if (newest?.ours === undefined) return null;
  const { readAtMs } = input.observed.policy;
  const ageMs = readAtMs - (newest.seenAtMs ?? readAtMs);
  // A clock that went back tells nothing.
  const isOpen = readAtMs >= newest.putAtMs && ageMs >= 0 && ageMs < input.settings.absenceGapMs;
  if (!isOpen || meaningOf(ours) === newest.ours) return null;
  return Math.min(READ_AGAIN_MS, input.settings.absenceGapMs - ageMs);
}

/** True if our statements in force are those of our newest Put, so that whatever is due was not done to them. */
export function isAsPut({ memory }: FileSystemPass, ours: readonly Statement[]): boolean {
  return memory.policyPuts?.at(-1)?.ours === meaningOf(ours);
}

/** A short digest of what our statements in a policy text mean. */
export function oursIn(policy: string, installation: string): string {
  const document = parsePolicy(policy);
  const statements = document === null || document === "unreadable" ? [] : document.statements;
  return meaningOf(statements.filter((statement) => isOurs(statement, installation)));
}

function meaningOf(ours: readonly Statement[]): string {
  return digest(canonicalStatements(ours, NO_ROLE_NAMES)).slice(0, DIGEST_CHARACTERS);
}

/** The memory of a plan whose Put was not made after all: it stands nowhere, and it replaced nothing. */
export function withoutNewestPut(memory: FileSystemMemory): FileSystemMemory {
  return { ...memory, policyPuts: memory.policyPuts?.slice(0, -1) ?? [] };
}
