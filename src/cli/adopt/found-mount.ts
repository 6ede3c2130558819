import type { Workload } from "../../model/records.ts";

/** One EFS mount that a workload has, as its own configuration tells: no access point was looked up yet. */
export interface FoundMount {
  /** For people: "function thumbnailer". */
  who: string;
  /** For people, the whole of it: "function thumbnailer mounts fsap-… at /mnt/data". */
  says: string;
  /** What its record is named after. */
  stem: string;
  workload: Workload;
  /** Whom EFS sees; null = nobody, which is then the obstacle as well. */
  roleArn: string | null;
  /** Id or ARN of the access point; null = it mounts through none. */
  accessPoint: string | null;
  /** Where the workload states it; null = only the access point knows. */
  fileSystemId: string | null;
  /** Why no Binding can describe this mount, by what is known so far; null = nothing speaks against it. */
  obstacle: string | null;
  /** What the reader of its record should know. */
  notes: string[];
}
