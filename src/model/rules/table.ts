import { ADMISSION_RULES } from "./admission-rules.ts";
import { DIRECTORY_RULES } from "./directory-rules.ts";
import { ECS_RULES } from "./ecs-rules.ts";
import { FILE_SYSTEM_RULES } from "./file-system-rules.ts";
import { METADATA_RULES } from "./metadata-rules.ts";
import type { RecordRule, Rule } from "./rule.ts";
import { WORKLOAD_RULES } from "./workload-rules.ts";

/** Rules about one record by itself. */
export const RECORD_RULES: readonly RecordRule[] = [
  ...METADATA_RULES,
  ...WORKLOAD_RULES,
  ...ECS_RULES,
  ...DIRECTORY_RULES,
  ...FILE_SYSTEM_RULES,
];

/**
 * Every rule of AWS, Kubernetes and Mooring itself that can be known before a call is made.
 *
 * Types, required fields, unknown fields and enumerated values are the schemas' part and come on top.
 */
export const RULES: readonly Rule[] = [...RECORD_RULES, ...ADMISSION_RULES];

export { ADMISSION_RULES };
