import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { type Tag, tagList, type TagMap, tagsFrom } from "../tags.ts";
import { accessPointOf, badRequest, checkedPage, type EfsContext, fileSystemOf } from "./state.ts";

/** Quota of EFS: tags of one resource. */
const TAGS_MAX = 50;

/** @throws BadRequest for a key given twice or too many tags. */
export function newTags(tags: readonly Tag[] | undefined): TagMap {
  const map = tagsFrom(tags);
  if (map.size < (tags?.length ?? 0)) throw badRequest("Duplicate tag keys are not allowed.");
  return checkCount(map);
}

function checkCount(tags: TagMap): TagMap {
  if (tags.size <= TAGS_MAX) return tags;
  throw badRequest(`The number of tags (${tags.size}) exceeds the limit of ${TAGS_MAX} per resource.`);
}

interface FileSystemTags {
  FileSystemId: string;
  Tags: Tag[];
  TagKeys: string[];
  MaxItems?: number;
  Marker?: string;
}

interface ResourceTags {
  ResourceId: string;
  Tags: Tag[];
  TagKeys: string[];
  MaxResults?: number;
  NextToken?: string;
}

export function tagOperations(context: EfsContext): Record<string, Handler> {
  const tagsOf = (resource: string): TagMap =>
    resource.includes("fsap-") ? accessPointOf(context, resource).tags : fileSystemOf(context, resource).tags;
  const add = (tags: TagMap, added: readonly Tag[]): void => {
    const given = newTags(added);
    checkCount(new Map([...tags, ...given]));
    for (const [key, value] of given) tags.set(key, value);
  };
  return {
    TagResource({ ResourceId, Tags }: ResourceTags) {
      add(tagsOf(ResourceId), Tags);
      return {};
    },
    UntagResource({ ResourceId, TagKeys }: ResourceTags) {
      for (const key of TagKeys) tagsOf(ResourceId).delete(key);
      return {};
    },
    ListTagsForResource({ ResourceId, MaxResults = 100, NextToken }: ResourceTags) {
      const page = checkedPage(pageOf(tagList(tagsOf(ResourceId)), MaxResults, NextToken));
      return { Tags: page.items, NextToken: page.next };
    },
    CreateTags({ FileSystemId, Tags }: FileSystemTags) {
      add(fileSystemOf(context, FileSystemId).tags, Tags);
      return {};
    },
    DeleteTags({ FileSystemId, TagKeys }: FileSystemTags) {
      for (const key of TagKeys) fileSystemOf(context, FileSystemId).tags.delete(key);
      return {};
    },
    DescribeTags({ FileSystemId, MaxItems = 100, Marker }: FileSystemTags) {
      const page = checkedPage(pageOf(tagList(fileSystemOf(context, FileSystemId).tags), MaxItems, Marker));
      return { Tags: page.items, Marker, NextMarker: page.next };
    },
  };
}

export const TAG_MEMBERS = {
  TagResource: ["ResourceId", "Tags"],
  UntagResource: ["ResourceId", "TagKeys"],
  ListTagsForResource: ["ResourceId", "MaxResults", "NextToken"],
  CreateTags: ["FileSystemId", "Tags"],
  DeleteTags: ["FileSystemId", "TagKeys"],
  DescribeTags: ["FileSystemId", "MaxItems", "Marker"],
} as const;
