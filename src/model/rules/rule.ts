import type { Fault, Home, Manifest } from "../validate.ts";
import type { BindingRecord, FileSystemRecord, Kind } from "../records.ts";

interface RuleBase {
  /** Stable, kebab-case: machines and the documentation refer to it. */
  id: string;
  appliesTo: readonly Kind[];
  /** Path of the field that the rule is about. `[]` behind a list: each element, or that field of each element, by itself. */
  field: string;
  /** Where the rule comes from: a section of AWS-FACTS with its tag, the design, or Kubernetes. */
  source: string;
  /** What is allowed and why, for the generated documentation. */
  states: string;
}

/** Another field's value, for rules that look at more than one. */
export interface RuleContext {
  /** Value at `path` as the client sent it; undefined = not sent. */
  get(path: string): unknown;
  home: Home;
}

/** One manifest, and which of its fields differ from a valid one. */
export interface ManifestExample {
  value: unknown;
  with: Record<string, unknown>;
}

/** A rule about one record by itself. */
export interface RecordRule extends RuleBase {
  scope: "record";
  /** Fields that must be present and of the right shape before the rule can be asked. */
  needs: readonly string[];
  /** Asked only if the schema found nothing wrong with the field. True = allowed. */
  check(value: unknown, context: RuleContext): boolean;
  message(value: unknown, context: RuleContext): string;
  examples: { good: readonly ManifestExample[]; bad: readonly ManifestExample[] };
}

/** A record that is about to be written, among those that exist. */
export interface Change {
  after: Manifest;
  before: BindingRecord | FileSystemRecord | undefined;
  /** Other Bindings on the same workload. */
  sameWorkload: readonly BindingRecord[];
  /** Other Bindings on the same FileSystem; for a FileSystem, all that name it. */
  sameFileSystem: readonly BindingRecord[];
  /** The FileSystem that a Binding names, if it exists. */
  fileSystem: FileSystemRecord | undefined;
  /** All FileSystems but the changed one. */
  otherFileSystems: readonly FileSystemRecord[];
}

export interface ChangeExample {
  says: string;
  after: Manifest;
  before?: BindingRecord | FileSystemRecord;
  bindings?: readonly BindingRecord[];
  fileSystems?: readonly FileSystemRecord[];
}

/** A rule about a record among the others. */
export interface AdmissionRule extends RuleBase {
  scope: "neighbours";
  /** What is wrong; empty = allowed. `field` overrides the rule's own. */
  check(change: Change): readonly (Pick<Fault, "value" | "message"> & { field?: string })[];
  examples: { good: readonly ChangeExample[]; bad: readonly ChangeExample[] };
}

export type Rule = RecordRule | AdmissionRule;

/** An example for the table: the field's value, and other fields where they matter. */
export function when(value: unknown, others: Record<string, unknown> = {}): ManifestExample {
  return { value, with: others };
}

/** A rule whose field the schema has already shown to be a `T`. */
export function recordRule<T>(rule: {
  id: string;
  appliesTo: readonly Kind[];
  field: string;
  needs?: readonly string[];
  source: string;
  states: string;
  check(value: T, context: RuleContext): boolean;
  message(value: T, context: RuleContext): string;
  good: readonly ManifestExample[];
  bad: readonly ManifestExample[];
}): RecordRule {
  const { good, bad, needs = [], ...rest } = rule;
  return {
    ...rest,
    scope: "record",
    needs,
    check: (value, context) => rule.check(value as T, context),
    message: (value, context) => rule.message(value as T, context),
    examples: { good, bad },
  };
}

/** A value as it is quoted in messages; long ones are cut, since a message is for people. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
