/** Operations on schedule groups, and their tags: schedules have none of their own. */
import type { Handler } from "../../core.ts";
import {
  conflict,
  DEFAULT_GROUP,
  groupArn,
  groupNamed,
  type GroupRecord,
  invalid,
  notFound,
  pageOf,
  type SchedulerContext,
} from "./state.ts";

const TAGS_MAX = 200;

export const GROUP_MEMBERS = {
  CreateScheduleGroup: ["Name", "Tags", "ClientToken"],
  GetScheduleGroup: ["Name"],
  DeleteScheduleGroup: ["Name", "ClientToken"],
  ListScheduleGroups: ["NamePrefix", "MaxResults", "NextToken"],
  TagResource: ["ResourceArn", "Tags"],
  UntagResource: ["ResourceArn", "TagKeys"],
  ListTagsForResource: ["ResourceArn"],
};

export function groupOperations(context: SchedulerContext): Record<keyof typeof GROUP_MEMBERS, Handler> {
  const { world } = context;
  return {
    CreateScheduleGroup: (input) => create(context, input),
    GetScheduleGroup: ({ Name }) => described(context, groupNamed(context, Name)),
    DeleteScheduleGroup: ({ Name }) => remove(context, Name),
    ListScheduleGroups({ NamePrefix = "", ...paging }) {
      const named = [...context.state.groups.values()].filter(({ name }) => name.startsWith(NamePrefix));
      const { page, token } = pageOf(
        named.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        paging,
      );
      return { ScheduleGroups: page.map((group) => described(context, group)), ...token };
    },
    TagResource({ ResourceArn, Tags }) {
      const group = tagged(context, ResourceArn);
      group.tags = merged(group.tags, Tags);
      group.modifiedMs = world.clock.nowMs();
    },
    UntagResource({ ResourceArn, TagKeys }) {
      const group = tagged(context, ResourceArn);
      group.tags = group.tags.filter(({ Key }) => !TagKeys.includes(Key));
      group.modifiedMs = world.clock.nowMs();
    },
    ListTagsForResource: ({ ResourceArn }) => ({ Tags: tagged(context, ResourceArn).tags }),
  };
}

function create(
  context: SchedulerContext,
  { Name, Tags = [], ClientToken }: { Name: string; Tags?: GroupRecord["tags"]; ClientToken?: string },
): object {
  const { world, state } = context;
  const existing = state.groups.get(Name);
  if (existing && (existing.clientToken === undefined || existing.clientToken !== ClientToken))
    throw conflict(`Schedule group ${Name} already exists.`);
  const nowMs = world.clock.nowMs();
  const group: GroupRecord = {
    name: Name,
    createdMs: nowMs,
    modifiedMs: nowMs,
    tags: merged([], Tags),
    ...(ClientToken !== undefined && { clientToken: ClientToken }),
  };
  if (!existing) state.groups.set(Name, group);
  return { ScheduleGroupArn: groupArn(world, Name) };
}

/** A group takes its schedules with it; AWS needs a while for that, and here it is done at once. */
function remove(context: SchedulerContext, name: string): void {
  if (name === DEFAULT_GROUP) throw invalid("The default schedule group cannot be deleted.");
  groupNamed(context, name);
  const { groups, schedules } = context.state;
  groups.delete(name);
  for (const [key, { group }] of schedules) if (group === name) schedules.delete(key);
}

function tagged({ world, state }: SchedulerContext, arn: string): GroupRecord {
  const found = [...state.groups.values()].find(({ name }) => groupArn(world, name) === arn);
  if (!found) throw notFound(`Resource ${arn} does not exist.`);
  return found;
}

function merged(tags: GroupRecord["tags"], added: GroupRecord["tags"]): GroupRecord["tags"] {
  const refused = added.find(({ Key }) => /^aws:/i.test(Key));
  if (refused) throw invalid(`Tag key ${refused.Key} is not valid: keys must not begin with aws:`);
  const all = [...new Map([...tags, ...added].map((tag) => [tag.Key, tag])).values()];
  if (all.length > TAGS_MAX) throw invalid(`A schedule group has at most ${TAGS_MAX} tags.`);
  return all;
}

function described({ world }: SchedulerContext, { name, createdMs, modifiedMs }: GroupRecord): object {
  return {
    Arn: groupArn(world, name),
    Name: name,
    State: "ACTIVE",
    CreationDate: new Date(createdMs),
    LastModificationDate: new Date(modifiedMs),
  };
}
