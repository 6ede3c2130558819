import type { CreateRoleRequest, ListRolesRequest, Role, UpdateRoleRequest } from "@aws-sdk/client-iam";
import { type Handler, ServiceError } from "../../core.ts";
import { tagList } from "../tags.ts";
import { identityTags } from "./identity-tags.ts";
import {
  checkDocument,
  encoded,
  type IamContext,
  iamPage,
  policyWithArn,
  type RoleEntity,
  roleNamed,
} from "./state.ts";
import { uniqueId } from "./unique-id.ts";

export function roleOperations(context: IamContext): Record<string, Handler> {
  const { state } = context;
  return {
    CreateRole: (input: CreateRoleRequest) => ({ Role: shownRole(createRole(context, input)) }),
    GetRole: ({ RoleName }: { RoleName: string }) => ({ Role: shownRole(roleNamed(context, RoleName)) }),
    ListRoles(input: ListRolesRequest) {
      const roles = [...state.roles.values()].filter((role) => role.path.startsWith(input.PathPrefix ?? "/"));
      const { items, rest } = iamPage(roles, input);
      // ListRoles leaves out tags and boundary (IAM API reference).
      return {
        Roles: items.map((role) => ({ ...shownRole(role), Tags: undefined, PermissionsBoundary: undefined })),
        ...rest,
      };
    },
    DeleteRole({ RoleName }: { RoleName: string }) {
      const role = roleNamed(context, RoleName);
      if (role.attached.size > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (role.inline.size > 0) throw deleteConflict("Cannot delete entity, must delete policies first.");
      state.roles.delete(RoleName.toLowerCase());
      state.byId.delete(role.id);
      return {};
    },
    UpdateRole(input: UpdateRoleRequest & { RoleName: string }) {
      const role = roleNamed(context, input.RoleName);
      role.description = input.Description ?? role.description;
      role.maxSessionSeconds = input.MaxSessionDuration ?? role.maxSessionSeconds;
      return {};
    },
    UpdateRoleDescription({ RoleName, Description }: { RoleName: string; Description: string }) {
      const role = roleNamed(context, RoleName);
      role.description = Description;
      return { Role: shownRole(role) };
    },
    UpdateAssumeRolePolicy({ RoleName, PolicyDocument }: { RoleName: string; PolicyDocument: string }) {
      const role = roleNamed(context, RoleName);
      checkTrust(context, PolicyDocument);
      role.trust = PolicyDocument;
      return {};
    },
    PutRolePermissionsBoundary({ RoleName, PermissionsBoundary }: { RoleName: string; PermissionsBoundary: string }) {
      roleNamed(context, RoleName).boundaryArn = policyWithArn(context, PermissionsBoundary).arn;
      return {};
    },
    DeleteRolePermissionsBoundary({ RoleName }: { RoleName: string }) {
      roleNamed(context, RoleName).boundaryArn = null;
      return {};
    },
    ListInstanceProfilesForRole({ RoleName }: { RoleName: string }) {
      roleNamed(context, RoleName);
      return { InstanceProfiles: [], IsTruncated: false };
    },
  };
}

export function deleteConflict(message: string): ServiceError {
  return new ServiceError("DeleteConflict", 409, message);
}

function createRole(context: IamContext, input: CreateRoleRequest): RoleEntity {
  const { state, world } = context;
  const { RoleName: name = "", AssumeRolePolicyDocument: trust = "", Path: path = "/" } = input;
  if (state.roles.has(name.toLowerCase())) {
    throw new ServiceError("EntityAlreadyExists", 409, `Role with name ${name} already exists.`);
  }
  checkTrust(context, trust);
  const role: RoleEntity = {
    kind: "Role",
    name,
    path,
    id: uniqueId(world.clock, "AROA"),
    arn: `arn:${world.partition}:iam::${world.account}:role${path}${name}`,
    createdMs: world.clock.nowMs(),
    inline: new Map(),
    attached: new Set(),
    tags: identityTags(input.Tags),
    boundaryArn: input.PermissionsBoundary ?? null,
    trust,
    description: input.Description,
    maxSessionSeconds: input.MaxSessionDuration ?? 3600,
  };
  state.roles.set(name.toLowerCase(), role);
  state.byId.set(role.id, role);
  return role;
}

/** A trust policy may only name principals that exist. */
function checkTrust({ state, world }: IamContext, text: string): void {
  checkDocument(text);
  const { Statement } = JSON.parse(text) as { Statement: TrustStatement | TrustStatement[] };
  for (const { Effect, Principal, NotPrincipal, Resource } of [Statement].flat()) {
    if (NotPrincipal !== undefined) {
      // An Allow of everybody but some is refused (IAM user guide, NotPrincipal).
      const text =
        Effect === "Allow"
          ? "Allow with NotPrincipal is not allowed."
          : "AssumeRole policy must not contain NotPrincipal field.";
      throw new ServiceError("MalformedPolicyDocument", 400, text);
    }
    if (Resource !== undefined) {
      throw new ServiceError("MalformedPolicyDocument", 400, "Has prohibited field Resource");
    }
    if (Principal === undefined || typeof Principal === "string") continue;
    for (const arn of [Principal["AWS"] ?? []].flat()) {
      const known = [...state.byId.values()].some((entity) => entity.arn === arn);
      const own = arn.startsWith(`arn:${world.partition}:iam::${world.account}:`) && !arn.endsWith(":root");
      if (own && !known) {
        throw new ServiceError("MalformedPolicyDocument", 400, `Invalid principal in policy: "AWS":"${arn}"`);
      }
    }
  }
}

interface TrustStatement {
  Effect?: string;
  NotPrincipal?: unknown;
  Principal?: string | Record<string, string | string[]>;
  Resource?: unknown;
}

/** AWS says "Policy" where its model lists "PermissionsBoundaryPolicy". */
export function shownBoundary({ boundaryArn }: { boundaryArn: string | null }): Role["PermissionsBoundary"] {
  if (boundaryArn === null) return undefined;
  return {
    PermissionsBoundaryType: "Policy" as "PermissionsBoundaryPolicy",
    PermissionsBoundaryArn: boundaryArn,
  };
}

function shownRole(role: RoleEntity): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdMs),
    AssumeRolePolicyDocument: encoded(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: shownBoundary(role),
    Tags: role.tags.size > 0 ? tagList(role.tags) : undefined,
    RoleLastUsed: {},
  };
}
