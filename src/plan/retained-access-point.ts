import type { ObservedAccessPoint } from "../model/observations.ts";
import { TAGS } from "../model/records.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";

/** Set in `retained`'s stead once another binding has taken the access point over: tags are only ever added here. */
export const NOT_RETAINED: Readonly<Record<string, string>> = { [TAGS.retained]: "false" };

/** True if a binding of this installation left it behind (deletionPolicy Retain), and is gone itself. */
export function isLeftBehind({ input, drafts }: FileSystemPass, { tags }: ObservedAccessPoint): boolean {
  const { [TAGS.installation]: installation, [TAGS.retained]: retained, [TAGS.binding]: uid } = tags;
  if (installation !== input.settings.installation || retained !== "true") return false;
  return !drafts.some(({ binding }) => binding.metadata.uid === uid);
}

/**
 * From here on the binding itself admits the roles of its workload, so they need not be remembered as left behind.
 * Other roles, which may still mount it, stay admitted as they were.
 */
export function takeFromRetained(
  pass: FileSystemPass,
  draft: BindingDraft,
  { accessPointId }: ObservedAccessPoint,
): void {
  if (!draft.mayAct || !pass.retained.some((entry) => entry.accessPointId === accessPointId)) return;
  const admitted = new Set(draft.binding.facets.workload?.roleArns ?? []);
  pass.retained = pass.retained.flatMap((entry) => {
    if (entry.accessPointId !== accessPointId) return [entry];
    const roleArns = entry.roleArns.filter((role) => !admitted.has(role));
    return roleArns.length === 0 ? [] : [{ ...entry, roleArns }];
  });
}
