import type { BindingRecord } from "../model/records.ts";

/** `<namespace>/<name>`, as the history and messages name a Binding. */
export function nameOf(binding: BindingRecord | undefined): string {
  return binding === undefined ? "" : `${binding.metadata.namespace}/${binding.metadata.name}`;
}
