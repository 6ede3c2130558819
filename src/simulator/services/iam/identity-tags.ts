/** Tags of roles and users: their keys are told apart without regard to case, and shown as they were last written. */
import { ServiceError } from "../../core.ts";
import type { Tag, TagMap } from "../tags.ts";

const same = (key: string) => key.toLowerCase();

/** @throws ServiceError InvalidInput for a key given twice (IAM user guide, "Tags for IAM resources"). */
export function identityTags(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): TagMap {
  const map: TagMap = new Map(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  if (new Set([...map.keys()].map(same)).size === tags.length) return map;
  const text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
  throw new ServiceError("InvalidInput", 400, text);
}

/** Sets tags; a key that differs by case alone takes the other one's place. */
export function setIdentityTags(tags: TagMap, given: readonly Tag[]): void {
  const added = identityTags(given);
  removeIdentityTags(tags, [...added.keys()]);
  for (const [key, value] of added) tags.set(key, value);
}

export function removeIdentityTags(tags: TagMap, keys: readonly string[]): void {
  const gone = new Set(keys.map(same));
  for (const key of tags.keys()) if (gone.has(same(key))) tags.delete(key);
}
