/** What a replica of the benchmark tells the process that measures it. */
export type ReplicaMessage =
  /** It serves, here. */
  | { url: string }
  /** A key was found at rest, or brought there. */
  | { converged: string }
  /** What it has used since its process began. */
  | { used: Used };

export interface Used {
  /** Processor time, user and system, µs. */
  cpuUs: number;
  /** Requests to DynamoDB, repeats left out, e.g. { "GetItem keys": 3 }. */
  databaseCalls: Record<string, number>;
}
