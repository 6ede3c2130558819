import { policyCapacity } from "./capacity-admission.ts";
import { noOverlapAcrossNamespaces, sharedDirectoryOwner } from "./directory-admission.ts";
import { oneMountPerContainerPath } from "./ecs-admission.ts";
import { forceReleaseNamesUid, immutableFields } from "./identity-admission.ts";
import type { AdmissionRule } from "./rule.ts";
import { fileSystemNotBeingDeleted, oneBindingPerFunction, oneRecordPerFileSystem } from "./uniqueness-admission.ts";

/** Rules about a record among the others. */
export const ADMISSION_RULES: readonly AdmissionRule[] = [
  immutableFields,
  oneBindingPerFunction,
  oneMountPerContainerPath,
  sharedDirectoryOwner,
  noOverlapAcrossNamespaces,
  fileSystemNotBeingDeleted,
  oneRecordPerFileSystem,
  forceReleaseNamesUid,
  policyCapacity,
];
