import type { AuditRecord } from "../../../src/model/audit.ts";
import { fileSystemKey, lambdaKey } from "../../../src/model/keys.ts";
import { isMutation, MOORING } from "../levers.ts";
import type { Truth } from "../truth.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

export const outcomesTrue: Invariant = {
  name: "outcomes-true",
  why: "The history is evidence: what it calls failed was not done, and what it calls done was.",
  watch: (truth, check) => {
    const done = new Set<string>();
    const gone = new Set<string>();
    const failed = new Map<string, string>();
    return {
      afterCall(call, outcome) {
        const intent = isMutation(call) ? truth.intentFor(call) : null;
        if (intent === null) return;
        // What somebody else has deleted meanwhile is as gone as if the call had done it.
        if ("error" in outcome && (outcome.error as Error).name.endsWith("NotFound")) gone.add(intent.intentId);
        if ("error" in outcome && outcome.tookEffect !== true) return;
        done.add(intent.intentId);
        check(!failed.has(intent.intentId), () => `${told(call)} takes effect; the history says that it failed`);
      },
      afterStore({ operation, args }, answer) {
        if (operation !== "putAudit" || answer === false) return;
        const record = recordOf(args[0]);
        if (record?.entry.type !== "Outcome") return;
        const { intentId, outcome, operation: name, target } = record.entry;
        const what = `${name} of ${target}`;
        if (outcome === "Failed") failed.set(intentId, what);
        check(outcome !== "Failed" || !done.has(intentId), () => `${what} is told as failed; it took effect`);
        const isDone = done.has(intentId) || (name === "DeleteAccessPoint" && gone.has(intentId));
        check(outcome !== "Done" || isDone, () => `${what} is told as done; it never took effect`);
      },
    };
  },
};

function recordOf(item: unknown): AuditRecord | null {
  const { body } = item as { body?: string };
  return body === undefined ? null : (JSON.parse(body) as AuditRecord);
}

interface Detail {
  eventID?: string;
  eventName?: string;
  userIdentity?: { userName?: string };
  requestParameters?: { functionName?: string; fileSystemId?: string };
}

/** For so long a replica may not have heard of a new record. */
const HEARD_OF_MS = 5_000;

export const eventsNoted: Invariant = {
  name: "events-noted",
  why: "Who did it is known from the event alone: it is stored before the message that brought it is deleted.",
  watch: (truth, check) => {
    const bodies = new Map<string, string>();
    const judge = async (body: string): Promise<void> => {
      const { detail } = JSON.parse(body) as { detail?: Detail };
      const key = keyOf(truth, detail);
      if (detail?.eventID === undefined || key === null || !(await isOfRecord(truth, key))) return;
      const row = await truth.simulation.database.truth.keyRow(key);
      const ids = row === null ? [] : (JSON.parse(row.noted) as { ids: string[] }).ids;
      check(ids.includes(detail.eventID), () => `${detail.eventName} is acknowledged, and ${key} has no note of it`);
    };
    return {
      afterCall({ operation }, outcome) {
        if (operation !== "ReceiveMessage" || !("output" in outcome)) return;
        const { Messages = [] } = outcome.output as { Messages?: { ReceiptHandle: string; Body: string }[] };
        for (const { ReceiptHandle, Body } of Messages) bodies.set(ReceiptHandle, Body);
      },
      async beforeCall({ operation, input }) {
        if (!operation.startsWith("DeleteMessage") || truth.isRestored) return;
        const entries = (input["Entries"] ?? [input]) as { ReceiptHandle: string }[];
        for (const { ReceiptHandle } of entries) {
          const body = bodies.get(ReceiptHandle);
          bodies.delete(ReceiptHandle);
          if (body?.includes("eventID") === true) await judge(body);
        }
      },
    };
  },
};

/** The key that somebody else's call concerns; null = none, or one that only an index knows. */
function keyOf({ world }: Truth, detail: Detail | undefined): string | null {
  const { account, region } = world;
  if (detail?.userIdentity?.userName === MOORING || detail?.eventName === undefined) return null;
  const { functionName, fileSystemId } = detail.requestParameters ?? {};
  if (/^(Put|Delete)FileSystemPolicy$/.test(detail.eventName) && fileSystemId !== undefined)
    return fileSystemKey({ account, region, fileSystemId });
  if (!detail.eventName.startsWith("UpdateFunctionConfiguration") || functionName === undefined) return null;
  return lambdaKey({ account, region, functionName: functionName.replace(/^.*:function:/, "") });
}

async function isOfRecord(truth: Truth, key: string): Promise<boolean> {
  const view = await truth.view();
  const bornMs = (record: { metadata: { creationTimestamp: string } }) => Date.parse(record.metadata.creationTimestamp);
  const all = [...(view?.fileSystems() ?? []), ...(view?.bindings() ?? [])].filter(
    (record) => truth.nowMs - bornMs(record) > HEARD_OF_MS,
  );
  return all.some((record) =>
    record.kind === "FileSystem"
      ? fileSystemKey(record.spec) === key
      : key.endsWith(`:${record.spec.workload.lambda?.functionName}`),
  );
}
