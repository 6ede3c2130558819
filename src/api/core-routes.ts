import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { badRequest, notFound } from "./api-error.ts";
import { eventTable, listEvents } from "./events.ts";
import { namespacesOf, namespaceTable } from "./namespaces.ts";
import { negotiate } from "./negotiate.ts";
import type { ApiOptions } from "./options.ts";
import { path, sendObject } from "./reply.ts";
import { flag, text } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import { NAMESPACES } from "./resources.ts";

const NAMESPACES_ARE_IMPLIED =
  "namespaces come into being with the first Binding in them; kubectl -n NAME works without creating one";
const EVENTS_ARE_DERIVED = "events are derived from the history and can only be listed";

/** The part of Kubernetes' core group that kubectl needs: namespaces and events. */
export function registerCore(app: FastifyInstance, options: ApiOptions): void {
  path(
    app,
    "/api/v1/namespaces",
    { GET: (request, reply) => listNamespaces(request, reply, options) },
    NAMESPACES_ARE_IMPLIED,
  );
  path(
    app,
    "/api/v1/namespaces/:name",
    { GET: (request, reply) => getNamespace(request, reply, options) },
    NAMESPACES_ARE_IMPLIED,
  );
  const events = (request: FastifyRequest, reply: FastifyReply) => sendEvents(request, reply, options);
  path(app, "/api/v1/events", { GET: events }, EVENTS_ARE_DERIVED);
  path(app, "/api/v1/namespaces/:namespace/events", { GET: events }, EVENTS_ARE_DERIVED);
}

function listNamespaces(request: FastifyRequest, reply: FastifyReply, { store, clock }: ApiOptions): FastifyReply {
  const query = request.query as Query;
  refuseWatch(query);
  const view = store.records.view();
  const items = namespacesOf(view, text(query, "fieldSelector"));
  const form = negotiate(request.headers.accept);
  if (form === "table") return sendObject(reply, "json", namespaceTable(items, view.head, clock.nowMs()));
  return sendObject(reply, form, {
    kind: "NamespaceList",
    apiVersion: "v1",
    metadata: { resourceVersion: String(view.head) },
    items,
  });
}

function getNamespace(request: FastifyRequest, reply: FastifyReply, { store, clock }: ApiOptions): FastifyReply {
  const { name } = request.params as { name: string };
  const view = store.records.view();
  const found = namespacesOf(view).find(({ metadata }) => metadata.name === name);
  if (!found) throw notFound(NAMESPACES, name);
  const form = negotiate(request.headers.accept);
  if (form === "table") return sendObject(reply, "json", namespaceTable([found], view.head, clock.nowMs()));
  return sendObject(reply, form, found);
}

async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, clock }: ApiOptions,
): Promise<FastifyReply> {
  const query = request.query as Query;
  refuseWatch(query);
  const { namespace } = request.params as { namespace?: string };
  const items = await listEvents(store, namespace, query);
  const form = negotiate(request.headers.accept);
  if (form === "table") return sendObject(reply, "json", eventTable(items, clock.nowMs()));
  return sendObject(reply, form, {
    kind: "EventList",
    apiVersion: "v1",
    metadata: { resourceVersion: String(store.records.view().head) },
    items,
  });
}

function refuseWatch(query: Query): void {
  if (flag(query, "watch"))
    throw badRequest("Namespaces and events cannot be watched: watch bindings or filesystems instead.");
}
