import type { Clock } from "../../model/clock.ts";
import type { Condition } from "../../model/conditions.ts";
import type { Client } from "../client.ts";

/** A record as the API shows it, as far as dev looks at it. */
export interface ShownRecord {
  kind: "Binding" | "FileSystem";
  metadata: { name: string; namespace?: string; generation: number };
  spec: Record<string, unknown>;
  status?: { conditions?: Condition[]; accessPointId?: string; roleArns?: string[] };
}

export interface Readiness {
  ready: number;
  total: number;
  /** Of each Binding that is not ready: its name and the reason it gives. */
  reasons: string[];
}

const POLL_MS = 50;

/** All Bindings of all namespaces. */
export async function listBindings(client: Client): Promise<ShownRecord[]> {
  return (await client.request<{ items: ShownRecord[] }>("GET", "/apis/mooring.dev/v1/bindings")).items;
}

/** Counts the Bindings whose Ready answers their current generation. */
export function readinessOf(bindings: ShownRecord[]): Readiness {
  const waiting = bindings.filter((binding) => !isReady(binding));
  return { ready: bindings.length - waiting.length, total: bindings.length, reasons: waiting.map(reasonOf) };
}

function isReady({ metadata, status }: ShownRecord): boolean {
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  return ready?.status === "True" && ready.observedGeneration === metadata.generation;
}

function reasonOf({ metadata, status }: ShownRecord): string {
  const conditions = status?.conditions ?? [];
  const telling =
    conditions.find((c) => c.type !== "Ready" && c.status === "False" && c.message !== "") ??
    conditions.find((c) => c.type === "Ready");
  return `${metadata.namespace}/${metadata.name}: ${telling === undefined ? "nothing is known yet" : `${telling.type} is ${telling.status} (${telling.reason}): ${telling.message}`}`;
}

/** Waits until all Bindings are ready, for at most `deadlineMs`; answers how far it came. */
export async function awaitReady(
  client: Client,
  clock: Clock,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Readiness> {
  const endMs = clock.nowMs() + deadlineMs;
  for (;;) {
    const readiness = readinessOf(await listBindings(client));
    if (readiness.reasons.length === 0 || clock.nowMs() >= endMs || signal.aborted) return readiness;
    await clock.sleep(POLL_MS, signal);
  }
}
