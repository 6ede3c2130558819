import type { Action } from "../model/actions.ts";
import type { FileSystemObservation } from "./file-system-input.ts";
import type { LambdaObservation } from "./lambda-input.ts";

/** Stands for an id that only AWS can give. */
export const KNOWN_AFTER_APPLY = "(known after apply)";

/** What the file system would look like after `action`; pure, for the dry-run's fixed point. */
export function applyToFileSystem(_observed: FileSystemObservation, _action: Action): FileSystemObservation {
  throw new Error("not written yet");
}

export function applyToLambda(_observed: LambdaObservation, _action: Action): LambdaObservation {
  throw new Error("not written yet");
}
