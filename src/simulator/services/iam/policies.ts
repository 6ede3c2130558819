import type {
  CreatePolicyRequest,
  ListPoliciesRequest,
  Policy,
  PolicyVersion as ShownVersion,
} from "@aws-sdk/client-iam";
import { type Handler, ServiceError } from "../../core.ts";
import { type Tag, tagList, tagsFrom } from "../tags.ts";
import { deleteConflict } from "./roles.ts";
import {
  checkDocument,
  encoded,
  type Entity,
  type IamContext,
  iamPage,
  type ManagedPolicy,
  noSuchEntity,
  policyWithArn,
  type PolicyVersion,
} from "./state.ts";
import { uniqueId } from "./unique-id.ts";

/** IAM keeps at most five versions of a managed policy. */
const VERSIONS_MAX = 5;

type Arn = { PolicyArn: string };
type Paging = { MaxItems?: number; Marker?: string };

export function policyOperations(context: IamContext): Record<string, Handler> {
  const { state } = context;
  return {
    CreatePolicy: (input: CreatePolicyRequest) => ({ Policy: shown(context, createPolicy(context, input)) }),
    GetPolicy: ({ PolicyArn }: Arn) => ({ Policy: shown(context, policyWithArn(context, PolicyArn)) }),
    ListPolicies(input: ListPoliciesRequest) {
      const { Scope = "All", OnlyAttached = false, PathPrefix = "/" } = input;
      const policies = [...state.policies.values()]
        .filter((policy) => Scope === "All" || policy.awsManaged === (Scope === "AWS"))
        .filter((policy) => policy.path.startsWith(PathPrefix))
        .filter((policy) => !OnlyAttached || attachedTo(context, policy).length > 0);
      const { items, rest } = iamPage(policies, input);
      return {
        Policies: items.map((policy) => ({ ...shown(context, policy), Tags: undefined, Description: undefined })),
        ...rest,
      };
    },
    DeletePolicy({ PolicyArn }: Arn) {
      const policy = own(context, PolicyArn);
      if (attachedTo(context, policy).length > 0) throw deleteConflict("Cannot delete a policy attached to entities.");
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      state.policies.delete(PolicyArn);
      return {};
    },
    ListEntitiesForPolicy({ PolicyArn, ...paging }: Arn & Paging) {
      const { items, rest } = iamPage(attachedTo(context, policyWithArn(context, PolicyArn)), paging);
      const of = (kind: Entity["kind"]): Entity[] => items.filter((entity) => entity.kind === kind);
      return {
        PolicyGroups: [],
        PolicyUsers: of("User").map(({ name, id }) => ({ UserName: name, UserId: id })),
        PolicyRoles: of("Role").map(({ name, id }) => ({ RoleName: name, RoleId: id })),
        ...rest,
      };
    },
    TagPolicy({ PolicyArn, Tags }: Arn & { Tags: Tag[] }) {
      for (const { Key, Value } of Tags) own(context, PolicyArn).tags.set(Key, Value);
      return {};
    },
    UntagPolicy({ PolicyArn, TagKeys }: Arn & { TagKeys: string[] }) {
      for (const key of TagKeys) own(context, PolicyArn).tags.delete(key);
      return {};
    },
    ListPolicyTags({ PolicyArn, ...paging }: Arn & Paging) {
      const { items, rest } = iamPage(tagList(policyWithArn(context, PolicyArn).tags), paging);
      return { Tags: items, ...rest };
    },
    ...versionOperations(context),
  };
}

