/** Whether a client in some subnets reaches the mount targets of a file system. */
import type { RuleRecord } from "../services/ec2/state.ts";
import type { World } from "../world.ts";

/** NFS over TCP: the only port of a mount target. */
const NFS_PORT = 2049;

export interface NetworkPlace {
  subnetIds: readonly string[];
  securityGroupIds: readonly string[];
}

export type NetworkVerdict = { reachable: true } | { reachable: false; kind: "connectivity" | "timeout"; why: string };

/**
 * Looks at every subnet, since an environment may start in any of them: there must be an available
 * mount target in its zone and VPC, the client's groups must let NFS out, the target's groups in.
 */
export function evaluateNetwork(world: World, fileSystemId: string, place: NetworkPlace): NetworkVerdict {
  const ec2 = world.service("ec2");
  const targets = world.service("efs").mountTargetsOf(fileSystemId);
  for (const subnetId of place.subnetIds) {
    const subnet = ec2.subnet(subnetId);
    if (!subnet) return unreachable(`subnet ${subnetId} does not exist`);
    const target = targets.find((one) => one.zone.id === subnet.zoneId && one.vpcId === subnet.vpcId);
    if (!target) return unreachable(`${fileSystemId} has no mount target in ${subnet.zone} of ${subnet.vpcId}`);
    if (target.state !== "available") {
      return { reachable: false, kind: "timeout", why: `mount target ${target.id} is ${target.state}` };
    }
    const groups = ec2.interface(target.interfaceId)?.groups ?? [];
    if (!place.securityGroupIds.some((id) => lets(world, id, true, groups, target.address))) {
      return unreachable(`no security group of the client lets port ${NFS_PORT} out to ${target.address}`);
    }
    if (!groups.some((id) => lets(world, id, false, place.securityGroupIds, subnetBase(subnet.cidr)))) {
      return unreachable(`no security group of mount target ${target.id} lets port ${NFS_PORT} in from the client`);
    }
  }
  return { reachable: true };
}

const unreachable = (why: string): NetworkVerdict => ({ reachable: false, kind: "connectivity", why });
const subnetBase = (cidr: string): string => cidr.split("/")[0] ?? "";

/** Whether a group has a rule for NFS whose peer is one of the groups, or a block around the address. */
function lets(world: World, groupId: string, egress: boolean, peers: readonly string[], address: string): boolean {
  const rules = world.service("ec2").securityGroup(groupId)?.rules ?? [];
  return rules.some((rule) => {
    if (rule.egress !== egress || !coversNfs(rule)) return false;
    if (rule.cidr !== undefined) return blockHolds(rule.cidr, address);
    return rule.group !== undefined && peers.includes(rule.group);
  });
}

function coversNfs({ protocol, fromPort, toPort }: RuleRecord): boolean {
  return protocol === "-1" || (protocol === "tcp" && fromPort <= NFS_PORT && toPort >= NFS_PORT);
}

function blockHolds(block: string, address: string): boolean {
  const [base = "", bits = "32"] = block.split("/");
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(base) / size) === Math.floor(numberOf(address) / size);
}

const numberOf = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
