import { expect, test } from "vitest";
import type { AuditEntry, NotedEvent } from "../model/audit.ts";
import type { KeyItem } from "../store/store.ts";
import { DriftLog, SECOND_LOOK_MS } from "./drift-log.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { Run } from "./reconciler.ts";

const START_MS = 1_700_000_000_000;
const CONCERNS = { fileSystem: "shared", bindings: ["media/web"] };

function call(actor: string, atMs: number): NotedEvent {
  return {
    id: `event-${actor}`,
    name: "UpdateService",
    actor,
    actorArn: `arn:aws:iam::111122223333:role/${actor}`,
    atMs,
    receivedAtMs: atMs + 1_000,
    requestId: `request-${actor}`,
    sourceIp: null,
    userAgent: null,
    subject: { service: "web" },
  };
}

/** The run that finds a drift repaired, which was seen at START_MS; @returns what the history got. */
async function repairedAt(readAtMs: number, noted: NotedEvent[], stands = false): Promise<AuditEntry[]> {
  const told: AuditEntry[] = [];
  const ports = {
    clock: { nowMs: () => readAtMs + 10 },
    store: { keys: { append: async (_lease: unknown, entry: AuditEntry) => void told.push(entry) } },
    isOwn: () => false,
    report: () => undefined,
  } as unknown as ReconcilerPorts;
  const item = { noted, ownCalls: [] } as unknown as KeyItem;
  const open = { firstSeenMs: START_MS, bindings: CONCERNS.bindings };
  const log = new DriftLog(ports, { key: "ecs/web", lease: {}, item } as unknown as Run, { open, repaired: null });
  await log.converged(1, CONCERNS, () => stands, readAtMs);
  return told;
}

test("whose event came while a long repair was under way is named when it ends", async () => {
  const told = await repairedAt(START_MS + 60_000, [call("deploy-bot", START_MS - 1_000)]);
  expect(told).toMatchObject([
    { type: "Attributed", actor: "deploy-bot", bindings: ["media/web"] },
    { type: "Converged", tookMs: 60_010 },
  ]);
});

test("whose event came just now is left to the look that is due again for it", async () => {
  const told = await repairedAt(START_MS + SECOND_LOOK_MS / 2, [call("deploy-bot", START_MS)]);
  expect(told.map(({ type }) => type)).toEqual(["Converged"]);
});

test("whose work stands caused nothing", async () => {
  const told = await repairedAt(START_MS + 60_000, [call("deploy-bot", START_MS)], true);
  expect(told.map(({ type }) => type)).toEqual(["Converged"]);
});
