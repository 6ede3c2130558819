import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { stringify } from "yaml";
import type { Provenance } from "../model/records.ts";
import type { RecordsView } from "../store/store.ts";
import { actorOf } from "./actor.ts";
import { badRequest } from "./api-error.ts";
import { decodeObject } from "./body.ts";
import { decideCreate } from "./create.ts";
import { deleteCollection } from "./delete-collection.ts";
import { listPage, listText, partialMetadata } from "./list.ts";
import type { Target } from "./manifest-input.ts";
import { negotiate } from "./negotiate.ts";
import type { Form } from "./negotiate.ts";
import type { ApiOptions } from "./options.ts";
import { mustFind } from "./record-access.ts";
import type { ObjectName } from "./record-access.ts";
import { decideDelete, readDeleteOptions } from "./remove.ts";
import { render } from "./render.ts";
import { path, sendObject, warn } from "./reply.ts";
import { fieldValidation, flag, isDryRun, text } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import { groupVersion, RECORD_RESOURCES } from "./resources.ts";
import type { RecordResource } from "./resources.ts";
import { columnsOf, rowOf, table } from "./table.ts";
import type { IncludeObject } from "./table.ts";
import { decidePatch, decideReplace } from "./update.ts";
import { openWatch } from "./watch.ts";
import { writeRecord } from "./write-record.ts";
import type { Decision, WriteResult } from "./write-record.ts";

/** One request to a kind's paths, with what the URL says. */
interface Call {
  options: ApiOptions;
  resource: RecordResource;
  request: FastifyRequest;
  reply: FastifyReply;
  query: Query;
  /** Undefined = all namespaces, or a cluster-scoped kind. */
  namespace: string | undefined;
  watches: OpenWatches;
}

/** The watches that a closing server has to end. */
export type OpenWatches = Set<{ end(): void }>;

/** CRUD, list, watch and deletion of Bindings and FileSystems. */
export function registerRecords(app: FastifyInstance, options: ApiOptions, watches: OpenWatches): void {
  for (const resource of RECORD_RESOURCES) registerResource(app, options, resource, watches);
}

function registerResource(
  app: FastifyInstance,
  options: ApiOptions,
  resource: RecordResource,
  watches: OpenWatches,
): void {
  const on =
    (serve: (call: Call) => FastifyReply | Promise<FastifyReply>) => (request: FastifyRequest, reply: FastifyReply) => {
      const { namespace } = request.params as { namespace?: string };
      return serve({ options, resource, request, reply, query: request.query as Query, namespace, watches });
    };
  const base = `/apis/${groupVersion(resource)}`;
  const collection = resource.namespaced
    ? `${base}/namespaces/:namespace/${resource.plural}`
    : `${base}/${resource.plural}`;
  path(
    app,
    collection,
    { GET: on(listOrWatch), POST: on(create), DELETE: on(removeCollection) },
    "objects are changed by their own path",
  );
  path(
    app,
    `${collection}/:name`,
    { GET: on(get), PUT: on(replace), PATCH: on(patch), DELETE: on(remove) },
    "create objects by POST to their collection",
  );
  path(app, `${collection}/:name/status`, { GET: on(get) }, "status is written by Mooring alone");
  if (resource.namespaced) path(app, `${base}/${resource.plural}`, { GET: on(listOrWatch) }, `write to ${collection}`);
}

async function create(call: Call): Promise<FastifyReply> {
  const target = targetOf(call);
  const by = provenanceOf(call);
  const body = decodeObject(bodyOf(call), call.request.headers["content-type"]);
  return answer(call, await write(call, by, isDryRun(call.query), decideCreate(call.options, target, body, by)), 201);
}

async function replace(call: Call): Promise<FastifyReply> {
  const by = provenanceOf(call);
  const body = decodeObject(bodyOf(call), call.request.headers["content-type"]);
  return answer(
    call,
    await write(
      call,
      by,
      isDryRun(call.query),
      decideReplace(call.options, { ...targetOf(call), name: nameOf(call) }, body, by),
    ),
  );
}

async function patch(call: Call): Promise<FastifyReply> {
  const by = provenanceOf(call);
  const target = { ...targetOf(call), name: nameOf(call) };
  const decide = decidePatch(call.options, target, bodyOf(call), call.request.headers["content-type"], by);
  return answer(call, await write(call, by, isDryRun(call.query), decide));
}

async function remove(call: Call): Promise<FastifyReply> {
  const by = provenanceOf(call);
  const wanted = readDeleteOptions(
    call.request.body as string | undefined,
    call.request.headers["content-type"],
    call.query,
  );
  return answer(call, await write(call, by, wanted.dryRun, decideDelete(objectOf(call), wanted, by)));
}

