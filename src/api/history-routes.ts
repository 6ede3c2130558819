import type { FastifyInstance } from "fastify";
import { queryHistory, verifyHistory } from "./history.ts";
import { negotiate } from "./negotiate.ts";
import type { ApiOptions } from "./options.ts";
import { path, sendObject } from "./reply.ts";
import type { Query } from "./request-parameters.ts";

const APPEND_ONLY = "the history is written by Mooring alone and can only be read";

/** The audit: what changed, who did it, what was done; and whether its chains are whole. */
export function registerHistory(app: FastifyInstance, options: ApiOptions): void {
  const { audit } = options.store;
  const base = "/apis/mooring.dev/v1/history";
  path(
    app,
    base,
    {
      GET: async (request, reply) =>
        sendObject(
          reply,
          negotiate(request.headers.accept),
          await queryHistory(audit, request.query as Query, options.clock.nowMs()),
        ),
    },
    APPEND_ONLY,
  );
  path(
    app,
    `${base}/verify`,
    {
      GET: async (request, reply) =>
        sendObject(reply, negotiate(request.headers.accept), await verifyHistory(audit, request.query as Query)),
    },
    APPEND_ONLY,
  );
}
