import type {
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupsRequest,
  GetSecurityGroupsForVpcRequest,
  IpPermission,
  ModifySecurityGroupRulesRequest,
  RevokeSecurityGroupIngressRequest,
  SecurityGroup,
} from "@aws-sdk/client-ec2";
import { type Handler, ServiceError } from "../../core.ts";
import { type FilterFields, listed, matches, paged } from "./listing.ts";
import { authorize, revoke, rulesFrom, shownPermissions, shownRule } from "./rules.ts";
import {
  dependencyViolation,
  type Ec2Context,
  found,
  type GroupRecord,
  missingParameter,
  newId,
  type RuleRecord,
  shownTags,
  tagAtCreation,
} from "./state.ts";

const ANYWHERE: IpPermission = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };

/** Every VPC comes with a group named default: members reach each other, and everything outside. */
export function addDefaultGroup(context: Ec2Context, vpcId: string): void {
  const group = newGroup(context, { vpcId, name: "default", description: "default VPC security group" });
  const among = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: group.id }] };
  authorize(context, group, rulesFrom(context, [among], false));
}

/** A new group lets everything out and nothing in. */
function newGroup(context: Ec2Context, given: Pick<GroupRecord, "vpcId" | "name" | "description">): GroupRecord {
  const group: GroupRecord = { ...given, id: newId(context, "sg"), rules: [] };
  context.state.groups.set(group.id, group);
  authorize(context, group, rulesFrom(context, [ANYWHERE], true));
  return group;
}

export function groupOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  return {
    CreateSecurityGroup: (input: CreateSecurityGroupRequest) => createGroup(context, input),
    DescribeSecurityGroups(input: DescribeSecurityGroupsRequest) {
      const page = listed({
        state,
        records: state.groups,
        kind: "group",
        ids: input.GroupIds,
        filters: input.Filters,
        fields: GROUP_FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { SecurityGroups: page.items.map((group) => shownGroup(context, group)), NextToken: page.next };
    },
    DeleteSecurityGroup({ GroupId }: { GroupId?: string }) {
      deleteGroup(context, found(state.groups, GroupId, "group"));
      return {};
    },
    GetSecurityGroupsForVpc(input: GetSecurityGroupsForVpcRequest) {
      const vpc = found(state.vpcs, input.VpcId, "vpc");
      const { items, next } = paged(
        [...state.groups.values()].filter((group) => group.vpcId === vpc.id),
        input,
      );
      return {
        NextToken: next,
        SecurityGroupForVpcs: items.map((group) => ({
          GroupId: group.id,
          GroupName: group.name,
          Description: group.description,
          OwnerId: context.world.account,
          PrimaryVpcId: group.vpcId,
          Tags: shownTags(state, group.id),
        })),
      };
    },
    ...ruleOperations(context),
  };
}

function ruleOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  const admit = (egress: boolean) => (input: AuthorizeSecurityGroupIngressRequest) => {
    const group = found(state.groups, input.GroupId, "group");
    const added = authorize(context, group, rulesFrom(context, permissionsOf(input), egress));
    for (const rule of added) tagAtCreation(context, rule.id, input.TagSpecifications);
    return { Return: true, SecurityGroupRules: added.map((rule) => shownRule(context, group, rule)) };
  };
  const withdraw = (egress: boolean) => (input: RevokeSecurityGroupIngressRequest) => {
    const group = found(state.groups, input.GroupId, "group");
    const ids = input.SecurityGroupRuleIds;
    const shapes = ids ? ids.map((id) => ruleById(group, id)) : rulesFrom(context, permissionsOf(input), egress);
    const gone = revoke(group, shapes);
    return { Return: true, RevokedSecurityGroupRules: gone.map((rule) => shownRule(context, group, rule)) };
  };
  return {
    AuthorizeSecurityGroupIngress: admit(false),
    AuthorizeSecurityGroupEgress: admit(true),
    RevokeSecurityGroupIngress: withdraw(false),
    RevokeSecurityGroupEgress: withdraw(true),
    DescribeSecurityGroupRules(input: DescribeSecurityGroupRulesRequest) {
      const rules = [...state.groups.values()].flatMap((group) =>
        group.rules.map((rule) => ({ ...rule, owner: group })),
      );
      const ids = input.SecurityGroupRuleIds;
      const kept = rules
        .filter((rule) => !ids?.length || ids.includes(rule.id))
        .filter((rule) => (input.Filters ?? []).every((filter) => matches(state, rule, filter, RULE_FILTERS)));
      if (ids?.length && kept.length === 0) throw ruleNotFound(ids.join(", "));
      const { items, next } = paged(kept, input);
      return { SecurityGroupRules: items.map((rule) => shownRule(context, rule.owner, rule)), NextToken: next };
    },
    ModifySecurityGroupRules(input: ModifySecurityGroupRulesRequest) {
      const group = found(state.groups, input.GroupId, "group");
      for (const { SecurityGroupRuleId, SecurityGroupRule: wanted } of input.SecurityGroupRules ?? []) {
        const rule = ruleById(group, SecurityGroupRuleId ?? "");
        rule.protocol = wanted?.IpProtocol ?? rule.protocol;
        rule.fromPort = wanted?.FromPort ?? rule.fromPort;
        rule.toPort = wanted?.ToPort ?? rule.toPort;
        if (wanted?.CidrIpv4 !== undefined) rule.cidr = wanted.CidrIpv4;
        if (wanted?.ReferencedGroupId !== undefined) rule.group = wanted.ReferencedGroupId;
        if (wanted?.Description !== undefined) rule.description = wanted.Description;
      }
      return { Return: true };
    },
  };
}

