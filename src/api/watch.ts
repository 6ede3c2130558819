import { PassThrough } from "node:stream";
import { API_VERSION } from "../model/records.ts";
import type { StoredRecord } from "../model/records.ts";
import { SlotCompactedError } from "../store/store.ts";
import type { RecordsView, WatchEvent } from "../store/store.ts";
import { badRequest, expired } from "./api-error.ts";
import { partialMetadata } from "./list.ts";
import type { Form } from "./negotiate.ts";
import type { ApiOptions } from "./options.ts";
import { recordsOf } from "./record-access.ts";
import { render } from "./render.ts";
import { flag, text, whole } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import type { RecordResource } from "./resources.ts";
import { selection } from "./selectors.ts";
import type { Selection } from "./selectors.ts";
import { columnsOf, rowOf, table } from "./table.ts";
import type { IncludeObject } from "./table.ts";

export interface WatchRequest {
  resource: RecordResource;
  /** Undefined = all namespaces. */
  namespace: string | undefined;
  query: Query;
  form: Form;
  include: IncludeObject;
}

/** A watch without timeoutSeconds ends after this time; clients then go on from where they were. */
const TIMEOUT_DEFAULT_MS = 30 * 60 * 1_000;
/** Timers cannot run for longer than 24.8 days. */
const TIMEOUT_MAX_MS = 24 * 60 * 60 * 1_000;
const BOOKMARK_INTERVAL_MS = 30 * 1_000;
/** A client that does not read is cut off at this backlog; it may come back with its last resourceVersion. */
const BACKLOG_BYTES_MAX = 16 * 1024 * 1024;

type EventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

/**
 * Opens a watch: newline-separated events. Without a resourceVersion (or with "0") it begins with what is
 * there now, as ADDED events; else with what changed since.
 *
 * @returns the stream; `end()` it to end the watch in order, `destroy()` it when the client is gone.
 * @throws {ApiError} 400; 410 if the history since that resourceVersion is compacted (or from another log).
 */
export function openWatch(options: ApiOptions, request: WatchRequest): PassThrough {
  const { records } = options.store;
  const wanted = selection(text(request.query, "labelSelector"), text(request.query, "fieldSelector"));
  const view = records.view();
  const from = startOf(request.query, view.head);
  const sender = new Sender(options, request, view.head);
  const filter = new Filter(request, wanted, view, from);
  if (from === null) for (const record of filter.present()) sender.send("ADDED", record, view);
  if (from === null && flag(request.query, "sendInitialEvents"))
    sender.bookmark({ "k8s.io/initial-events-end": "true" });
  sender.limitBacklog();
  const stop = subscribe(options, from ?? view.head, (event) => {
    sender.slot = event.slot;
    const type = filter.typeOf(event);
    if (type) sender.send(type, event.record, records.view());
  });
  sender.output.once("close", stop);
  runTimers(options, request, sender);
  return sender.output;
}

function startOf(query: Query, head: number): number | null {
  const version = text(query, "resourceVersion") ?? "0";
  if (!/^\d{1,15}$/.test(version))
    throw badRequest(`resourceVersion is "${version}": send the one of a list or an object, unchanged.`);
  if (Number(version) > head) throw expired(`resourceVersion ${version} is newer than this log (${head}): list again.`);
  return version === "0" || flag(query, "sendInitialEvents") ? null : Number(version);
}

function subscribe(options: ApiOptions, after: number, listener: (event: WatchEvent) => void): () => void {
  try {
    return options.store.records.watch(after, listener);
  } catch (error) {
    if (error instanceof SlotCompactedError)
      throw expired(`too old resource version: ${after}: list again. (${error.message})`);
    throw error;
  }
}

function runTimers(options: ApiOptions, { query }: WatchRequest, sender: Sender): void {
  const ended = new AbortController();
  sender.output.once("close", () => ended.abort());
  const timeoutMs = Math.min((whole(query, "timeoutSeconds") ?? TIMEOUT_DEFAULT_MS / 1_000) * 1_000, TIMEOUT_MAX_MS);
  void options.clock.sleep(timeoutMs, ended.signal).then(() => sender.end());
  if (flag(query, "allowWatchBookmarks")) void sendBookmarks(options, sender, ended.signal);
}

