import type { FastifyInstance } from "fastify";
import { isDeepStrictEqual } from "node:util";
import { LAST_APPLIED, type Provenance, type StoredRecord } from "../model/records.ts";
import { HypotheticalView } from "../reconcilers/hypothetical-view.ts";
import type { PlannedCall } from "../reconcilers/reconciler.ts";
import { actorOf } from "./actor.ts";
import { ApiError, badRequest } from "./api-error.ts";
import { decodeObject } from "./body.ts";
import { decideCreate } from "./create.ts";
import { isObject } from "./merge-patch.ts";
import type { JsonObject } from "./merge-patch.ts";
import type { ApiOptions, ProposedChange } from "./options.ts";
import { find } from "./record-access.ts";
import type { ObjectName } from "./record-access.ts";
import { path, sendObject } from "./reply.ts";
import { RECORD_RESOURCES } from "./resources.ts";
import { decidePatch } from "./update.ts";
import { planned } from "./write-record.ts";

/** What would become of one record of the file. */
export interface PlannedRecord {
  kind: "Binding" | "FileSystem";
  namespace: string;
  name: string;
  /** "none": the record is as the file says already. */
  verb: "create" | "change" | "none";
  /** All that it is refused for; then the rest is planned without it. */
  refused?: { message: string; faults: { field: string; message: string }[] };
}

/** The AWS calls that applying several records together would lead to. */
export interface FilePlan {
  kind: "Plan";
  records: PlannedRecord[];
  plan: PlannedCall[];
  problems: string[];
}

/**
 * `POST plans` with `{items: [records…]}`: what kubectl's dry-run of single records cannot tell, since there
 * each stands alone: a Binding whose FileSystem is new in the same file, one policy for all of them. Writes nothing.
 */
export function registerPlans(app: FastifyInstance, options: ApiOptions): void {
  path(
    app,
    "/apis/mooring.dev/v1/plans",
    {
      POST: async (request, reply) => {
        const { value } = decodeObject((request.body as string | undefined) ?? "", request.headers["content-type"]);
        const by = { actor: actorOf(request.headers), atMs: options.clock.nowMs() };
        return sendObject(reply, "json", await planFile(options, itemsOf(value), by));
      },
    },
    "plans are made on demand and never kept",
  );
}

function itemsOf(value: unknown): JsonObject[] {
  const items = isObject(value) ? value.items : undefined;
  if (Array.isArray(items) && items.length > 0 && items.every(isObject)) return items;
  throw badRequest("The body is {items: [...]} with at least one Binding or FileSystem.");
}

/** Each record is decided as an apply would, on top of those before it; FileSystems come first, as Bindings name them. */
async function planFile(options: ApiOptions, items: JsonObject[], by: Provenance): Promise<FilePlan> {
  const view = new HypotheticalView(await options.store.records.refresh(), []);
  const changes: ProposedChange[] = [];
  const records = items
    .toSorted((a, b) => Number(a.kind !== "FileSystem") - Number(b.kind !== "FileSystem"))
    .map((item) => {
      const object = nameOf(item);
      const before = find(view, object);
      const { resource, ...name } = object;
      const record: PlannedRecord = { kind: resource.kind, ...name, verb: before ? "change" : "create" };
      try {
        const { after } = decide(options, object, item, before !== undefined, by)(view);
        view.set(after);
        changes.push(before ? { before, after } : { after });
        return before && isUnchanged(before, after) ? { ...record, verb: "none" as const } : record;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { ...record, refused: refusalOf(error) };
      }
    });
  const [first, ...also] = changes;
  const { calls = [], problems = [] } = first ? await planned(options, { ...first, also }) : {};
  return { kind: "Plan", records, plan: calls, problems };
}

/** Nothing that anybody acts upon would change; what kubectl notes for itself is no change. */
function isUnchanged(before: StoredRecord, after: StoredRecord): boolean {
  const told = ({ spec, metadata: { labels, annotations } }: StoredRecord) => ({
    spec,
    labels,
    annotations: { ...annotations, [LAST_APPLIED]: "" },
  });
  return isDeepStrictEqual(told(before), told(after));
}

function nameOf(item: JsonObject): ObjectName {
  const resource = RECORD_RESOURCES.find(({ kind }) => kind === item.kind);
  const { name, namespace } = isObject(item.metadata) ? item.metadata : {};
  if (!resource || typeof name !== "string" || name === "")
    throw badRequest(
      `Each item is a Binding or a FileSystem with a name; one is ${JSON.stringify(item.kind)}, ${JSON.stringify(name)}.`,
    );
  return {
    resource,
    namespace: resource.namespaced ? (typeof namespace === "string" ? namespace : "default") : "",
    name,
  };
}

function decide(options: ApiOptions, object: ObjectName, item: JsonObject, exists: boolean, by: Provenance) {
  const target = { ...object, fieldValidation: "Strict" as const };
  if (exists) return decidePatch(options, target, JSON.stringify(item), "application/merge-patch+json", by);
  const { resource, namespace, fieldValidation } = target;
  return decideCreate(options, { resource, namespace, fieldValidation }, { value: item, duplicates: [] }, by);
}

function refusalOf({ message, details }: ApiError): NonNullable<PlannedRecord["refused"]> {
  const causes = details?.causes ?? [];
  return { message, faults: causes.map(({ field = "", message: text }) => ({ field, message: text })) };
}
