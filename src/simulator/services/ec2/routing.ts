import type {
  AssociateRouteTableRequest,
  CreateRouteRequest,
  CreateRouteTableRequest,
  DescribeInternetGatewaysRequest,
  DescribeNetworkAclsRequest,
  DescribeRouteTablesRequest,
  InternetGateway,
  NetworkAcl,
  RouteTable,
} from "@aws-sdk/client-ec2";
import { type Handler, ServiceError } from "../../core.ts";
import { type FilterFields, listed, paged } from "./listing.ts";
import {
  dependencyViolation,
  type Ec2Context,
  found,
  type GatewayRecord,
  newId,
  type RouteTableRecord,
  shownTags,
  tagAtCreation,
  type VpcRecord,
} from "./state.ts";

export function addMainRouteTable(context: Ec2Context, vpc: VpcRecord): void {
  const table = newTable(context, vpc);
  table.associations.push({ id: newId(context, "rtbassoc"), main: true });
}

function newTable(context: Ec2Context, vpc: VpcRecord): RouteTableRecord {
  const table: RouteTableRecord = {
    id: newId(context, "rtb"),
    vpcId: vpc.id,
    routes: [{ destination: vpc.cidr, gatewayId: "local", origin: "CreateRouteTable" }],
    associations: [],
  };
  context.state.routeTables.set(table.id, table);
  return table;
}

export function routingOperations(context: Ec2Context): Record<string, Handler> {
  return { ...tableOperations(context), ...associationOperations(context), ...gatewayOperations(context) };
}

function tableOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  return {
    CreateRouteTable(input: CreateRouteTableRequest) {
      const table = newTable(context, found(state.vpcs, input.VpcId, "vpc"));
      tagAtCreation(context, table.id, input.TagSpecifications);
      return { RouteTable: shownTable(context, table) };
    },
    DescribeRouteTables(input: DescribeRouteTablesRequest) {
      const page = listed({
        state,
        records: state.routeTables,
        kind: "routeTable",
        ids: input.RouteTableIds,
        filters: input.Filters,
        fields: TABLE_FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { RouteTables: page.items.map((table) => shownTable(context, table)), NextToken: page.next };
    },
    DeleteRouteTable({ RouteTableId }: { RouteTableId?: string }) {
      const table = found(state.routeTables, RouteTableId, "routeTable");
      if (table.associations.length > 0) throw dependencyViolation(`The routeTable '${table.id}'`);
      state.routeTables.delete(table.id);
      return {};
    },
    CreateRoute(input: CreateRouteRequest) {
      const table = found(state.routeTables, input.RouteTableId, "routeTable");
      const destination = input.DestinationCidrBlock ?? "";
      if (table.routes.some((route) => route.destination === destination)) {
        throw new ServiceError("RouteAlreadyExists", 400, `The route identified by ${destination} already exists.`);
      }
      found(state.gateways, input.GatewayId, "gateway");
      table.routes.push({ destination, gatewayId: input.GatewayId ?? "", origin: "CreateRoute" });
      return { Return: true };
    },
    DeleteRoute(input: { RouteTableId?: string; DestinationCidrBlock?: string }) {
      const table = found(state.routeTables, input.RouteTableId, "routeTable");
      const kept = table.routes.filter((route) => route.destination !== input.DestinationCidrBlock);
      if (kept.length === table.routes.length) {
        const text = `no route with destination-cidr-block ${input.DestinationCidrBlock} in route table ${table.id}`;
        throw new ServiceError("InvalidRoute.NotFound", 400, text);
      }
      table.routes = kept;
      return {};
    },
  };
}

function associationOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  const owner = (id: string | undefined): RouteTableRecord => {
    const table = [...state.routeTables.values()].find((one) => one.associations.some((a) => a.id === id));
    if (table) return table;
    throw new ServiceError("InvalidAssociationID.NotFound", 400, `The association ID '${id}' does not exist`);
  };
  return {
    AssociateRouteTable(input: AssociateRouteTableRequest) {
      const table = found(state.routeTables, input.RouteTableId, "routeTable");
      const { id: subnetId } = found(state.subnets, input.SubnetId, "subnet");
      const association = { id: newId(context, "rtbassoc"), main: false, subnetId };
      table.associations.push(association);
      return { AssociationId: association.id, AssociationState: { State: "associated" } };
    },
    DisassociateRouteTable({ AssociationId }: { AssociationId?: string }) {
      const table = owner(AssociationId);
      table.associations = table.associations.filter((one) => one.id !== AssociationId);
      return {};
    },
  };
}

