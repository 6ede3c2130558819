/**
 * The part of EC2 that EFS mounts depend on: VPCs, subnets, security groups, routing and the
 * network interfaces of mount targets. There are no instances.
 */
import type { DescribeTagsRequest, Tag } from "@aws-sdk/client-ec2";
import { type Handler, type Service, ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import { GROUP_MEMBERS, groupOperations } from "./groups.ts";
import { createInterface, INTERFACE_MEMBERS, interfaceOperations, type Refusal } from "./interfaces.ts";
import { type FilterFields, matches, paged } from "./listing.ts";
import { ROUTING_MEMBERS, routingOperations } from "./routing.ts";
import {
  type Ec2Context,
  type Ec2State,
  emptyState,
  type GroupRecord,
  type InterfaceRecord,
  type SubnetRecord,
  tagsOf,
} from "./state.ts";
import { VPC_MEMBERS, vpcOperations } from "./vpcs.ts";
import { ZONE_MEMBERS, zoneOperations, zonesOf } from "./zones.ts";

declare module "../../world.ts" {
  interface Services {
    ec2: Ec2Service;
  }
}

export interface Ec2Service extends Service {
  subnet(id: string): SubnetRecord | undefined;
  securityGroup(id: string): GroupRecord | undefined;
  interface(id: string): InterfaceRecord | undefined;
  /** Zone name → zone id of the region. */
  zones(): Map<string, string>;
  /** Makes an interface on a service's behalf; a refusal says why not. */
  createInterface(subnet: SubnetRecord, wanted: Parameters<typeof createInterface>[2]): InterfaceRecord | Refusal;
  deleteInterface(id: string): void;
  /** The group named `default` of a VPC. */
  defaultGroup(vpcId: string): string | undefined;
}

const READ_ONLY = /^(Describe|Get)/;

export function createEc2Service(world: World): Ec2Service {
  const state = emptyState();
  const context: Ec2Context = { state, world };
  const operations = dryRunnable({
    ...zoneOperations(context),
    ...vpcOperations(context),
    ...groupOperations(context),
    ...routingOperations(context),
    ...interfaceOperations(context),
    ...tagOperations(context),
  });
  return {
    name: "ec2",
    operations,
    inputMembers: {
      ...ZONE_MEMBERS,
      ...VPC_MEMBERS,
      ...GROUP_MEMBERS,
      ...ROUTING_MEMBERS,
      ...INTERFACE_MEMBERS,
      ...TAG_MEMBERS,
    },
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    snapshot: () => snapshot(state),
    restore: (saved) => restore(state, saved as Saved),
    subnet: (id) => state.subnets.get(id),
    securityGroup: (id) => state.groups.get(id),
    interface: (id) => state.interfaces.get(id),
    zones: () => zonesOf(world.region),
    createInterface: (subnet, wanted) => createInterface(context, subnet, wanted),
    deleteInterface: (id) => void state.interfaces.delete(id),
    defaultGroup: (vpcId) =>
      [...state.groups.values()].find((one) => one.vpcId === vpcId && one.name === "default")?.id,
  };
}

/** DryRun asks only whether the call would be allowed, and the simulated account allows all. */
function dryRunnable(operations: Record<string, Handler>): Record<string, Handler> {
  const wrapped = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, context) => {
      if (input.DryRun !== true) return handler(input, context);
      throw new ServiceError("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
    },
  ]);
  return Object.fromEntries(wrapped);
}

const TYPES: Record<string, string> = {
  vpc: "vpc",
  subnet: "subnet",
  sg: "security-group",
  sgr: "security-group-rule",
  rtb: "route-table",
  igw: "internet-gateway",
  eni: "network-interface",
};

interface TagRow {
  id: string;
  key: string;
  value: string;
}

const TAG_FILTERS: FilterFields<TagRow> = {
  "resource-id": (row) => [row.id],
  "resource-type": (row) => [TYPES[row.id.split("-")[0] ?? ""]],
  key: (row) => [row.key],
  value: (row) => [row.value],
};

function tagOperations({ state }: Ec2Context): Record<string, Handler> {
  return {
    CreateTags({ Resources = [], Tags = [] }: { Resources?: string[]; Tags?: Tag[] }) {
      for (const id of Resources) for (const { Key = "", Value = "" } of Tags) tagsOf(state, id).set(Key, Value);
      return {};
    },
    DeleteTags({ Resources = [], Tags }: { Resources?: string[]; Tags?: Tag[] }) {
      for (const id of Resources) {
        if (!Tags) state.tags.delete(id);
        for (const { Key = "" } of Tags ?? []) state.tags.get(id)?.delete(Key);
      }
      return {};
    },
    DescribeTags({ Filters = [], ...paging }: DescribeTagsRequest) {
      const rows = [...state.tags].flatMap(([id, tags]) => [...tags].map(([key, value]) => ({ id, key, value })));
      const kept = rows.filter((row) => Filters.every((filter) => matches(state, row, filter, TAG_FILTERS)));
      const { items, next } = paged(kept, paging);
      const shown = items.map(({ id, key, value }) => ({
        ResourceId: id,
        ResourceType: TYPES[id.split("-")[0] ?? ""],
        Key: key,
        Value: value,
      }));
      return { Tags: shown, NextToken: next };
    },
  };
}

const TAG_MEMBERS = {
  CreateTags: ["DryRun", "Resources", "Tags"],
  DeleteTags: ["DryRun", "Resources", "Tags"],
  DescribeTags: ["DryRun", "Filters", "MaxResults", "NextToken"],
} as const;

type Saved = { [K in keyof Ec2State]: [string, unknown][] };

function snapshot(state: Ec2State): Saved {
  const tags = [...state.tags].map(([id, map]): [string, unknown] => [id, [...map]]);
  const rest = Object.entries(state).map(([name, map]) => [name, [...map]]);
  return { ...(Object.fromEntries(rest) as Saved), tags };
}

function restore(state: Ec2State, saved: Saved): void {
  for (const [name, entries] of Object.entries(saved)) {
    const map = state[name as keyof Ec2State] as Map<string, unknown>;
    map.clear();
    for (const [id, value] of entries) map.set(id, name === "tags" ? new Map(value as [string, string][]) : value);
  }
}
