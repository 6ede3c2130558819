/** Roles, users, their policies and keys. Whether a call is allowed is not asked: every caller may do everything. */
import type { Handler, Service } from "../../core.ts";
import type { RoleDirectory, World } from "../../world.ts";
import { inputValidator } from "../input-constraints.ts";
import { IAM_CONSTRAINTS } from "./constraints.ts";
import { entityOperations } from "./entity-policies.ts";
import { awsManagedPolicies } from "./managed-policies.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";
import type { IamContext, IamState, ManagedPolicy, RoleEntity, UserEntity } from "./state.ts";
import { enterKey, userOperations } from "./users.ts";

declare module "../../world.ts" {
  interface Services {
    iam: IamService;
  }
}

export interface IamService extends Service, RoleDirectory {
  /** The unique id (AROA…, AIDA…) of the role or user that has this ARN now. */
  idOf(arn: string): string | undefined;
  /** The ARN of the role or user with this unique id, if it still exists. */
  arnOf(id: string): string | undefined;
  /** What a role or user may do by its own policies; null if nobody has this ARN. */
  identityOf(arn: string): Identity | null;
}

/** Policy documents as JSON text. */
export interface Identity {
  id: string;
  policies: string[];
  /** The permissions boundary, null if there is none. */
  boundary: string | null;
}

const READ_ONLY = /^(Get|List)/;

export function createIamService(world: World): IamService {
  const state: IamState = { roles: new Map(), users: new Map(), policies: new Map(), byId: new Map() };
  const context: IamContext = { state, world };
  for (const policy of awsManagedPolicies(world.partition, world.clock.nowMs())) state.policies.set(policy.arn, policy);
  const operations = validated({
    ...roleOperations(context),
    ...userOperations(context),
    ...policyOperations(context),
    ...entityOperations(context, "Role"),
    ...entityOperations(context, "User"),
  });
  return {
    name: "iam",
    operations,
    inputMembers: INPUT_MEMBERS,
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    snapshot: () => snapshot(state),
    restore: (saved) => restore(context, saved as Saved),
    ...directory(state),
  };
}

function directory(state: IamState): Pick<IamService, "findRole" | "findUser" | "idOf" | "arnOf" | "identityOf"> {
  const byArn = (arn: string): RoleEntity | UserEntity | undefined => {
    const name = arn.slice(arn.lastIndexOf("/") + 1).toLowerCase();
    const entity = arn.includes(":role/") ? state.roles.get(name) : state.users.get(name);
    return entity?.arn === arn ? entity : undefined;
  };
  const documentOf = (arn: string): string[] => {
    const policy = state.policies.get(arn);
    return policy?.versions.filter((one) => one.id === policy.defaultVersion).map((one) => one.document) ?? [];
  };
  return {
    findRole(name) {
      const role = state.roles.get(name.toLowerCase());
      if (role === undefined) return undefined;
      const { arn, id: roleId, name: roleName, trust: assumeRolePolicyDocument, maxSessionSeconds } = role;
      return { arn, roleId, roleName, assumeRolePolicyDocument, maxSessionSeconds };
    },
    findUser(name) {
      const user = state.users.get(name.toLowerCase());
      return user && { arn: user.arn, userId: user.id, userName: user.name };
    },
    idOf: (arn) => byArn(arn)?.id,
    arnOf: (id) => state.byId.get(id)?.arn,
    identityOf(arn) {
      const entity = byArn(arn);
      if (!entity) return null;
      const policies = [...entity.inline.values(), ...[...entity.attached].flatMap(documentOf)];
      const boundary = entity.boundaryArn === null ? null : (documentOf(entity.boundaryArn)[0] ?? null);
      return { id: entity.id, policies, boundary };
    },
  };
}

/** Checks every input against IAM's published limits first. */
function validated(operations: Record<string, Handler>): Record<string, Handler> {
  const validate = inputValidator(IAM_CONSTRAINTS, "ValidationError");
  const entries = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, context) => {
      validate(name, input);
      return handler(input, context);
    },
  ]);
  return Object.fromEntries(entries);
}

const PAGING = ["Marker", "MaxItems"];

function entityMembers(kind: "Role" | "User"): Record<string, readonly string[]> {
  const name = `${kind}Name`;
  return {
    [`Put${kind}Policy`]: [name, "PolicyName", "PolicyDocument"],
    [`Get${kind}Policy`]: [name, "PolicyName"],
    [`List${kind}Policies`]: [name, ...PAGING],
    [`Delete${kind}Policy`]: [name, "PolicyName"],
    [`Attach${kind}Policy`]: [name, "PolicyArn"],
    [`Detach${kind}Policy`]: [name, "PolicyArn"],
    [`ListAttached${kind}Policies`]: [name, "PathPrefix", ...PAGING],
    [`Tag${kind}`]: [name, "Tags"],
    [`Untag${kind}`]: [name, "TagKeys"],
    [`List${kind}Tags`]: [name, ...PAGING],
  };
}

