/** What the simulated IAM remembers, and the errors that all of its parts share. */
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import { type Page, pageOf } from "../ordered-index.ts";
import type { TagMap } from "../tags.ts";

/** A role or a user. */
export interface Entity {
  kind: "Role" | "User";
  name: string;
  path: string;
  /** AROA… or AIDA…: never used again, not even for a new role of the same name. */
  id: string;
  arn: string;
  createdMs: number;
  /** Inline policies by name, as JSON text. */
  inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  attached: Set<string>;
  tags: TagMap;
  boundaryArn: string | null;
}

export interface RoleEntity extends Entity {
  kind: "Role";
  trust: string;
  description: string | undefined;
  maxSessionSeconds: number;
}

export interface AccessKey {
  id: string;
  secret: string;
  status: "Active" | "Inactive";
  createdMs: number;
}

export interface UserEntity extends Entity {
  kind: "User";
  keys: AccessKey[];
}

export interface PolicyVersion {
  id: string;
  document: string;
  createdMs: number;
}

export interface ManagedPolicy {
  name: string;
  path: string;
  arn: string;
  id: string;
  awsManaged: boolean;
  description: string | undefined;
  createdMs: number;
  updatedMs: number;
  versions: PolicyVersion[];
  defaultVersion: string;
  tags: TagMap;
}

export interface IamState {
  /** By lower-case name: IAM's names differ by more than case. */
  roles: Map<string, RoleEntity>;
  users: Map<string, UserEntity>;
  /** By ARN, AWS's own included. */
  policies: Map<string, ManagedPolicy>;
  /** Unique id → role or user that exists. */
  byId: Map<string, RoleEntity | UserEntity>;
}

export interface IamContext {
  state: IamState;
  world: World;
}

export function noSuchEntity(message: string): ServiceError {
  return new ServiceError("NoSuchEntity", 404, message);
}

export function roleNamed({ state }: IamContext, name: string): RoleEntity {
  const role = state.roles.get(name.toLowerCase());
  if (role) return role;
  throw noSuchEntity(`The role with name ${name} cannot be found.`);
}

export function userNamed({ state }: IamContext, name: string): UserEntity {
  const user = state.users.get(name.toLowerCase());
  if (user) return user;
  throw noSuchEntity(`The user with name ${name} cannot be found.`);
}

export function policyWithArn({ state }: IamContext, arn: string): ManagedPolicy {
  const policy = state.policies.get(arn);
  if (policy) return policy;
  throw noSuchEntity(`Policy ${arn} was not found.`);
}

/** One page as IAM answers it. Default and largest page: 100 and 1,000 items. */
export function iamPage<T>(
  items: readonly T[],
  { MaxItems = 100, Marker }: { MaxItems?: number | undefined; Marker?: string | undefined },
): { items: T[]; rest: { IsTruncated: boolean; Marker?: string } } {
  const page: Page<T> | null = pageOf(items, MaxItems, Marker);
  if (!page) throw new ServiceError("ValidationError", 400, "Invalid Marker.");
  const next = page.next === undefined ? {} : { Marker: page.next };
  return { items: page.items, rest: { IsTruncated: page.next !== undefined, ...next } };
}

/** @throws ServiceError MalformedPolicyDocument unless the text is a policy with statements. */
export function checkDocument(text: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ServiceError("MalformedPolicyDocument", 400, "This policy contains invalid Json");
  }
  const statements = [(parsed as { Statement?: unknown } | null)?.Statement ?? []].flat() as Record<string, unknown>[];
  const sound = statements.length > 0 && statements.every(({ Effect }) => Effect === "Allow" || Effect === "Deny");
  if (!sound) throw new ServiceError("MalformedPolicyDocument", 400, "Syntax errors in policy.");
}

/** IAM answers documents in percent-encoding (RFC 3986). */
export function encoded(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