async function sendBookmarks(options: ApiOptions, sender: Sender, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await options.clock.sleep(BOOKMARK_INTERVAL_MS, ended);
    if (!ended.aborted) sender.bookmark();
  }
}

/** Decides which changes a watcher sees, and as what: an object may enter and leave a label selection. */
class Filter {
  private readonly request: WatchRequest;
  private readonly wanted: Selection;
  private readonly view: RecordsView;
  /** uid → whether the watcher knows the object as selected. Kept only for label selections. */
  private readonly known = new Map<string, boolean>();
  /** What changed up to here may have been selected when the client listed it. */
  private readonly replayUpTo: number;

  constructor(request: WatchRequest, wanted: Selection, view: RecordsView, from: number | null) {
    this.request = request;
    this.wanted = wanted;
    this.view = view;
    this.replayUpTo = from === null ? 0 : view.head;
    if (wanted.byLabel)
      for (const record of this.present())
        if (record.resourceVersion <= (from ?? view.head)) this.known.set(record.metadata.uid, true);
  }

  *present(): Iterable<StoredRecord> {
    for (const record of recordsOf(this.view, this.request.resource, this.request.namespace)) {
      if (this.wanted.matches(record.metadata)) yield record;
    }
  }

  typeOf({ slot, type, record }: WatchEvent): EventType | null {
    const { resource, namespace } = this.request;
    if (record.kind !== resource.kind || (namespace !== undefined && record.metadata.namespace !== namespace))
      return null;
    const matches = this.wanted.matches(record.metadata);
    if (!this.wanted.byLabel) return matches ? type : null;
    const { uid } = record.metadata;
    const was = this.known.get(uid);
    if (type === "DELETED") this.known.delete(uid);
    else this.known.set(uid, matches);
    if (matches) return type === "DELETED" || was === true ? type : "ADDED";
    // During the replay nobody knows whether the client had it; one DELETED too many does no harm.
    const mayBeKnown = was ?? (type !== "ADDED" && slot <= this.replayUpTo);
    return mayBeKnown ? "DELETED" : null;
  }
}

/** Writes events in the form that the client asked for. */
class Sender {
  readonly output = new PassThrough({ highWaterMark: 64 * 1024 });
  /** Last slot that the watch has passed. */
  slot: number;
  private readonly options: ApiOptions;
  private readonly request: WatchRequest;
  private columnsSent = false;
  private backlogBytesMax = Infinity;

  constructor(options: ApiOptions, request: WatchRequest, slot: number) {
    this.options = options;
    this.request = request;
    this.slot = slot;
  }

  send(type: EventType, record: StoredRecord, view: RecordsView): void {
    this.write(type, this.objectOf(record, view));
  }

  bookmark(annotations?: Record<string, string>): void {
    const metadata = {
      resourceVersion: String(this.slot),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const { kind } = this.request.resource;
    this.write(
      "BOOKMARK",
      this.request.form === "table" ? this.tableOf([], metadata) : { kind, apiVersion: API_VERSION, metadata },
    );
  }

  /** From now on; what is there at the beginning may be more than that. */
  limitBacklog(): void {
    this.backlogBytesMax = this.backlogBytes() + BACKLOG_BYTES_MAX;
  }

  end(): void {
    this.output.end();
  }

  private write(type: EventType, object: unknown): void {
    if (this.output.writableEnded || this.output.destroyed) return;
    this.output.write(`${JSON.stringify({ type, object })}\n`);
    if (this.backlogBytes() > this.backlogBytesMax) this.output.destroy();
  }

  private backlogBytes(): number {
    return this.output.writableLength + this.output.readableLength;
  }

  private objectOf(record: StoredRecord, view: RecordsView): unknown {
    const { form, include } = this.request;
    if (form === "table")
      return this.tableOf([rowOf(record, view, include, this.options.clock.nowMs())], {
        resourceVersion: String(record.resourceVersion),
      });
    if (form === "partialMetadata" || form === "partialMetadataList") return partialMetadata(record);
    return render(record, view);
  }

  private tableOf(rows: ReturnType<typeof rowOf>[], metadata: Record<string, unknown>): object {
    // As Kubernetes does: the columns stand in the first event only.
    const columns = this.columnsSent ? [] : columnsOf(this.request.resource.kind);
    this.columnsSent = true;
    return table(metadata, columns, rows);
  }
}
