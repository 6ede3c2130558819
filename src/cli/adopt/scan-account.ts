import type { Aws } from "../../aws/aws.ts";
import type { ObservedAccessPoint, ObservedFileSystem, ObservedFunction } from "../../model/observations.ts";

/** What `mooring adopt --scan` looks at. */
export interface Account {
  fileSystems: ObservedFileSystem[];
  accessPoints: ObservedAccessPoint[];
  /** $LATEST of each. */
  functions: ObservedFunction[];
  /** Policy texts by file system id, of the file systems that have access points; null = none. */
  policies: ReadonlyMap<string, string | null>;
}

/** Reads the account and region by lists; no call changes anything. */
export async function scanAccount({ efs, lambda }: Pick<Aws, "efs" | "lambda">): Promise<Account> {
  const [fileSystems, accessPoints, functions] = await Promise.all([
    efs.describeFileSystems(),
    efs.describeAccessPoints(),
    lambda.listFunctions(),
  ]);
  const policies = new Map<string, string | null>();
  for (const id of new Set(accessPoints.map(({ fileSystemId }) => fileSystemId)))
    policies.set(id, await efs.describePolicy(id));
  return { fileSystems, accessPoints, functions, policies };
}