async function removeCollection(call: Call): Promise<FastifyReply> {
  const by = provenanceOf(call);
  const wanted = readDeleteOptions(
    call.request.body as string | undefined,
    call.request.headers["content-type"],
    call.query,
  );
  const list = await deleteCollection(call.options, {
    resource: call.resource,
    namespace: call.namespace,
    query: call.query,
    by,
    dryRun: wanted.dryRun,
  });
  return sendObject(call.reply, objectForm(call), list);
}

async function get(call: Call): Promise<FastifyReply> {
  const view = await viewAsOf(call);
  const record = mustFind(view, objectOf(call));
  const form = negotiate(call.request.headers.accept);
  if (form === "table") {
    const row = rowOf(record, view, includeOf(call.query), call.options.clock.nowMs());
    return sendObject(
      call.reply,
      "json",
      table({ resourceVersion: String(record.resourceVersion) }, columnsOf(record.kind), [row]),
    );
  }
  if (form === "partialMetadata") return sendObject(call.reply, "json", partialMetadata(record));
  return sendObject(call.reply, form, render(record, view));
}

async function listOrWatch(call: Call): Promise<FastifyReply> {
  if (flag(call.query, "watch")) return watch(call);
  const view = await viewAsOf(call);
  const page = listPage(view, call.resource, call.namespace, call.query);
  const form = negotiate(call.request.headers.accept);
  if (form === "yaml") return call.reply.type("application/yaml").send(yamlList(call.resource, page, view));
  const parts = listText(page, view, call.resource, form, includeOf(call.query), call.options.clock.nowMs());
  return call.reply.type("application/json").send(Readable.from(parts, { objectMode: false }));
}

function yamlList(resource: RecordResource, page: ReturnType<typeof listPage>, view: RecordsView): string {
  const list = {
    kind: `${resource.kind}List`,
    apiVersion: groupVersion(resource),
    metadata: page.metadata,
    items: page.records.map((record) => render(record, view)),
  };
  return stringify(list, { aliasDuplicateObjects: false });
}

async function watch(call: Call): Promise<FastifyReply> {
  const { request, reply, watches, options, resource, namespace, query } = call;
  const form = negotiate(request.headers.accept);
  if (form === "yaml") throw badRequest("A watch has no YAML form: accept application/json.");
  await viewAsOf(call);
  const stream = openWatch(options, { resource, namespace, query, form, include: includeOf(query) });
  const { raw } = reply;
  // A client that does not read would keep a closing server open.
  const open = { end: () => (raw.writableNeedDrain ? raw.destroy() : stream.end()) };
  watches.add(open);
  raw.once("close", () => {
    watches.delete(open);
    stream.destroy();
  });
  // Written by hand, since the headers must leave before the first event: clients wait for them.
  reply.hijack();
  raw.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private", connection: "close" });
  raw.flushHeaders();
  stream.pipe(raw);
  stream.once("close", () => raw.end());
  return reply;
}

/** A view that is at least as new as the resourceVersion that the client has seen, perhaps on another replica. */
async function viewAsOf({ options, query }: Call): Promise<RecordsView> {
  const view = options.store.records.view();
  return Number(text(query, "resourceVersion") ?? 0) > view.head ? options.store.records.refresh() : view;
}

function write(
  call: Call,
  by: Provenance,
  dryRun: boolean,
  decide: (view: RecordsView) => Decision,
): Promise<WriteResult> {
  return writeRecord(call.options, { by, dryRun }, decide);
}

function answer(call: Call, { object, warnings }: WriteResult, code = 200): FastifyReply {
  warn(call.reply, warnings);
  return sendObject(call.reply, objectForm(call), object, code);
}

/** Writes answer with the whole object, whatever table form a client would have liked. */
function objectForm(call: Call): Form {
  return negotiate(call.request.headers.accept) === "yaml" ? "yaml" : "json";
}

function bodyOf({ request }: Call): string {
  return (request.body as string | undefined) ?? "";
}

function provenanceOf({ request, options }: Call): Provenance {
  return { actor: actorOf(request.headers), atMs: options.clock.nowMs() };
}

function targetOf({ resource, namespace, query }: Call): Target {
  return { resource, namespace: namespace ?? "", fieldValidation: fieldValidation(query) };
}

function nameOf({ request }: Call): string {
  return (request.params as { name: string }).name;
}

function objectOf(call: Call): ObjectName {
  return { resource: call.resource, namespace: call.namespace ?? "", name: nameOf(call) };
}

function includeOf(query: Query): IncludeObject {
  const wanted = text(query, "includeObject") ?? "Metadata";
  if (wanted === "None" || wanted === "Metadata" || wanted === "Object") return wanted;
  throw badRequest(`includeObject is "${wanted}": allowed are None, Metadata and Object.`);
}
