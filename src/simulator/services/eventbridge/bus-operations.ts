/** Operations on event buses. */
import type { Handler, SimClock } from "../../core.ts";
import { ServiceError } from "../../core.ts";
import type { Bus, Buses } from "./buses.ts";
import { constraint, DEFAULT_BUS, invalid } from "./buses.ts";
import { pageOf } from "./paging.ts";
import { tagsFrom } from "./tags.ts";

const BUS_NAME = /^[.\-_A-Za-z0-9]{1,256}$/;

export const BUS_INPUT_MEMBERS = {
  CreateEventBus: ["Name", "Description", "Tags"],
  DeleteEventBus: ["Name"],
  DescribeEventBus: ["Name"],
  ListEventBuses: ["NamePrefix", "NextToken", "Limit"],
};

export function createBusOperations(clock: SimClock, buses: Buses): Record<keyof typeof BUS_INPUT_MEMBERS, Handler> {
  return {
    CreateEventBus({ Name, Description, Tags = [] }) {
      if (!BUS_NAME.test(Name))
        throw constraint(Name, "name", String.raw`Member must satisfy regular expression pattern: [/\.\-_A-Za-z0-9]+`);
      if (buses.get(Name))
        throw new ServiceError("ResourceAlreadyExistsException", 400, `Event bus ${Name} already exists.`);
      const nowMs = clock.nowMs();
      const tags = tagsFrom(Tags);
      const bus: Bus = {
        name: Name,
        arn: buses.arnOf(Name),
        createdMs: nowMs,
        modifiedMs: nowMs,
        tags,
        rules: new Map(),
        ...(Description !== undefined && { description: Description }),
      };
      buses.add(bus);
      return { EventBusArn: bus.arn, Description };
    },
    DeleteEventBus({ Name }) {
      if (Name === DEFAULT_BUS) throw invalid("Cannot delete event bus default.");
      if ((buses.get(Name)?.rules.size ?? 0) > 0)
        throw invalid(`Event bus ${Name} cannot be deleted since it has rules.`);
      // Deleting what is not there succeeds.
      buses.remove(Name);
    },
    DescribeEventBus: ({ Name }) => described(buses.find(Name)),
    ListEventBuses({ NamePrefix = "", ...paging }) {
      const named = buses.all().filter(({ name }) => name.startsWith(NamePrefix));
      const { page, token } = pageOf(named, paging);
      return { EventBuses: page.map(described), ...token };
    },
  };
}

function described({ name, arn, description, createdMs, modifiedMs }: Bus): object {
  return {
    Name: name,
    Arn: arn,
    Description: description,
    CreationTime: new Date(createdMs),
    LastModifiedTime: new Date(modifiedMs),
  };
}
