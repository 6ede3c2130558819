/** Tags as most services keep them. */
export interface Tag {
  Key: string;
  Value: string;
}

export type TagMap = Map<string, string>;

export function tagsFrom(tags: readonly { Key?: string; Value?: string }[] | undefined): TagMap {
  return new Map((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

export function tagList(tags: TagMap): Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
