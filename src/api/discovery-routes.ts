import type { FastifyInstance } from "fastify";
import { notAcceptable, ApiError } from "./api-error.ts";
import {
  aggregated,
  aggregatedContentType,
  coreResourceList,
  coreVersions,
  group,
  groupList,
  paths,
  recordResourceList,
  version,
} from "./discovery.ts";
import { aggregatedDiscoveryVersion, negotiate } from "./negotiate.ts";
import { buildOpenApi } from "./openapi.ts";
import { path, sendObject } from "./reply.ts";

const READ_ONLY = "it can only be read";

/** GET /, /version, /api, /apis and below, /openapi. */
export function registerDiscovery(app: FastifyInstance): void {
  fixed(app, "/", () => ({ paths: paths() }));
  fixed(app, "/version", version);
  fixed(app, "/api/v1", coreResourceList);
  fixed(app, "/apis/mooring.dev", group);
  fixed(app, "/apis/mooring.dev/v1", recordResourceList);
  aggregable(app, "/api", coreVersions, true);
  aggregable(app, "/apis", groupList, false);
  registerOpenApi(app);
}

function fixed(app: FastifyInstance, url: string, build: () => object): void {
  const object = build();
  path(app, url, { GET: (request, reply) => sendObject(reply, negotiate(request.headers.accept), object) }, READ_ONLY);
}

function aggregable(app: FastifyInstance, url: string, build: () => object, core: boolean): void {
  path(
    app,
    url,
    {
      GET: (request, reply) => {
        const wanted = aggregatedDiscoveryVersion(request.headers.accept);
        if (wanted === null) return sendObject(reply, negotiate(request.headers.accept), build());
        // Written by hand: clients compare this content type's parameters, and Fastify would rewrite them.
        reply.hijack();
        reply.raw.writeHead(200, { "content-type": aggregatedContentType(wanted) });
        return reply.raw.end(JSON.stringify(aggregated(wanted, core)));
      },
    },
    READ_ONLY,
  );
}

function registerOpenApi(app: FastifyInstance): void {
  const { index, documents } = buildOpenApi();
  fixed(app, "/openapi/v3", () => index);
  for (const [name, document] of Object.entries(documents)) {
    const text = JSON.stringify(document);
    path(
      app,
      `/openapi/v3/${name}`,
      { GET: (_request, reply) => reply.type("application/json").send(text) },
      READ_ONLY,
    );
  }
  path(
    app,
    "/openapi/v2",
    {
      GET: (request) => {
        if (/protobuf/i.test(request.headers.accept ?? ""))
          throw notAcceptable("OpenAPI v2 is not served in protobuf: use /openapi/v3.");
        throw new ApiError(404, "NotFound", "OpenAPI v2 is not served: use /openapi/v3.");
      },
    },
    READ_ONLY,
  );
}
