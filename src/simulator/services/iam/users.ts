import type { AccessKeyMetadata, CreateUserRequest, ListUsersRequest, User } from "@aws-sdk/client-iam";
import { type CallContext, type Handler, ServiceError } from "../../core.ts";
import { tagList } from "../tags.ts";
import { identityTags } from "./identity-tags.ts";
import { deleteConflict, shownBoundary } from "./roles.ts";
import {
  type AccessKey,
  type IamContext,
  iamPage,
  noSuchEntity,
  policyWithArn,
  type UserEntity,
  userNamed,
} from "./state.ts";
import { uniqueId } from "./unique-id.ts";

/** AWS's quota of access keys of one user. */
const KEYS_PER_USER = 2;

type Named = { UserName?: string };

export function userOperations(context: IamContext): Record<string, Handler> {
  const { state } = context;
  return {
    CreateUser: (input: CreateUserRequest) => ({ User: shownUser(createUser(context, input)) }),
    GetUser: ({ UserName }: Named, call: CallContext) => ({ User: shownUser(ownOr(context, UserName, call)) }),
    ListUsers(input: ListUsersRequest) {
      const users = [...state.users.values()].filter((user) => user.path.startsWith(input.PathPrefix ?? "/"));
      const { items, rest } = iamPage(users, input);
      return {
        Users: items.map((user) => ({ ...shownUser(user), Tags: undefined, PermissionsBoundary: undefined })),
        ...rest,
      };
    },
    DeleteUser({ UserName = "" }: Named) {
      const user = userNamed(context, UserName);
      if (user.keys.length > 0) throw deleteConflict("Cannot delete entity, must delete access keys first.");
      if (user.attached.size > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (user.inline.size > 0) throw deleteConflict("Cannot delete entity, must delete policies first.");
      state.users.delete(UserName.toLowerCase());
      state.byId.delete(user.id);
      return {};
    },
    PutUserPermissionsBoundary({ UserName = "", PermissionsBoundary }: Named & { PermissionsBoundary: string }) {
      userNamed(context, UserName).boundaryArn = policyWithArn(context, PermissionsBoundary).arn;
      return {};
    },
    DeleteUserPermissionsBoundary({ UserName = "" }: Named) {
      userNamed(context, UserName).boundaryArn = null;
      return {};
    },
    ListGroupsForUser({ UserName = "" }: Named) {
      userNamed(context, UserName);
      return { Groups: [], IsTruncated: false };
    },
    ...keyOperations(context),
  };
}

function keyOperations(context: IamContext): Record<string, Handler> {
  const { world } = context;
  const keyOf = (user: UserEntity, id: string): AccessKey => {
    const key = user.keys.find((one) => one.id === id);
    if (key) return key;
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  };
  return {
    CreateAccessKey({ UserName }: Named, call: CallContext) {
      const user = ownOr(context, UserName, call);
      if (user.keys.length >= KEYS_PER_USER) {
        throw new ServiceError("LimitExceeded", 409, `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`);
      }
      const id = uniqueId(world.clock, "AKIA").slice(0, 20);
      const key: AccessKey = { id, secret: world.clock.hex(40), status: "Active", createdMs: world.clock.nowMs() };
      user.keys.push(key);
      enterKey(context, user, key);
      return { AccessKey: { ...shownKey(user, key), SecretAccessKey: key.secret } };
    },
    ListAccessKeys(input: Named & { MaxItems?: number; Marker?: string }, call: CallContext) {
      const user = ownOr(context, input.UserName, call);
      const { items, rest } = iamPage(user.keys, input);
      return { AccessKeyMetadata: items.map((key) => shownKey(user, key)), ...rest };
    },
    UpdateAccessKey(input: Named & { AccessKeyId: string; Status: AccessKey["status"] }, call: CallContext) {
      const user = ownOr(context, input.UserName, call);
      const key = keyOf(user, input.AccessKeyId);
      key.status = input.Status;
      enterKey(context, user, key);
      return {};
    },
    DeleteAccessKey({ UserName, AccessKeyId }: Named & { AccessKeyId: string }, call: CallContext) {
      const user = ownOr(context, UserName, call);
      const key = keyOf(user, AccessKeyId);
      user.keys = user.keys.filter((one) => one !== key);
      world.removeKey(key.id);
      return {};
    },
  };
}

/** Makes the key's owner known to the door. */
export function enterKey({ world }: IamContext, user: UserEntity, key: AccessKey): void {
  world.enterKey({
    accountId: world.account,
    type: "IAMUser",
    arn: user.arn,
    principalId: user.id,
    userName: user.name,
    accessKeyId: key.id,
    ...(key.status === "Active" ? {} : { isInactive: true }),
  });
}

/** Without a name, the call is about its own caller. */
function ownOr(context: IamContext, name: string | undefined, { caller }: CallContext): UserEntity {
  return userNamed(context, name ?? caller.userName);
}

function createUser(context: IamContext, input: CreateUserRequest): UserEntity {
  const { state, world } = context;
  const { UserName: name = "", Path: path = "/" } = input;
  if (state.users.has(name.toLowerCase())) {
    throw new ServiceError("EntityAlreadyExists", 409, `User with name ${name} already exists.`);
  }
  const user: UserEntity = {
    kind: "User",
    name,
    path,
    id: uniqueId(world.clock, "AIDA"),
    arn: `arn:${world.partition}:iam::${world.account}:user${path}${name}`,
    createdMs: world.clock.nowMs(),
    inline: new Map(),
    attached: new Set(),
    tags: identityTags(input.Tags),
    boundaryArn: input.PermissionsBoundary === undefined ? null : policyWithArn(context, input.PermissionsBoundary).arn,
    keys: [],
  };
  state.users.set(name.toLowerCase(), user);
  state.byId.set(user.id, user);
  return user;
}

function shownUser(user: UserEntity): User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: new Date(user.createdMs),
    PermissionsBoundary: shownBoundary(user),
    Tags: user.tags.size > 0 ? tagList(user.tags) : undefined,
  };
}

function shownKey(user: UserEntity, key: AccessKey): Required<AccessKeyMetadata> {
  return { UserName: user.name, AccessKeyId: key.id, Status: key.status, CreateDate: new Date(key.createdMs) };
}
