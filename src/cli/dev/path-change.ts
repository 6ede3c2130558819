import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Clock } from "../../model/clock.ts";
import { recordPath, type Client } from "../client.ts";
import type { Actor } from "./actors.ts";
import type { MayMount } from "./matrix.ts";
import { readinessOf, type ShownRecord } from "./readiness.ts";

/** Between two looks at the function's mount. */
const LOOK_MS = 5;

export interface PathChange {
  from: string;
  to: string;
  before: string;
  /** The access point mounted in the end; null = not in time. */
  after: string | null;
  tookMs: number;
  /** How often the mount was looked at, and how often it was not there or not admitted. */
  looks: number;
  gaps: number;
}

interface Watch {
  client: Client;
  clock: Clock;
  reader: Actor;
  mayMount: MayMount;
  fileSystemId: string;
  signal: AbortSignal;
}

/**
 * Moves a function's Binding to another directory, with consent, and watches its mount all the while:
 * the old access point serves until the new one does.
 *
 * @param began told once the API has accepted the change.
 */
export async function changePath(
  binding: ShownRecord,
  functionName: string,
  watch: Watch,
  deadlineMs: number,
  began: (from: string, to: string) => void,
): Promise<PathChange> {
  const { client, clock, signal } = watch;
  const path = recordPath("Binding", binding.metadata.namespace ?? "", binding.metadata.name);
  const from = (binding.spec as { rootDirectory: { path: string } }).rootDirectory.path;
  const to = from.endsWith("-v2") ? from.slice(0, -"-v2".length) : `${from}-v2`;
  const before = binding.status?.accessPointId ?? "";
  const startMs = clock.nowMs();
  await client.request("PATCH", path, { spec: { replacement: "AcceptDataChange", rootDirectory: { path: to } } });
  began(from, to);
  const seen = { looks: 0, gaps: 0 };
  while (clock.nowMs() < startMs + deadlineMs && !signal.aborted) {
    seen.looks += 1;
    if (!(await isMounted(functionName, watch))) seen.gaps += 1;
    const now = await client.request<ShownRecord>("GET", path);
    const after = now.status?.accessPointId ?? before;
    if (after !== before && readinessOf([now]).ready === 1) {
      return { from, to, before, after, tookMs: clock.nowMs() - startMs, ...seen };
    }
    await clock.sleep(LOOK_MS, signal);
  }
  return { from, to, before, after: null, tookMs: clock.nowMs() - startMs, ...seen };
}

/** True if an environment that started right now would get its mount. */
async function isMounted(functionName: string, { reader, mayMount, fileSystemId }: Watch): Promise<boolean> {
  const { FileSystemConfigs = [], Role: roleArn = "" } = await reader.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  const accessPointId = FileSystemConfigs[0]?.Arn?.split("/").at(-1);
  return accessPointId !== undefined && mayMount({ roleArn, fileSystemId, accessPointId, tls: true });
}
