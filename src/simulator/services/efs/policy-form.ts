/**
 * How EFS stores a policy and shows it again. What comes back means the same as what was put and
 * looks different: a Sid, Version or Resource left out is filled in, lists of one become scalars, the order of keys
 * and actions is EFS's own, and a principal that is gone shows as the unique id it had.
 */
import {
  asList,
  principalEntries,
  type RawPolicy,
  type RawPrincipal,
  type RawStatement,
} from "../../access/policy-document.ts";
import type { EfsContext } from "./state.ts";

/** The document with everything filled in, and the unique id of every role and user it names. */
export function stored(
  { world }: EfsContext,
  policy: RawPolicy,
  fileSystemArn: string,
): { document: RawPolicy; ids: Record<string, string> } {
  const iam = world.service("iam");
  const ids: Record<string, string> = {};
  const principal = (raw: RawPrincipal): RawPrincipal => {
    const lists: Record<string, string[]> = {};
    for (const { type, value } of principalEntries(raw)) {
      const arn = /^\d{12}$/.test(value) ? `arn:${world.partition}:iam::${value}:root` : (iam.arnOf(value) ?? value);
      const id = type === "AWS" ? iam.idOf(arn) : undefined;
      if (id !== undefined) ids[arn] = id;
      (lists[type] ??= []).push(arn);
    }
    return lists;
  };
  const statements = asList(policy.Statement).map((raw) => ({
    Sid: raw.Sid ?? `efs-statement-${world.clock.uuid()}`,
    Effect: raw.Effect ?? "",
    ...(raw.Principal !== undefined && { Principal: principal(raw.Principal) }),
    ...(raw.NotPrincipal !== undefined && { NotPrincipal: principal(raw.NotPrincipal) }),
    ...rest(raw, fileSystemArn),
  }));
  // No Id is made up: Terraform's acceptance tests on AWS see none where none was given (terraform-provider-aws,
  // TestAccEFSFileSystemPolicy_equivalentPoliciesIAMPolicyDoc, whose comparison would report one).
  const { Version = "2012-10-17", Id } = policy;
  return { document: { Version, ...(Id !== undefined && { Id }), Statement: statements }, ids };
}

function rest(raw: RawStatement, fileSystemArn: string): RawStatement {
  const resource =
    raw.NotResource === undefined ? { Resource: raw.Resource ?? fileSystemArn } : { NotResource: raw.NotResource };
  const action = raw.Action === undefined ? { NotAction: asList(raw.NotAction) } : { Action: asList(raw.Action) };
  return { ...action, ...resource, ...(raw.Condition && { Condition: raw.Condition }) };
}

/** Of each stored document how it was last shown, and which of its principals were gone then. */
const lastShown = new WeakMap<RawPolicy, { gone: string; policy: RawPolicy }>();

/**
 * The stored document as it means today: principals that are gone are their unique ids. The same object as before as
 * long as that does not change; nobody writes into it.
 */
export function current({ world }: EfsContext, document: RawPolicy, ids: Readonly<Record<string, string>>): RawPolicy {
  const iam = world.service("iam");
  const isGone = (value: string): boolean => ids[value] !== undefined && iam.idOf(value) !== ids[value];
  const gone = Object.keys(ids).filter(isGone).join();
  let last = lastShown.get(document);
  if (last?.gone !== gone) {
    last = { gone, policy: shownAs(document, (value) => (isGone(value) ? ids[value]! : value)) };
    lastShown.set(document, last);
  }
  return last.policy;
}

function shownAs(document: RawPolicy, shown: (value: string) => string): RawPolicy {
  const principal = (raw: RawPrincipal): RawPrincipal => {
    if (typeof raw === "string") return shown(raw);
    return Object.fromEntries(
      Object.entries(raw).map(([type, values]) => [type, scalar(descending(asList(values).map(shown)))]),
    );
  };
  const statements = asList(document.Statement).map((raw) => ({
    ...raw,
    ...(raw.Principal !== undefined && { Principal: principal(raw.Principal) }),
    ...(raw.NotPrincipal !== undefined && { NotPrincipal: principal(raw.NotPrincipal) }),
    ...(raw.Action !== undefined && { Action: scalar(descending(asList(raw.Action))) }),
    ...(raw.NotAction !== undefined && { NotAction: scalar(descending(asList(raw.NotAction))) }),
    ...(raw.Resource !== undefined && { Resource: scalar(asList(raw.Resource)) }),
    ...(raw.Condition && { Condition: scalarConditions(raw.Condition) }),
  }));
  return { ...document, Statement: statements };
}

function scalar<T>(values: T[]): T | T[] {
  return values.length === 1 ? (values[0] as T) : values;
}

const descending = (values: string[]): string[] => values.toSorted().toReversed();

function scalarConditions(conditions: NonNullable<RawStatement["Condition"]>): NonNullable<RawStatement["Condition"]> {
  const entries = Object.entries(conditions).map(([operator, keys]) => {
    const shown = Object.entries(keys).map(([key, values]) => [key, scalar(asList(values).map(String))]);
    return [operator, Object.fromEntries(shown) as Record<string, unknown>];
  });
  return Object.fromEntries(entries) as NonNullable<RawStatement["Condition"]>;
}

const texts = new WeakMap<RawPolicy, string>();

/** A shown document as EFS answers it; worked out once for each. */
export function textOf(policy: RawPolicy): string {
  let text = texts.get(policy);
  if (text === undefined) texts.set(policy, (text = laidOut(policy)));
  return text;
}

/** JSON in the layout that EFS answers: `"key" : value`, two spaces for each level. */
function laidOut(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return `[ ${value.map((each) => laidOut(each, indent)).join(", ")} ]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([key, each]) => `${inner}${JSON.stringify(key)} : ${laidOut(each, inner)}`,
  );
  return members.length === 0 ? "{ }" : `{\n${members.join(",\n")}\n${indent}}`;
}
