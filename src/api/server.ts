import type { IncomingMessage } from "node:http";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LogDamagedError } from "../store/store.ts";
import { ApiError, unsupportedMediaType } from "./api-error.ts";
import { isLoopbackHostHeader } from "./bindable.ts";
import { registerDiscovery } from "./discovery-routes.ts";
import { endConnectionsOnClose } from "./end-connections.ts";
import { registerHealth } from "./health-routes.ts";
import { registerHistory } from "./history-routes.ts";
import { countRequests } from "./http-metrics.ts";
import type { ApiOptions } from "./options.ts";
import { registerPlans } from "./plan-routes.ts";
import { registerRecords } from "./record-routes.ts";
import type { OpenWatches } from "./record-routes.ts";
import { registerCore } from "./core-routes.ts";

/** Larger manifests than Kubernetes' own limit make no sense here. */
const BODY_BYTES_MAX_DEFAULT = 1024 * 1024;

const SWALLOWED_BYTES_MAX = 64 * 1024 * 1024;
const BODY_TOO_LARGE = "FST_ERR_CTP_BODY_TOO_LARGE";

/**
 * The Kubernetes-style HTTP API, ready to listen (or to be injected into).
 *
 * It does not authenticate: call `assertBindable` before it listens. `close()` ends open watches.
 */
export function buildApi(options: ApiOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: options.bodyBytesMax ?? BODY_BYTES_MAX_DEFAULT,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    forceCloseConnections: "idle",
    logger: false,
  });
  const watches: OpenWatches = new Set();
  app.addHook("preClose", async () => watches.forEach((watch) => watch.end()));
  endConnectionsOnClose(app);
  readBodiesAsText(app);
  countRequests(app, options.metrics, options.clock);
  app.addHook("onRequest", async (request) => refuseForeignHosts(request, options));
  app.setErrorHandler(async (error: unknown, request, reply) => {
    if ((error as { code?: string }).code === BODY_TOO_LARGE) await swallowRest(request.raw);
    return refuse(error, request, reply, options);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new ApiError(
      404,
      "NotFound",
      `the server could not find the requested resource: ${request.method} ${request.url.split("?")[0]}; GET / lists what there is`,
      {},
    );
    return reply.code(404).send(error.toStatus());
  });
  registerDiscovery(app);
  registerCore(app, options);
  registerRecords(app, options, watches);
  registerHistory(app, options);
  registerPlans(app, options);
  registerHealth(app, options);
  return app;
}

/**
 * Reads the rest of a body that is refused, and forgets it: who is still sending would see the connection break, and
 * not the answer. Up to a limit, beyond which the connection breaks indeed.
 */
async function swallowRest(body: IncomingMessage): Promise<void> {
  let bytes = 0;
  await new Promise<void>((resolve) => {
    body.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > SWALLOWED_BYTES_MAX) resolve();
    });
    for (const ending of ["end", "close", "error"]) body.once(ending, () => resolve());
    body.resume();
    if (body.readableEnded) resolve();
  });
}

/**
 * Bodies stay text until a handler knows what they should be: positions and duplicates are lost otherwise, and
 * which types a path takes is the handler's to say.
 */
function readBodiesAsText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
}

function refuseForeignHosts(request: FastifyRequest, options: ApiOptions): void {
  const isAllowed = options.isHostAllowed ?? isLoopbackHostHeader;
  if (isAllowed(request.headers.host)) return;
  throw new ApiError(
    403,
    "Forbidden",
    `The Host header names "${request.headers.host}", but without authentication only loopback names are answered (127.0.0.1, localhost).`,
  );
}

/** Every refusal leaves as a Status object. What is not ours to explain is logged in full and told in short. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, options: ApiOptions): FastifyReply {
  const refusal =
    error instanceof ApiError
      ? error
      : fromFastify(error as Error & { code?: string; statusCode?: number }, request, options);
  return reply.code(refusal.code).headers(refusal.headers).type("application/json").send(refusal.toStatus());
}

function fromFastify(
  error: Error & { code?: string; statusCode?: number },
  request: FastifyRequest,
  options: ApiOptions,
): ApiError {
  if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return unsupportedMediaType(`Content-Type ${request.headers["content-type"] ?? "(none)"} cannot be read.`);
  }
  if (error.code === BODY_TOO_LARGE) {
    const bytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX_DEFAULT;
    return new ApiError(413, "RequestEntityTooLarge", `The body is larger than ${bytesMax} bytes.`);
  }
  if (error instanceof LogDamagedError) {
    return new ApiError(503, "ServiceUnavailable", `Nothing can be written: ${error.message}`);
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError(error.statusCode, "BadRequest", error.message);
  }
  options.log.error(
    { error: error.stack ?? String(error), method: request.method, url: request.url },
    "a request failed",
  );
  return new ApiError(500, "InternalError", `Internal error: ${error.message}`);
}