const INPUT_MEMBERS: Record<string, readonly string[]> = {
  ...entityMembers("Role"),
  ...entityMembers("User"),
  CreateRole: [
    "Path",
    "RoleName",
    "AssumeRolePolicyDocument",
    "Description",
    "MaxSessionDuration",
    "PermissionsBoundary",
    "Tags",
  ],
  GetRole: ["RoleName"],
  ListRoles: ["PathPrefix", ...PAGING],
  DeleteRole: ["RoleName"],
  UpdateRole: ["RoleName", "Description", "MaxSessionDuration"],
  UpdateRoleDescription: ["RoleName", "Description"],
  UpdateAssumeRolePolicy: ["RoleName", "PolicyDocument"],
  PutRolePermissionsBoundary: ["RoleName", "PermissionsBoundary"],
  DeleteRolePermissionsBoundary: ["RoleName"],
  ListInstanceProfilesForRole: ["RoleName", ...PAGING],
  CreateUser: ["Path", "UserName", "PermissionsBoundary", "Tags"],
  GetUser: ["UserName"],
  ListUsers: ["PathPrefix", ...PAGING],
  DeleteUser: ["UserName"],
  PutUserPermissionsBoundary: ["UserName", "PermissionsBoundary"],
  DeleteUserPermissionsBoundary: ["UserName"],
  ListGroupsForUser: ["UserName", ...PAGING],
  CreateAccessKey: ["UserName"],
  ListAccessKeys: ["UserName", ...PAGING],
  UpdateAccessKey: ["UserName", "AccessKeyId", "Status"],
  DeleteAccessKey: ["UserName", "AccessKeyId"],
  CreatePolicy: ["PolicyName", "Path", "PolicyDocument", "Description", "Tags"],
  GetPolicy: ["PolicyArn"],
  ListPolicies: ["Scope", "OnlyAttached", "PathPrefix", ...PAGING],
  DeletePolicy: ["PolicyArn"],
  ListEntitiesForPolicy: ["PolicyArn", ...PAGING],
  TagPolicy: ["PolicyArn", "Tags"],
  UntagPolicy: ["PolicyArn", "TagKeys"],
  ListPolicyTags: ["PolicyArn", ...PAGING],
  GetPolicyVersion: ["PolicyArn", "VersionId"],
  ListPolicyVersions: ["PolicyArn", ...PAGING],
  CreatePolicyVersion: ["PolicyArn", "PolicyDocument", "SetAsDefault"],
  SetDefaultPolicyVersion: ["PolicyArn", "VersionId"],
  DeletePolicyVersion: ["PolicyArn", "VersionId"],
};

type Plain<T> = Omit<T, "inline" | "attached" | "tags"> & {
  inline: [string, string][];
  attached: string[];
  tags: [string, string][];
};

interface Saved {
  roles: Plain<RoleEntity>[];
  users: Plain<UserEntity>[];
  /** AWS's own are the same everywhere and not saved. */
  policies: (Omit<ManagedPolicy, "tags"> & { tags: [string, string][] })[];
}

function snapshot(state: IamState): Saved {
  const plain = <T extends RoleEntity | UserEntity>(entity: T): Plain<T> => ({
    ...entity,
    inline: [...entity.inline],
    attached: [...entity.attached],
    tags: [...entity.tags],
  });
  return {
    roles: [...state.roles.values()].map(plain),
    users: [...state.users.values()].map(plain),
    policies: [...state.policies.values()]
      .filter((one) => !one.awsManaged)
      .map((one) => ({ ...one, tags: [...one.tags] })),
  };
}

function restore(context: IamContext, saved: Saved): void {
  const { state } = context;
  const live = <T extends RoleEntity | UserEntity>(entity: Plain<T>): T =>
    ({
      ...entity,
      inline: new Map(entity.inline),
      attached: new Set(entity.attached),
      tags: new Map(entity.tags),
    }) as unknown as T;
  state.roles = new Map(saved.roles.map((role) => [role.name.toLowerCase(), live(role)]));
  state.users = new Map(saved.users.map((user) => [user.name.toLowerCase(), live(user)]));
  state.byId = new Map([...state.roles.values(), ...state.users.values()].map((entity) => [entity.id, entity]));
  for (const [arn, policy] of state.policies) if (!policy.awsManaged) state.policies.delete(arn);
  for (const policy of saved.policies) state.policies.set(policy.arn, { ...policy, tags: new Map(policy.tags) });
  for (const user of state.users.values()) for (const key of user.keys) enterKey(context, user, key);
}
