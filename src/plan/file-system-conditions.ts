import { TAGS } from "../model/records.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import { isBelievedAbsent } from "./absent-access-point.ts";
import { leakedCreates } from "./leaked-creates.ts";
import { ownersOf } from "./policy-desired.ts";

/** Ids named in one message at most. */
const NAMED_MAX = 10;

/** What concerns the file system as a whole: objects without a record, and its own deletion. */
export function judgeFileSystem(pass: FileSystemPass, orphanedStatements: number): void {
  forgetVanishedRetained(pass);
  const orphans = orphanedAccessPoints(pass);
  if (orphans.length > 0 || orphanedStatements > 0) {
    const shown =
      orphans.slice(0, NAMED_MAX).join(", ") +
      (orphans.length > NAMED_MAX ? ` and ${orphans.length - NAMED_MAX} more` : "");
    const what = [
      orphans.length > 0 ? `access points ${shown}` : "",
      orphanedStatements > 0 ? `${orphanedStatements} admissions in the policy` : "",
    ];
    const message = `No record explains ${what.filter(Boolean).join(" and ")}, though they carry this installation's marks. They are left as they are: delete them yourself if nothing needs them.`;
    pass.conditions.set("Orphaned", "True", "NoRecord", message);
  }
  const { metadata } = pass.input.fileSystem;
  if (metadata.deletionTimestamp === undefined) return;
  const names = pass.drafts.map(({ name }) => name).sort();
  if (names.length === 0) return;
  const shown =
    names.slice(0, NAMED_MAX).join(", ") + (names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "");
  pass.conditions.set(
    "InUse",
    "True",
    "BindingsLeft",
    `The record goes once no Binding names it; delete ${shown} first.`,
  );
}

function forgetVanishedRetained(pass: FileSystemPass): void {
  if (pass.seen === null) return;
  pass.retained = pass.retained.filter(
    ({ accessPointId }) => pass.seen!.has(accessPointId) || !isBelievedAbsent(pass, accessPointId),
  );
}

/** Carries our installation's tag, and no record says why. */
function orphanedAccessPoints(pass: FileSystemPass): string[] {
  const owners = ownersOf(pass);
  const retained = new Set(pass.retained.map(({ accessPointId }) => accessPointId));
  const leaked = new Set(leakedCreates(pass).map(({ own }) => own.accessPointId));
  return [...(pass.seen?.values() ?? [])]
    .filter(
      ({ tags, lifeCycleState }) =>
        tags[TAGS.installation] === pass.input.settings.installation && lifeCycleState !== "deleting",
    )
    .map(({ accessPointId }) => accessPointId)
    .filter((id) => !owners.has(id) && !retained.has(id) && !leaked.has(id))
    .sort();
}
