/** What a replica of the benchmark tells the process that measures it. */
export type ReplicaMessage =
  /** It serves, here. */
  | { url: string }
  /** A key was found at rest, or brought there. */
  | { converged: string }
  /** Processor time since its process began, µs. */
  | { cpuUs: number };