function gatewayOperations(context: Ec2Context): Record<string, Handler> {
  const { state } = context;
  return {
    CreateInternetGateway(input: { TagSpecifications?: Parameters<typeof tagAtCreation>[2] }) {
      const gateway: GatewayRecord = { id: newId(context, "igw"), vpcId: null };
      state.gateways.set(gateway.id, gateway);
      tagAtCreation(context, gateway.id, input.TagSpecifications);
      return { InternetGateway: shownGateway(context, gateway) };
    },
    AttachInternetGateway(input: { InternetGatewayId?: string; VpcId?: string }) {
      const gateway = found(state.gateways, input.InternetGatewayId, "gateway");
      const vpc = found(state.vpcs, input.VpcId, "vpc");
      if (gateway.vpcId !== null) {
        const text = `resource ${gateway.id} is already attached to network ${gateway.vpcId}`;
        throw new ServiceError("Resource.AlreadyAssociated", 400, text);
      }
      gateway.vpcId = vpc.id;
      return {};
    },
    DetachInternetGateway(input: { InternetGatewayId?: string; VpcId?: string }) {
      const gateway = found(state.gateways, input.InternetGatewayId, "gateway");
      if (gateway.vpcId !== input.VpcId) {
        const text = `resource ${gateway.id} is not attached to network ${input.VpcId}`;
        throw new ServiceError("Gateway.NotAttached", 400, text);
      }
      gateway.vpcId = null;
      return {};
    },
    DescribeInternetGateways(input: DescribeInternetGatewaysRequest) {
      const page = listed({
        state,
        records: state.gateways,
        kind: "gateway",
        ids: input.InternetGatewayIds,
        filters: input.Filters,
        fields: GATEWAY_FILTERS,
        maxResults: input.MaxResults,
        nextToken: input.NextToken,
      });
      return { InternetGateways: page.items.map((one) => shownGateway(context, one)), NextToken: page.next };
    },
    DeleteInternetGateway({ InternetGatewayId }: { InternetGatewayId?: string }) {
      const gateway = found(state.gateways, InternetGatewayId, "gateway");
      if (gateway.vpcId !== null) throw dependencyViolation(`The internetGateway '${gateway.id}'`);
      state.gateways.delete(gateway.id);
      return {};
    },
    DescribeNetworkAcls(input: DescribeNetworkAclsRequest) {
      const { items, next } = paged(defaultAcls(context, input), input);
      return { NetworkAcls: items, NextToken: next };
    },
  };
}

const TABLE_FILTERS: FilterFields<RouteTableRecord> = {
  "route-table-id": (table) => [table.id],
  "vpc-id": (table) => [table.vpcId],
  "association.main": (table) => table.associations.map((one) => String(one.main)),
  "association.subnet-id": (table) => table.associations.map((one) => one.subnetId),
  "association.route-table-association-id": (table) => table.associations.map((one) => one.id),
  "association.route-table-id": (table) => (table.associations.length ? [table.id] : []),
};

const GATEWAY_FILTERS: FilterFields<GatewayRecord> = {
  "internet-gateway-id": (gateway) => [gateway.id],
  "attachment.vpc-id": (gateway) => [gateway.vpcId ?? undefined],
  "attachment.state": (gateway) => [gateway.vpcId === null ? undefined : "available"],
};

function shownTable({ state, world }: Ec2Context, table: RouteTableRecord): RouteTable {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: world.account,
    PropagatingVgws: [],
    Routes: table.routes.map((route) => ({
      DestinationCidrBlock: route.destination,
      GatewayId: route.gatewayId,
      Origin: route.origin,
      State: "active",
    })),
    Associations: table.associations.map((one) => ({
      RouteTableAssociationId: one.id,
      RouteTableId: table.id,
      Main: one.main,
      SubnetId: one.subnetId,
      AssociationState: { State: "associated" },
    })),
    Tags: shownTags(state, table.id),
  };
}

function shownGateway({ state, world }: Ec2Context, gateway: GatewayRecord): InternetGateway {
  return {
    InternetGatewayId: gateway.id,
    OwnerId: world.account,
    Attachments: gateway.vpcId === null ? [] : [{ VpcId: gateway.vpcId, State: "available" as "attached" }],
    Tags: shownTags(state, gateway.id),
  };
}

/** Each VPC has its default network ACL, which lets everything through; others are not simulated. */
function defaultAcls({ state, world }: Ec2Context, { Filters = [] }: DescribeNetworkAclsRequest): NetworkAcl[] {
  const wanted = (name: string): readonly string[] | undefined => Filters.find((one) => one.Name === name)?.Values;
  if (wanted("default")?.includes("false")) return [];
  const entry = (Egress: boolean): NonNullable<NetworkAcl["Entries"]>[number] => ({
    CidrBlock: "0.0.0.0/0",
    Egress,
    Protocol: "-1",
    RuleAction: "allow",
    RuleNumber: 100,
  });
  return [...state.vpcs.values()]
    .filter((vpc) => wanted("vpc-id")?.includes(vpc.id) ?? true)
    .map((vpc) => ({
      NetworkAclId: `acl-${vpc.id.slice(4)}`,
      VpcId: vpc.id,
      OwnerId: world.account,
      IsDefault: true,
      Associations: [],
      Entries: [entry(true), entry(false)],
      Tags: [],
    }));
}

export const ROUTING_MEMBERS = {
  CreateRouteTable: ["TagSpecifications", "ClientToken", "DryRun", "VpcId"],
  DescribeRouteTables: ["NextToken", "MaxResults", "DryRun", "RouteTableIds", "Filters"],
  DeleteRouteTable: ["DryRun", "RouteTableId"],
  CreateRoute: ["DryRun", "RouteTableId", "DestinationCidrBlock", "GatewayId"],
  DeleteRoute: ["DryRun", "RouteTableId", "DestinationCidrBlock"],
  AssociateRouteTable: ["DryRun", "SubnetId", "RouteTableId"],
  DisassociateRouteTable: ["DryRun", "AssociationId"],
  CreateInternetGateway: ["TagSpecifications", "DryRun"],
  AttachInternetGateway: ["DryRun", "InternetGatewayId", "VpcId"],
  DetachInternetGateway: ["DryRun", "InternetGatewayId", "VpcId"],
  DescribeInternetGateways: ["NextToken", "MaxResults", "DryRun", "InternetGatewayIds", "Filters"],
  DeleteInternetGateway: ["DryRun", "InternetGatewayId"],
  DescribeNetworkAcls: ["NextToken", "MaxResults", "DryRun", "Filters"],
} as const;