/** The short form (IpProtocol, FromPort, ToPort, CidrIp) means the same as one IpPermission. */
function permissionsOf(input: AuthorizeSecurityGroupIngressRequest): IpPermission[] {
  if (input.IpPermissions?.length) return input.IpPermissions;
  if (input.IpProtocol === undefined) throw missingParameter("ipPermissions");
  const { IpProtocol, FromPort, ToPort, CidrIp } = input;
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
}

function ruleById(group: GroupRecord, id: string): RuleRecord {
  const rule = group.rules.find((one) => one.id === id);
  if (!rule) throw ruleNotFound(id);
  return rule;
}

function ruleNotFound(id: string): ServiceError {
  return new ServiceError(
    "InvalidSecurityGroupRuleId.NotFound",
    400,
    `The security group rule ID '${id}' does not exist`,
  );
}

const GROUP_FILTERS: FilterFields<GroupRecord> = {
  "group-id": (group) => [group.id],
  "group-name": (group) => [group.name],
  "vpc-id": (group) => [group.vpcId],
  description: (group) => [group.description],
  "ip-permission.group-id": (group) => group.rules.filter((rule) => !rule.egress).map((rule) => rule.group),
  "egress.ip-permission.group-id": (group) => group.rules.filter((rule) => rule.egress).map((rule) => rule.group),
};

const RULE_FILTERS: FilterFields<RuleRecord & { owner: GroupRecord }> = {
  "group-id": (rule) => [rule.owner.id],
  "security-group-rule-id": (rule) => [rule.id],
};

function createGroup(context: Ec2Context, input: CreateSecurityGroupRequest): unknown {
  const { state, world } = context;
  const vpc = found(state.vpcs, input.VpcId, "vpc");
  const { GroupName: name = "", Description: description = "" } = input;
  if ([...state.groups.values()].some((group) => group.vpcId === vpc.id && group.name === name)) {
    const text = `The security group '${name}' already exists for VPC '${vpc.id}'`;
    throw new ServiceError("InvalidGroup.Duplicate", 400, text);
  }
  const group = newGroup(context, { vpcId: vpc.id, name, description });
  tagAtCreation(context, group.id, input.TagSpecifications);
  const SecurityGroupArn = `arn:${world.partition}:ec2:${world.region}:${world.account}:security-group/${group.id}`;
  return { GroupId: group.id, SecurityGroupArn, Tags: shownTags(state, group.id) };
}

function deleteGroup({ state }: Ec2Context, group: GroupRecord): void {
  if (group.name === "default") {
    const text = 'the specified group: "' + group.id + '" name: "default" cannot be deleted by a user';
    throw new ServiceError("CannotDelete", 400, text);
  }
  const used = [...state.interfaces.values()].some((one) => one.groups.includes(group.id));
  const named = [...state.groups.values()].some(
    (other) => other.id !== group.id && other.rules.some((rule) => rule.group === group.id),
  );
  if (used || named) throw dependencyViolation(`resource ${group.id}`);
  state.groups.delete(group.id);
  state.tags.delete(group.id);
}

function shownGroup(context: Ec2Context, group: GroupRecord): SecurityGroup {
  const { state, world } = context;
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: world.account,
    SecurityGroupArn: `arn:${world.partition}:ec2:${world.region}:${world.account}:security-group/${group.id}`,
    IpPermissions: shownPermissions(
      context,
      group.rules.filter((rule) => !rule.egress),
    ),
    IpPermissionsEgress: shownPermissions(
      context,
      group.rules.filter((rule) => rule.egress),
    ),
    Tags: shownTags(state, group.id),
  };
}

const AUTHORIZE = [
  "CidrIp",
  "FromPort",
  "GroupId",
  "IpPermissions",
  "IpProtocol",
  "ToPort",
  "TagSpecifications",
  "DryRun",
];
const REVOKE = [
  "CidrIp",
  "FromPort",
  "GroupId",
  "IpPermissions",
  "IpProtocol",
  "ToPort",
  "SecurityGroupRuleIds",
  "DryRun",
];

export const GROUP_MEMBERS = {
  CreateSecurityGroup: ["Description", "GroupName", "VpcId", "TagSpecifications", "DryRun"],
  DescribeSecurityGroups: ["GroupIds", "NextToken", "MaxResults", "DryRun", "Filters"],
  DeleteSecurityGroup: ["GroupId", "DryRun"],
  GetSecurityGroupsForVpc: ["VpcId", "NextToken", "MaxResults", "DryRun"],
  AuthorizeSecurityGroupIngress: AUTHORIZE,
  AuthorizeSecurityGroupEgress: AUTHORIZE,
  RevokeSecurityGroupIngress: REVOKE,
  RevokeSecurityGroupEgress: REVOKE,
  DescribeSecurityGroupRules: ["Filters", "SecurityGroupRuleIds", "DryRun", "NextToken", "MaxResults"],
  ModifySecurityGroupRules: ["GroupId", "SecurityGroupRules", "DryRun"],
} as const;
