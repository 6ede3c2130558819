/** Security-group rules: one record each, shown either singly or gathered as IpPermissions. */
import type { IpPermission, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { ServiceError } from "../../core.ts";
import { type Ec2Context, found, type GroupRecord, invalid, newId, type RuleRecord, shownTags } from "./state.ts";

/** A rule without its id. */
export type RuleShape = Omit<RuleRecord, "id">;

/** Protocol numbers that EC2 shows by name. */
const PROTOCOL_NAMES: Record<string, string> = { "6": "tcp", "17": "udp", "1": "icmp", all: "-1" };

/** Every peer of every permission as a rule of its own. */
export function rulesFrom(context: Ec2Context, permissions: readonly IpPermission[], egress: boolean): RuleShape[] {
  return permissions.flatMap((permission) => {
    const given = String(permission.IpProtocol ?? "-1").toLowerCase();
    const protocol = PROTOCOL_NAMES[given] ?? given;
    const all = protocol === "-1";
    const base = {
      egress,
      protocol,
      fromPort: all ? -1 : (permission.FromPort ?? -1),
      toPort: all ? -1 : (permission.ToPort ?? -1),
    };
    const described = (description: string | undefined): { description?: string } =>
      description === undefined ? {} : { description };
    const rules: RuleShape[] = [
      ...(permission.IpRanges ?? []).map((one) => ({ ...base, cidr: one.CidrIp ?? "", ...described(one.Description) })),
      ...(permission.Ipv6Ranges ?? []).map((one) => ({
        ...base,
        cidrV6: one.CidrIpv6 ?? "",
        ...described(one.Description),
      })),
      ...(permission.UserIdGroupPairs ?? []).map((one) => ({
        ...base,
        group: found(context.state.groups, one.GroupId, "group").id,
        ...described(one.Description),
      })),
      ...(permission.PrefixListIds ?? []).map((one) => ({
        ...base,
        prefixList: one.PrefixListId ?? "",
        ...described(one.Description),
      })),
    ];
    if (rules.length === 0)
      throw invalid("Invalid value for portRange. Must specify a source: IpRanges or UserIdGroupPairs.");
    return rules;
  });
}

/** @throws ServiceError InvalidPermission.Duplicate; then nothing was added. */
export function authorize(context: Ec2Context, group: GroupRecord, shapes: readonly RuleShape[]): RuleRecord[] {
  for (const shape of shapes) {
    if (group.rules.some((rule) => sameRule(rule, shape))) {
      const peer = `${peerOf(shape)}, ${shape.protocol === "-1" ? "ALL" : shape.protocol.toUpperCase()}`;
      const ports = shape.protocol === "-1" ? "" : `, from port: ${shape.fromPort}, to port: ${shape.toPort}`;
      const text = `the specified rule "peer: ${peer}${ports}, ALLOW" already exists`;
      throw new ServiceError("InvalidPermission.Duplicate", 400, text);
    }
  }
  const added = shapes.map((shape) => ({ ...shape, id: newId(context, "sgr") }));
  group.rules.push(...added);
  return added;
}

/** @throws ServiceError InvalidPermission.NotFound; then nothing was removed. */
export function revoke(group: GroupRecord, shapes: readonly RuleShape[]): RuleRecord[] {
  const gone = shapes.map((shape) => {
    const rule = group.rules.find((one) => sameRule(one, shape));
    if (rule) return rule;
    throw new ServiceError(
      "InvalidPermission.NotFound",
      400,
      "The specified rule does not exist in this security group.",
    );
  });
  group.rules = group.rules.filter((rule) => !gone.includes(rule));
  return gone;
}

function sameRule(one: RuleShape, other: RuleShape): boolean {
  const key = (rule: RuleShape): string =>
    [rule.egress, rule.protocol, rule.fromPort, rule.toPort, peerOf(rule)].join("|");
  return key(one) === key(other);
}

const peerOf = (rule: RuleShape): string => rule.cidr ?? rule.cidrV6 ?? rule.group ?? rule.prefixList ?? "";

export function shownRule({ state, world }: Ec2Context, group: GroupRecord, rule: RuleRecord): SecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: `arn:${world.partition}:ec2:${world.region}:${world.account}:security-group-rule/${rule.id}`,
    GroupId: group.id,
    GroupOwnerId: world.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidr,
    CidrIpv6: rule.cidrV6,
    PrefixListId: rule.prefixList,
    ReferencedGroupInfo: rule.group === undefined ? undefined : { GroupId: rule.group, UserId: world.account },
    Description: rule.description,
    Tags: shownTags(state, rule.id),
  };
}

/** Rules of the same protocol and ports share one permission, as EC2 shows them. */
export function shownPermissions({ world }: Ec2Context, rules: readonly RuleRecord[]): IpPermission[] {
  const gathered = new Map<string, IpPermission>();
  for (const rule of rules) {
    const key = [rule.protocol, rule.fromPort, rule.toPort].join("|");
    const known = gathered.get(key) ?? emptyPermission(rule);
    gathered.set(key, known);
    const Description = rule.description;
    if (rule.cidr !== undefined) known.IpRanges?.push({ CidrIp: rule.cidr, Description });
    if (rule.cidrV6 !== undefined) known.Ipv6Ranges?.push({ CidrIpv6: rule.cidrV6, Description });
    if (rule.prefixList !== undefined) known.PrefixListIds?.push({ PrefixListId: rule.prefixList, Description });
    if (rule.group !== undefined) {
      known.UserIdGroupPairs?.push({ GroupId: rule.group, UserId: world.account, Description });
    }
  }
  return [...gathered.values()];
}

function emptyPermission(rule: RuleRecord): IpPermission {
  const ports = rule.protocol === "-1" ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort };
  return { IpProtocol: rule.protocol, ...ports, IpRanges: [], Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] };
}
