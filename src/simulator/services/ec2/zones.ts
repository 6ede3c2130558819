import type {
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Handler } from "../../core.ts";
import type { Ec2Context } from "./state.ts";
import { invalid } from "./state.ts";

const LETTERS = ["a", "b", "c"];

/** Directions as they are shortened in zone ids: eu-west-1 → euw1, ap-southeast-2 → apse2. */
const SHORT: Record<string, string> = {
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
};

/** Zone names of the region with their ids. */
export function zonesOf(region: string): Map<string, string> {
  const [area = "", direction = "", digit = ""] = region.split("-");
  const prefix = area + (SHORT[direction] ?? direction) + digit;
  return new Map(LETTERS.map((letter, index) => [`${region}${letter}`, `${prefix}-az${index + 1}`]));
}

export function zoneOperations({ world }: Ec2Context): Record<string, Handler> {
  return {
    DescribeAvailabilityZones(
      input: DescribeAvailabilityZonesCommandInput,
    ): Omit<DescribeAvailabilityZonesCommandOutput, "$metadata"> {
      const zones = [...zonesOf(world.region)].map(([ZoneName, ZoneId]) => ({
        ZoneName,
        ZoneId,
        State: "available" as const,
        OptInStatus: "opt-in-not-required" as const,
        RegionName: world.region,
        GroupName: `${world.region}-zg-1`,
        NetworkBorderGroup: world.region,
        ZoneType: "availability-zone",
        Messages: [],
      }));
      const fields: Record<string, (zone: (typeof zones)[number]) => string> = {
        "zone-name": (zone) => zone.ZoneName,
        "zone-id": (zone) => zone.ZoneId,
        "region-name": (zone) => zone.RegionName,
        "opt-in-status": (zone) => zone.OptInStatus,
        "zone-type": (zone) => zone.ZoneType,
        "group-name": (zone) => zone.GroupName,
        state: (zone) => zone.State,
      };
      const kept = zones.filter((zone) => {
        if (input.ZoneNames?.length && !input.ZoneNames.includes(zone.ZoneName)) return false;
        if (input.ZoneIds?.length && !input.ZoneIds.includes(zone.ZoneId)) return false;
        return (input.Filters ?? []).every(({ Name = "", Values = [] }) => {
          const field = fields[Name];
          if (!field) throw invalid(`The filter '${Name}' is invalid`);
          return Values.includes(field(zone));
        });
      });
      return { AvailabilityZones: kept };
    },
    DescribeAccountAttributes: () => ({
      AccountAttributes: [
        { AttributeName: "supported-platforms", AttributeValues: [{ AttributeValue: "VPC" }] },
        { AttributeName: "default-vpc", AttributeValues: [{ AttributeValue: "none" }] },
      ],
    }),
  };
}

export const ZONE_MEMBERS = {
  DescribeAvailabilityZones: ["ZoneNames", "ZoneIds", "AllAvailabilityZones", "DryRun", "Filters"],
  DescribeAccountAttributes: ["AttributeNames", "DryRun"],
} as const;
