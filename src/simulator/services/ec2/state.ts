/** What the simulated EC2 remembers: plain data, so that it can be saved and restored as it is. */
import type { Ipv6Range, PrefixListId } from "@aws-sdk/client-ec2";
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";

export interface VpcRecord {
  id: string;
  cidr: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
  usageMetrics: boolean;
  tenancy: string;
}

export interface SubnetRecord {
  id: string;
  vpcId: string;
  cidr: string;
  zone: string;
  zoneId: string;
  mapPublicIp: boolean;
}

export interface RuleRecord {
  id: string;
  egress: boolean;
  protocol: string;
  fromPort: number;
  toPort: number;
  /** Exactly one of the four says whom the rule admits. */
  cidr?: string;
  cidrV6?: NonNullable<Ipv6Range["CidrIpv6"]>;
  group?: string;
  prefixList?: NonNullable<PrefixListId["PrefixListId"]>;
  description?: string;
}

export interface GroupRecord {
  id: string;
  vpcId: string;
  name: string;
  description: string;
  rules: RuleRecord[];
}

export interface RouteRecord {
  destination: string;
  gatewayId: string;
  origin: "CreateRouteTable" | "CreateRoute";
}

export interface RouteTableRecord {
  id: string;
  vpcId: string;
  routes: RouteRecord[];
  associations: { id: string; main: boolean; subnetId?: string }[];
}

export interface GatewayRecord {
  id: string;
  vpcId: string | null;
}

export interface InterfaceRecord {
  id: string;
  subnetId: string;
  vpcId: string;
  groups: string[];
  address: string;
  description: string;
  requesterId: string;
}

export interface Ec2State {
  vpcs: Map<string, VpcRecord>;
  subnets: Map<string, SubnetRecord>;
  groups: Map<string, GroupRecord>;
  routeTables: Map<string, RouteTableRecord>;
  gateways: Map<string, GatewayRecord>;
  interfaces: Map<string, InterfaceRecord>;
  /** Resource id → tags. */
  tags: Map<string, Map<string, string>>;
}

export function emptyState(): Ec2State {
  return {
    vpcs: new Map(),
    subnets: new Map(),
    groups: new Map(),
    routeTables: new Map(),
    gateways: new Map(),
    interfaces: new Map(),
    tags: new Map(),
  };
}

/** What the operations of one part of EC2 work with. */
export interface Ec2Context {
  state: Ec2State;
  world: World;
}

/** Tags given at creation, under the resource type they name. */
export function tagAtCreation(
  { state }: Ec2Context,
  id: string,
  specifications:
    | readonly { Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined }[]
    | undefined,
): void {
  for (const { Tags = [] } of specifications ?? []) {
    for (const { Key = "", Value = "" } of Tags) tagsOf(state, id).set(Key, Value);
  }
}

export function tagsOf(state: Ec2State, id: string): Map<string, string> {
  const known = state.tags.get(id);
  if (known) return known;
  const fresh = new Map<string, string>();
  state.tags.set(id, fresh);
  return fresh;
}

export function shownTags(state: Ec2State, id: string): { Key: string; Value: string }[] {
  return [...(state.tags.get(id) ?? [])].map(([Key, Value]) => ({ Key, Value }));
}

/** A new id such as vpc-0123456789abcdef0. */
export function newId({ world }: Ec2Context, prefix: string): string {
  return `${prefix}-${world.clock.hex(17)}`;
}

/** What EC2 answers for an id that names nothing, by kind. */
const NOT_FOUND = {
  vpc: ["InvalidVpcID.NotFound", "vpc ID"],
  subnet: ["InvalidSubnetID.NotFound", "subnet ID"],
  group: ["InvalidGroup.NotFound", "security group"],
  routeTable: ["InvalidRouteTableID.NotFound", "routeTable ID"],
  gateway: ["InvalidInternetGatewayID.NotFound", "internetGateway ID"],
  interface: ["InvalidNetworkInterfaceID.NotFound", "networkInterface ID"],
} as const;

/** @throws ServiceError with EC2's own code if nothing has this id. */
export function found<T>(map: Map<string, T>, id: string | undefined, kind: keyof typeof NOT_FOUND): T {
  const record = id === undefined ? undefined : map.get(id);
  if (record) return record;
  const [code, noun] = NOT_FOUND[kind];
  if (id === undefined) throw missingParameter(kind === "group" ? "groupId" : `${kind}Id`);
  throw new ServiceError(code, 400, `The ${noun} '${id}' does not exist`);
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError("MissingParameter", 400, `The request must contain the parameter ${name}`);
}

export function invalid(message: string): ServiceError {
  return new ServiceError("InvalidParameterValue", 400, message);
}

export function dependencyViolation(what: string): ServiceError {
  return new ServiceError("DependencyViolation", 400, `${what} has dependencies and cannot be deleted.`);
}
