import type { Access } from "../model/records.ts";
import {
  ACCESS_POINT_KEY,
  type Admission,
  CLIENT_MOUNT,
  CLIENT_ROOT_ACCESS,
  CLIENT_WRITE,
  isRoot,
  writes,
} from "./policy-admissions.ts";
import { sortedSet } from "./policy-canonical.ts";
import { sidPrefix, type Statement } from "./policy-document.ts";
import { digest } from "./digest.ts";
import { deepFreeze, remembered } from "./remembered.ts";

export interface StatementsInput {
  installation: string;
  fileSystemArn: string;
  admissions: readonly Admission[];
  /** True adds the Denies that confine each role to its access points. */
  confine: boolean;
  /** Roles that get no Deny all the same. */
  unconfined?: ReadonlySet<string>;
  /** True adds the Deny of every connection without TLS. */
  requireTls: boolean;
}

const ACTIONS: Record<Access, string[]> = {
  ReadOnly: [CLIENT_MOUNT],
  ReadWrite: [CLIENT_MOUNT, CLIENT_WRITE],
  ReadWriteRoot: [CLIENT_MOUNT, CLIENT_WRITE, CLIENT_ROOT_ACCESS],
};

const KIND: Record<Access, string> = { ReadOnly: "ro", ReadWrite: "rw", ReadWriteRoot: "root" };

/**
 * All statements of ours that `admissions` call for; the same set for any order of the input.
 *
 * An identity policy's Allow suffices in EFS whatever stands here, so our Allow alone confines
 * nobody: with `confine` each role is denied what does not go through its own access points
 * (negated operators also match a mount through no access point at all). DESIGN, section 5.
 */
export function statementsOf(input: StatementsInput): readonly Statement[] {
  return planned(JSON.stringify({ ...input, unconfined: [...(input.unconfined ?? [])] }));
}

/** A pass asks for the same statements several times, and so does the next one: equal inputs share one frozen answer. */
const planned = remembered(256, (text) => {
  const { unconfined, ...input } = JSON.parse(text) as Omit<StatementsInput, "unconfined"> & { unconfined: string[] };
  return deepFreeze(newStatements({ ...input, unconfined: new Set(unconfined) }));
});

function newStatements(input: StatementsInput): Statement[] {
  const bodies = [...allowStatements(input), ...(input.confine ? denyStatements(input) : [])];
  const named = bodies.map(({ kind, body }) => ({ Sid: sidOf(input.installation, kind, body), ...body }));
  const sorted = named.sort((a, b) => (a.Sid < b.Sid ? -1 : 1));
  return input.requireTls ? [tlsStatement(input), ...sorted] : sorted;
}

/** Denies every connection without TLS. API calls always use TLS, so `*` never bites them. */
export function tlsStatement(input: Pick<StatementsInput, "installation" | "fileSystemArn">): Statement {
  return {
    Sid: `${sidPrefix(input.installation)}tls`,
    Effect: "Deny",
    Principal: { AWS: "*" },
    Action: "*",
    Resource: input.fileSystemArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

interface Body {
  kind: string;
  body: Statement;
}

/** Per access: roles that mount through the same access points share one statement. */
function allowStatements({ admissions, fileSystemArn }: StatementsInput): Body[] {
  const byRole = groupBy(admissions, (admission) => `${admission.access} ${admission.roleArn}`);
  const grants = [...byRole.values()].map((group) => ({
    roleArn: group[0]!.roleArn,
    access: group[0]!.access,
    accessPoints: sortedSet(group.map((admission) => admission.accessPointArn)),
  }));
  const shared = groupBy(grants, (grant) => JSON.stringify([grant.access, grant.accessPoints]));
  return [...shared.values()].map((group) => ({
    kind: KIND[group[0]!.access],
    body: {
      Effect: "Allow",
      Principal: { AWS: scalarIfOne(sortedSet(group.map((grant) => grant.roleArn))) },
      Action: scalarIfOne(ACTIONS[group[0]!.access]),
      Resource: fileSystemArn,
      Condition: {
        StringEquals: { [ACCESS_POINT_KEY]: scalarIfOne(group[0]!.accessPoints) },
        Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
      },
    },
  }));
}

interface Denial {
  actions: string[];
  /** Access points through which the actions stay possible; empty = none. */
  unless: string[];
}

/** What one role must not do: everything outside its access points, and more than they grant. */
function denialsOf(admissions: readonly Admission[]): Denial[] {
  const through = (may: (access: Access) => boolean) =>
    sortedSet(admissions.filter(({ access }) => may(access)).map(({ accessPointArn }) => accessPointArn));
  const mounting = through(() => true);
  const writing = through(writes);
  const rooting = through(isRoot);
  const denials: Denial[] = [{ actions: [CLIENT_MOUNT, CLIENT_WRITE, CLIENT_ROOT_ACCESS], unless: mounting }];
  if (same(writing, rooting)) {
    if (!same(writing, mounting)) denials.push({ actions: [CLIENT_WRITE, CLIENT_ROOT_ACCESS], unless: writing });
    return denials;
  }
  if (!same(writing, mounting)) denials.push({ actions: [CLIENT_WRITE], unless: writing });
  denials.push({ actions: [CLIENT_ROOT_ACCESS], unless: rooting });
  return denials;
}

/** Roles under the same Deny share its principal list. */
function denyStatements({ admissions, fileSystemArn, unconfined }: StatementsInput): Body[] {
  const confined = admissions.filter(({ roleArn }) => !unconfined?.has(roleArn));
  const byRole = groupBy(confined, (admission) => admission.roleArn);
  const denials = [...byRole].flatMap(([roleArn, own]) => denialsOf(own).map((denial) => ({ roleArn, denial })));
  const shared = groupBy(denials, ({ denial }) => JSON.stringify(denial));
  return [...shared.values()].map((group) => {
    const { actions, unless } = group[0]!.denial;
    const condition =
      unless.length === 0 ? {} : { Condition: { StringNotEquals: { [ACCESS_POINT_KEY]: scalarIfOne(unless) } } };
    return {
      kind: "deny",
      body: {
        Effect: "Deny",
        Principal: { AWS: scalarIfOne(sortedSet(group.map(({ roleArn }) => roleArn))) },
        Action: scalarIfOne(actions),
        Resource: fileSystemArn,
        ...condition,
      },
    };
  });
}

/** Sids must be unique in a document; the hash makes them so and keeps them short. */
function sidOf(installation: string, kind: string, body: Statement): string {
  return `${sidPrefix(installation)}${kind}-${digest([JSON.stringify(body)]).slice(0, 8)}`;
}

function scalarIfOne(values: string[]): string | string[] {
  return values.length === 1 ? values[0]! : values;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