function versionOperations(context: IamContext): Record<string, Handler> {
  const version = (policy: ManagedPolicy, id: string): PolicyVersion => {
    const known = policy.versions.find((one) => one.id === id);
    if (known) return known;
    throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  };
  return {
    GetPolicyVersion({ PolicyArn, VersionId }: Arn & { VersionId: string }) {
      const policy = policyWithArn(context, PolicyArn);
      const known = version(policy, VersionId);
      return { PolicyVersion: { ...shownVersion(policy, known), Document: encoded(known.document) } };
    },
    ListPolicyVersions({ PolicyArn, ...paging }: Arn & Paging) {
      const policy = policyWithArn(context, PolicyArn);
      const { items, rest } = iamPage(policy.versions.toReversed(), paging);
      return { Versions: items.map((one) => shownVersion(policy, one)), ...rest };
    },
    CreatePolicyVersion(input: Arn & { PolicyDocument: string; SetAsDefault?: boolean }) {
      const policy = own(context, input.PolicyArn);
      checkDocument(input.PolicyDocument);
      if (policy.versions.length >= VERSIONS_MAX) {
        const text =
          "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.";
        throw new ServiceError("LimitExceeded", 409, text);
      }
      const highest = Math.max(...policy.versions.map((one) => Number(one.id.slice(1))));
      const nowMs = context.world.clock.nowMs();
      const added = { id: `v${highest + 1}`, document: input.PolicyDocument, createdMs: nowMs };
      policy.versions.push(added);
      policy.updatedMs = nowMs;
      if (input.SetAsDefault) policy.defaultVersion = added.id;
      return { PolicyVersion: shownVersion(policy, added) };
    },
    SetDefaultPolicyVersion({ PolicyArn, VersionId }: Arn & { VersionId: string }) {
      const policy = own(context, PolicyArn);
      policy.defaultVersion = version(policy, VersionId).id;
      return {};
    },
    DeletePolicyVersion({ PolicyArn, VersionId }: Arn & { VersionId: string }) {
      const policy = own(context, PolicyArn);
      const gone = version(policy, VersionId);
      if (gone.id === policy.defaultVersion) throw deleteConflict("Cannot delete the default version of a policy.");
      policy.versions = policy.versions.filter((one) => one !== gone);
      return {};
    },
  };
}

/** AWS's own policies cannot be changed. */
function own(context: IamContext, arn: string): ManagedPolicy {
  const policy = policyWithArn(context, arn);
  if (!policy.awsManaged) return policy;
  throw new ServiceError("AccessDenied", 403, `Cannot perform the operation on the AWS managed policy ${arn}`);
}

function attachedTo({ state }: IamContext, policy: ManagedPolicy): Entity[] {
  return [...state.byId.values()].filter((entity) => entity.attached.has(policy.arn));
}

function createPolicy({ state, world }: IamContext, input: CreatePolicyRequest): ManagedPolicy {
  const { PolicyName: name = "", PolicyDocument: document = "", Path: path = "/" } = input;
  const arn = `arn:${world.partition}:iam::${world.account}:policy${path}${name}`;
  checkDocument(document);
  if (state.policies.has(arn)) {
    const text = `A policy called ${name} already exists. Duplicate names are not allowed.`;
    throw new ServiceError("EntityAlreadyExists", 409, text);
  }
  const nowMs = world.clock.nowMs();
  const policy: ManagedPolicy = {
    name,
    path,
    arn,
    id: uniqueId(world.clock, "ANPA"),
    awsManaged: false,
    description: input.Description,
    createdMs: nowMs,
    updatedMs: nowMs,
    versions: [{ id: "v1", document, createdMs: nowMs }],
    defaultVersion: "v1",
    tags: tagsFrom(input.Tags as Tag[] | undefined),
  };
  state.policies.set(arn, policy);
  return policy;
}

function shown(context: IamContext, policy: ManagedPolicy): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachedTo(context, policy).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdMs),
    UpdateDate: new Date(policy.updatedMs),
    Tags: tagList(policy.tags),
  };
}

function shownVersion(policy: ManagedPolicy, version: PolicyVersion): ShownVersion {
  const IsDefaultVersion = version.id === policy.defaultVersion;
  return { VersionId: version.id, IsDefaultVersion, CreateDate: new Date(version.createdMs) };
}
