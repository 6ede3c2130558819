/** Tags of rules and buses. */
import type { Handler } from "../../core.ts";
import type { Buses } from "./buses.ts";
import { constraint, invalid, notFound } from "./buses.ts";

export interface Tag {
  Key: string;
  Value: string;
}

const TAGS_MAX = 50;

export const TAG_INPUT_MEMBERS = {
  TagResource: ["ResourceARN", "Tags"],
  UntagResource: ["ResourceARN", "TagKeys"],
  ListTagsForResource: ["ResourceARN"],
};

/** @throws ValidationException for keys of the wrong length or with the prefix aws:, and for too many. */
export function tagsFrom(tags: Tag[], existing: Record<string, string> = {}): Record<string, string> {
  const all = { ...existing };
  for (const { Key, Value } of tags) {
    if (Key.length < 1 || Key.length > 128)
      throw constraint(Key, "tags.1.member.key", "Member must have length between 1 and 128");
    if (Value.length > 256)
      throw constraint(Value, "tags.1.member.value", "Member must have length less than or equal to 256");
    if (/^aws:/i.test(Key)) throw invalid(`Tag key ${Key} is not valid: keys must not begin with aws:`);
    all[Key] = Value;
  }
  if (Object.keys(all).length > TAGS_MAX) throw invalid(`A resource has at most ${TAGS_MAX} tags.`);
  return all;
}

export function createTagOperations(buses: Buses): Record<keyof typeof TAG_INPUT_MEMBERS, Handler> {
  const tagged = (arn: string) => {
    for (const bus of buses.all()) {
      if (bus.arn === arn) return bus;
      for (const rule of bus.rules.values()) if (rule.arn === arn) return rule;
    }
    throw notFound(`Resource ${arn} does not exist.`);
  };
  return {
    TagResource({ ResourceARN, Tags }) {
      const resource = tagged(ResourceARN);
      resource.tags = tagsFrom(Tags, resource.tags);
    },
    UntagResource({ ResourceARN, TagKeys }) {
      const { tags } = tagged(ResourceARN);
      for (const key of TagKeys) delete tags[key];
    },
    ListTagsForResource: ({ ResourceARN }) => ({
      Tags: Object.entries(tagged(ResourceARN).tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}
