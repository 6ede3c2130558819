import type { Aws } from "../aws/aws.ts";
import type { ObservedTaskDefinition } from "../model/observations.ts";

const REVISIONS_MAX = 2_000;

/**
 * Revisions of task definitions by ARN, read once: their content never changes. Status and tags do, so whoever
 * needs these reads anew.
 */
export interface RevisionCache {
  /** null = AWS knows no such revision; that is asked again every time. @throws AwsError */
  get(taskDefinitionArn: string): Promise<ObservedTaskDefinition | null>;
  /** Reads anew, and remembers. Takes a family as well, for its latest ACTIVE revision. @throws AwsError */
  fresh(arnOrFamily: string): Promise<ObservedTaskDefinition | null>;
}

export function createRevisionCache(aws: Pick<Aws, "ecs">): RevisionCache {
  const seen = new Map<string, ObservedTaskDefinition>();
  const fresh = async (arnOrFamily: string) => {
    const read = await aws.ecs.describeTaskDefinition(arnOrFamily);
    if (read === null) return null;
    seen.delete(read.taskDefinitionArn);
    seen.set(read.taskDefinitionArn, read);
    if (seen.size > REVISIONS_MAX) seen.delete(seen.keys().next().value!);
    return read;
  };
  return {
    fresh,
    get: async (arn) => seen.get(arn) ?? fresh(arn),
  };
}
