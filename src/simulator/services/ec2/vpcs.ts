import type {
  AttributeBooleanValue,
  CreateSubnetRequest,
  CreateVpcRequest,
  DescribeSubnetsRequest,
  DescribeVpcAttributeRequest,
  DescribeVpcsRequest,
  ModifySubnetAttributeRequest,
  ModifyVpcAttributeRequest,
  Subnet,
  Vpc,
} from "@aws-sdk/client-ec2";
import { type Handler, ServiceError } from "../../core.ts";
import { contains, overlaps, parseCidr } from "./cidr.ts";
import { addDefaultGroup } from "./groups.ts";
import { freeAddresses } from "./interfaces.ts";
import { type FilterFields, listed } from "./listing.ts";
import { addMainRouteTable } from "./routing.ts";
import {
  dependencyViolation,
  type Ec2Context,
  found,
  invalid,
  newId,
  shownTags,
  type SubnetRecord,
  tagAtCreation,
  type VpcRecord,
} from "./state.ts";
import { zonesOf } from "./zones.ts";

export function vpcOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  return {
    CreateVpc: (input: CreateVpcRequest) => ({ Vpc: { ...createVpc(context, input), State: "pending" } }),
    DescribeVpcs(input: DescribeVpcsRequest) {
      const page = listed({
        state,
        records: state.vpcs,
        kind: "vpc",
        ids: input.VpcIds,
        filters: input.Filters,
        fields: VPC_FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { Vpcs: page.items.map((vpc) => shownVpc(context, vpc)), NextToken: page.next };
    },
    DescribeVpcAttribute({ VpcId, Attribute }: DescribeVpcAttributeRequest) {
      const vpc = found(state.vpcs, VpcId, "vpc");
      if (Attribute === "enableDnsSupport") return { VpcId, EnableDnsSupport: { Value: vpc.dnsSupport } };
      if (Attribute === "enableDnsHostnames") return { VpcId, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
      return { VpcId, EnableNetworkAddressUsageMetrics: { Value: vpc.usageMetrics } };
    },
    ModifyVpcAttribute(input: ModifyVpcAttributeRequest) {
      const vpc = found(state.vpcs, input.VpcId, "vpc");
      vpc.dnsSupport = flag(input.EnableDnsSupport, vpc.dnsSupport);
      vpc.dnsHostnames = flag(input.EnableDnsHostnames, vpc.dnsHostnames);
      vpc.usageMetrics = flag(input.EnableNetworkAddressUsageMetrics, vpc.usageMetrics);
      return {};
    },
    DeleteVpc({ VpcId }: { VpcId?: string }) {
      deleteVpc(context, found(state.vpcs, VpcId, "vpc"));
      return {};
    },
    CreateSubnet: (input: CreateSubnetRequest) => ({ Subnet: createSubnet(context, input) }),
    DescribeSubnets(input: DescribeSubnetsRequest) {
      const page = listed({
        state,
        records: state.subnets,
        kind: "subnet",
        ids: input.SubnetIds,
        filters: input.Filters,
        fields: SUBNET_FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { Subnets: page.items.map((subnet) => shownSubnet(context, subnet)), NextToken: page.next };
    },
    ModifySubnetAttribute(input: ModifySubnetAttributeRequest) {
      const subnet = found(state.subnets, input.SubnetId, "subnet");
      subnet.mapPublicIp = flag(input.MapPublicIpOnLaunch, subnet.mapPublicIp);
      return {};
    },
    DeleteSubnet({ SubnetId }: { SubnetId?: string }) {
      const subnet = found(state.subnets, SubnetId, "subnet");
      if ([...state.interfaces.values()].some((one) => one.subnetId === subnet.id)) {
        throw dependencyViolation(`The subnet '${subnet.id}'`);
      }
      for (const table of state.routeTables.values()) {
        table.associations = table.associations.filter((one) => one.subnetId !== subnet.id);
      }
      state.subnets.delete(subnet.id);
      state.tags.delete(subnet.id);
      return {};
    },
  };
}

const VPC_FILTERS: FilterFields<VpcRecord> = {
  "vpc-id": (vpc) => [vpc.id],
  cidr: (vpc) => [vpc.cidr],
  "cidr-block-association.cidr-block": (vpc) => [vpc.cidr],
  state: () => ["available"],
  "is-default": () => ["false"],
  isDefault: () => ["false"],
};

const SUBNET_FILTERS: FilterFields<SubnetRecord> = {
  "subnet-id": (subnet) => [subnet.id],
  "vpc-id": (subnet) => [subnet.vpcId],
  "availability-zone": (subnet) => [subnet.zone],
  availabilityZone: (subnet) => [subnet.zone],
  "availability-zone-id": (subnet) => [subnet.zoneId],
  "cidr-block": (subnet) => [subnet.cidr],
  cidr: (subnet) => [subnet.cidr],
  "default-for-az": () => ["false"],
  "map-public-ip-on-launch": (subnet) => [String(subnet.mapPublicIp)],
  state: () => ["available"],
};

const flag = (value: AttributeBooleanValue | undefined, current: boolean): boolean => value?.Value ?? current;

function createVpc(context: Ec2Context, input: CreateVpcRequest): Vpc {
  const block = parseCidr(input.CidrBlock ?? "");
  // AWS allows a VPC between /28 and /16.
  if (!block || block.size < 16 || block.size > 65_536) {
    throw new ServiceError("InvalidVpc.Range", 400, `The CIDR '${input.CidrBlock}' is invalid.`);
  }
  const vpc: VpcRecord = {
    id: newId(context, "vpc"),
    cidr: input.CidrBlock ?? "",
    dnsSupport: true,
    dnsHostnames: false,
    usageMetrics: false,
    tenancy: input.InstanceTenancy ?? "default",
  };
  if (input.AmazonProvidedIpv6CidrBlock) {
    throw new ServiceError("NotSimulated", 501, "The simulator does not implement ec2 CreateVpc: IPv6");
  }
  context.state.vpcs.set(vpc.id, vpc);
  tagAtCreation(context, vpc.id, input.TagSpecifications);
  addDefaultGroup(context, vpc.id);
  addMainRouteTable(context, vpc);
  return shownVpc(context, vpc);
}

function deleteVpc({ state }: Ec2Context, vpc: VpcRecord): void {
  const subnets = [...state.subnets.values()].some((subnet) => subnet.vpcId === vpc.id);
  const groups = [...state.groups.values()].some((group) => group.vpcId === vpc.id && group.name !== "default");
  const gateways = [...state.gateways.values()].some((gateway) => gateway.vpcId === vpc.id);
  if (subnets || groups || gateways) throw dependencyViolation(`The vpc '${vpc.id}'`);
  for (const group of state.groups.values()) if (group.vpcId === vpc.id) state.groups.delete(group.id);
  for (const table of state.routeTables.values()) if (table.vpcId === vpc.id) state.routeTables.delete(table.id);
  state.vpcs.delete(vpc.id);
  state.tags.delete(vpc.id);
}

function createSubnet(context: Ec2Context, input: CreateSubnetRequest): Subnet {
  const { state, world } = context;
  const vpc = found(state.vpcs, input.VpcId, "vpc");
  const block = parseCidr(input.CidrBlock ?? "");
  const outer = parseCidr(vpc.cidr);
  if (!block || !outer || block.size < 16 || !contains(outer, block)) {
    throw new ServiceError("InvalidSubnet.Range", 400, `The CIDR '${input.CidrBlock}' is invalid.`);
  }
  for (const other of state.subnets.values()) {
    const taken = parseCidr(other.cidr);
    if (other.vpcId === vpc.id && taken && overlaps(taken, block)) {
      throw new ServiceError(
        "InvalidSubnet.Conflict",
        400,
        `The CIDR '${input.CidrBlock}' conflicts with another subnet`,
      );
    }
  }
  const [zone, zoneId] = chosenZone(world.region, input);
  const subnet: SubnetRecord = {
    id: newId(context, "subnet"),
    vpcId: vpc.id,
    cidr: input.CidrBlock ?? "",
    zone,
    zoneId,
    mapPublicIp: false,
  };
  state.subnets.set(subnet.id, subnet);
  tagAtCreation(context, subnet.id, input.TagSpecifications);
  return shownSubnet(context, subnet);
}

function chosenZone(region: string, input: CreateSubnetRequest): [string, string] {
  const zones = [...zonesOf(region)];
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  const zone = zones.find(([zoneName, zoneId]) => (name ?? zoneName) === zoneName && (id ?? zoneId) === zoneId);
  if (zone) return zone;
  const allowed = zones.map(([zoneName]) => zoneName).join(", ");
  throw invalid(
    `Value (${name ?? id}) for parameter availabilityZone is invalid. ` +
      `Subnets can currently only be created in the following availability zones: ${allowed}.`,
  );
}

function shownVpc({ state, world }: Ec2Context, vpc: VpcRecord): Vpc {
  return {
    VpcId: vpc.id,
    OwnerId: world.account,
    State: "available",
    CidrBlock: vpc.cidr,
    DhcpOptionsId: "default",
    InstanceTenancy: vpc.tenancy as NonNullable<Vpc["InstanceTenancy"]>,
    IsDefault: false,
    CidrBlockAssociationSet: [
      {
        AssociationId: `vpc-cidr-assoc-${vpc.id.slice(4)}`,
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: "associated" },
      },
    ],
    Tags: shownTags(state, vpc.id),
  };
}

function shownSubnet(context: Ec2Context, subnet: SubnetRecord): Subnet {
  const { state, world } = context;
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:${world.partition}:ec2:${world.region}:${world.account}:subnet/${subnet.id}`,
    VpcId: subnet.vpcId,
    OwnerId: world.account,
    State: "available",
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: subnet.zoneId,
    AvailableIpAddressCount: freeAddresses(state, subnet),
    MapPublicIpOnLaunch: subnet.mapPublicIp,
    AssignIpv6AddressOnCreation: false,
    DefaultForAz: false,
    EnableDns64: false,
    Ipv6Native: false,
    Ipv6CidrBlockAssociationSet: [],
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    Tags: shownTags(state, subnet.id),
  };
}

export const VPC_MEMBERS = {
  CreateVpc: ["CidrBlock", "TagSpecifications", "DryRun", "InstanceTenancy", "AmazonProvidedIpv6CidrBlock"],
  DescribeVpcs: ["Filters", "VpcIds", "NextToken", "MaxResults", "DryRun"],
  DescribeVpcAttribute: ["Attribute", "VpcId", "DryRun"],
  ModifyVpcAttribute: ["EnableDnsHostnames", "EnableDnsSupport", "VpcId", "EnableNetworkAddressUsageMetrics"],
  DeleteVpc: ["VpcId", "DryRun"],
  CreateSubnet: ["TagSpecifications", "AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "VpcId", "DryRun"],
  DescribeSubnets: ["Filters", "SubnetIds", "NextToken", "MaxResults", "DryRun"],
  ModifySubnetAttribute: ["MapPublicIpOnLaunch", "SubnetId"],
  DeleteSubnet: ["SubnetId", "DryRun"],
} as const;
