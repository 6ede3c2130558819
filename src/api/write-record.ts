import type { Provenance, StoredRecord } from "../model/records.ts";
import { refOf } from "../model/records.ts";
import { isDeepStrictEqual } from "node:util";
import type { PlannedCall } from "../reconcilers/reconciler.ts";
import type { RecordsView } from "../store/store.ts";
import { ApiError } from "./api-error.ts";
import type { ApiOptions, ProposedChange } from "./options.ts";
import { render, showCall } from "./render.ts";
import type { ApiObject, PlanStatus } from "./render.ts";
import { wakesOf } from "./wakes.ts";

/** One write, decided against one view. Equal `before` and `after` = nothing to write. */
export interface Decision {
  before?: StoredRecord;
  after: StoredRecord;
  warnings: string[];
}

export interface WriteResult {
  object: ApiObject;
  warnings: string[];
}

/**
 * Carries out a write: `decide` is asked with the newest view, and again after a lost race, so that nothing
 * is decided on what is no longer true. A dry-run decides alike, stores nothing, and answers with the plan.
 *
 * @throws whatever `decide` throws.
 */
export async function writeRecord(
  options: ApiOptions,
  request: { by: Provenance; dryRun: boolean },
  decide: (view: RecordsView) => Decision,
): Promise<WriteResult> {
  return request.dryRun ? dryRunOf(options, decide) : commitOf(options, request.by, decide);
}

async function commitOf(
  options: ApiOptions,
  by: Provenance,
  decide: (view: RecordsView) => Decision,
): Promise<WriteResult> {
  let decision: Decision | undefined;
  let wakes: string[] = [];
  const { slot, records } = await options.store.records.commit((view) => {
    decision = decide(view);
    refuseLarge(decision.after);
    wakes = isNoOp(decision) ? [] : wakesOf(decision.before, decision.after, view, options.home);
    return { changes: isNoOp(decision) ? [] : [{ type: "put", record: decision.after }], wakes, by };
  });
  const { after, warnings } = decision!;
  wakeSoon(options, wakes);
  const written = records.find((record) => refOf(record).uid === after.metadata.uid);
  const record = written ?? (isNoOp(decision!) ? after : { ...after, resourceVersion: slot });
  return { object: render(record, options.store.records.view()), warnings };
}

/** A slot of the log holds 200 KB, and facets and wakes need room beside the record. */
const RECORD_BYTES_MAX = 150_000;

function refuseLarge({ metadata, spec }: StoredRecord): void {
  const bytes = Buffer.byteLength(JSON.stringify({ metadata, spec }));
  if (bytes <= RECORD_BYTES_MAX) return;
  throw new ApiError(
    413,
    "RequestEntityTooLarge",
    `The record has ${bytes} bytes; at most ${RECORD_BYTES_MAX} are stored. Shorten its annotations and labels.`,
  );
}

/** The commit is durable and its keys are pending, so a wake that fails costs time, not correctness. */
export function wakeSoon(options: ApiOptions, keys: string[]): void {
  if (keys.length === 0) return;
  options
    .wake(keys)
    .catch((error: unknown) =>
      options.log.warn({ error: String(error), keys }, "could not wake keys at once; they stay pending"),
    );
}

async function dryRunOf(options: ApiOptions, decide: (view: RecordsView) => Decision): Promise<WriteResult> {
  const view = await options.store.records.refresh();
  const decision = decide(view);
  const { before, after, warnings } = decision;
  // An apply of what is already there makes no call, so `kubectl diff` must show nothing.
  const plan = isNoOp(decision) ? {} : await planOf(options, before ? { before, after } : { after });
  return { object: render(after, view, plan), warnings };
}

/** What a change would do to AWS, for the status. */
export async function planOf(options: ApiOptions, change: ProposedChange): Promise<PlanStatus> {
  const { calls, problems } = await planned(options, change);
  return { ...(calls ? { plan: calls.map(showCall) } : {}), ...(problems.length > 0 ? { problems } : {}) };
}

/** What a change would do to AWS. A plan that could not be made is said to be missing, never shown as empty. */
export async function planned(
  options: ApiOptions,
  change: ProposedChange,
): Promise<{ calls?: PlannedCall[]; problems: string[] }> {
  try {
    return await options.dryRun(change);
  } catch (error) {
    options.log.warn({ error: String(error) }, "a dry-run could not be planned");
    return { problems: [`The plan could not be made, so the AWS calls are not known: ${(error as Error).message}`] };
  }
}

function isNoOp({ before, after }: Decision): boolean {
  return before !== undefined && isDeepStrictEqual(contentOf(before), contentOf(after));
}

function contentOf({ metadata, spec }: StoredRecord): unknown {
  return { metadata, spec };
}
