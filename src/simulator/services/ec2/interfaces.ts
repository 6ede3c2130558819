import type {
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfacesRequest,
  NetworkInterface,
} from "@aws-sdk/client-ec2";
import { type Handler, ServiceError } from "../../core.ts";
import { parseAddress, parseCidr, showAddress } from "./cidr.ts";
import { type FilterFields, listed } from "./listing.ts";
import {
  type Ec2Context,
  type Ec2State,
  found,
  type InterfaceRecord,
  newId,
  shownTags,
  type SubnetRecord,
} from "./state.ts";

/** AWS keeps the first four addresses and the last one of every subnet. */
const RESERVED_FIRST = 4;
const RESERVED_ALL = 5;

/** Why no interface could be made; the service that wanted it words its own error. */
export type Refusal = "NoFreeAddress" | "AddressInUse" | "AddressOutside";

/**
 * Makes an interface in a subnet, as EFS does for a mount target.
 *
 * @param address null picks the lowest free one.
 */
export function createInterface(
  context: Ec2Context,
  subnet: SubnetRecord,
  wanted: { address: string | null; groups: string[]; description: string; requesterId: string },
): InterfaceRecord | Refusal {
  const address =
    wanted.address === null ? lowestFree(context.state, subnet) : checked(context.state, subnet, wanted.address);
  if (address === "NoFreeAddress" || address === "AddressInUse" || address === "AddressOutside") return address;
  const { groups, description, requesterId } = wanted;
  const { id: subnetId, vpcId } = subnet;
  const record = { id: newId(context, "eni"), subnetId, vpcId, groups, address, description, requesterId };
  context.state.interfaces.set(record.id, record);
  return record;
}

export function freeAddresses(state: Ec2State, subnet: SubnetRecord): number {
  const size = parseCidr(subnet.cidr)?.size ?? 0;
  return size - RESERVED_ALL - taken(state, subnet).size;
}

function taken(state: Ec2State, subnet: SubnetRecord): Set<string> {
  const inSubnet = [...state.interfaces.values()].filter((one) => one.subnetId === subnet.id);
  return new Set(inSubnet.map((one) => one.address));
}

function lowestFree(state: Ec2State, subnet: SubnetRecord): string {
  const block = parseCidr(subnet.cidr);
  const used = taken(state, subnet);
  for (let offset = RESERVED_FIRST; block && offset < block.size - 1; offset++) {
    const address = showAddress(block.base + offset);
    if (!used.has(address)) return address;
  }
  return "NoFreeAddress";
}

function checked(state: Ec2State, subnet: SubnetRecord, address: string): string {
  const block = parseCidr(subnet.cidr);
  const number = parseAddress(address);
  if (!block || number === null || number < block.base + RESERVED_FIRST || number >= block.base + block.size - 1) {
    return "AddressOutside";
  }
  return taken(state, subnet).has(address) ? "AddressInUse" : address;
}

export function interfaceOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  return {
    DescribeNetworkInterfaces(input: DescribeNetworkInterfacesRequest) {
      const page = listed({
        state,
        records: state.interfaces,
        kind: "interface",
        ids: input.NetworkInterfaceIds,
        filters: input.Filters,
        fields: FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { NetworkInterfaces: page.items.map((one) => shown(context, one)), NextToken: page.next };
    },
    DescribeNetworkInterfaceAttribute({ NetworkInterfaceId, Attribute }: DescribeNetworkInterfaceAttributeRequest) {
      const one = shown(context, found(state.interfaces, NetworkInterfaceId, "interface"));
      if (Attribute === "groupSet") return { NetworkInterfaceId, Groups: one.Groups };
      if (Attribute === "description") return { NetworkInterfaceId, Description: { Value: one.Description } };
      if (Attribute === "sourceDestCheck") return { NetworkInterfaceId, SourceDestCheck: { Value: true } };
      return { NetworkInterfaceId };
    },
    ModifyNetworkInterfaceAttribute(input: { NetworkInterfaceId?: string; Groups?: string[] }) {
      const one = found(state.interfaces, input.NetworkInterfaceId, "interface");
      if (input.Groups) one.groups = input.Groups.map((id) => found(state.groups, id, "group").id);
      return {};
    },
    DeleteNetworkInterface({ NetworkInterfaceId }: { NetworkInterfaceId?: string }) {
      const one = found(state.interfaces, NetworkInterfaceId, "interface");
      // Every interface here is attached to a mount target or to Lambda's own network.
      throw new ServiceError(
        "OperationNotPermitted",
        400,
        `You do not have permission to access the specified resource '${one.id}': it is managed by AWS.`,
      );
    },
  };
}

const FILTERS: FilterFields<InterfaceRecord> = {
  "network-interface-id": (one) => [one.id],
  "subnet-id": (one) => [one.subnetId],
  "vpc-id": (one) => [one.vpcId],
  "group-id": (one) => one.groups,
  description: (one) => [one.description],
  "requester-id": (one) => [one.requesterId],
  "requester-managed": () => ["true"],
  "private-ip-address": (one) => [one.address],
  "addresses.private-ip-address": (one) => [one.address],
  "interface-type": (one) => [typeOf(one)],
  "attachment.instance-owner-id": () => ["amazon-aws"],
  "attachment.status": () => ["attached"],
  status: () => ["in-use"],
};

const typeOf = (one: InterfaceRecord): "lambda" | "efs" => (one.description.includes("Lambda") ? "lambda" : "efs");

function shown({ state, world }: Ec2Context, one: InterfaceRecord): NetworkInterface {
  const subnet = state.subnets.get(one.subnetId);
  return {
    NetworkInterfaceId: one.id,
    SubnetId: one.subnetId,
    VpcId: one.vpcId,
    AvailabilityZone: subnet?.zone,
    Description: one.description,
    Groups: one.groups.map((GroupId) => ({ GroupId, GroupName: state.groups.get(GroupId)?.name })),
    // "efs" is missing from the published enumeration, but it is what EC2 answers.
    InterfaceType: typeOf(one) as NonNullable<NetworkInterface["InterfaceType"]>,
    OwnerId: world.account,
    PrivateIpAddress: one.address,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: one.address }],
    RequesterId: one.requesterId,
    RequesterManaged: true,
    SourceDestCheck: true,
    Status: "in-use",
    Attachment: {
      AttachmentId: `ela-attach-${one.id.slice(4)}`,
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: "amazon-aws",
      Status: "attached",
    },
    Ipv6Addresses: [],
    TagSet: shownTags(state, one.id),
  };
}

export const INTERFACE_MEMBERS = {
  DescribeNetworkInterfaces: ["NextToken", "MaxResults", "DryRun", "NetworkInterfaceIds", "Filters"],
  DescribeNetworkInterfaceAttribute: ["DryRun", "NetworkInterfaceId", "Attribute"],
  ModifyNetworkInterfaceAttribute: ["DryRun", "NetworkInterfaceId", "Groups"],
  DeleteNetworkInterface: ["DryRun", "NetworkInterfaceId"],
} as const;
