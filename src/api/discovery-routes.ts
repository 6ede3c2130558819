import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
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
  path(app, "/openapi/v2", { GET: sendOpenApiV2 }, READ_ONLY);
}

const OPENAPI_V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/**
 * A document without definitions. kubectl falls back to it for kinds that it does not find in v3, i.e. for misspelt
 * ones, and then says so; without any answer it would complain about the answer instead.
 */
function sendOpenApiV2(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const document = { swagger: "2.0", info: { title: "Mooring", version: "v1" }, paths: {} };
  if (!/protobuf/i.test(request.headers.accept ?? ""))
    return sendObject(reply, negotiate(request.headers.accept), document);
  // Field 1 (swagger) of openapi_v2.Document.
  const encoded = Buffer.concat([Buffer.from([0x0a, document.swagger.length]), Buffer.from(document.swagger)]);
  return reply.type(OPENAPI_V2_PROTOBUF).send(encoded);
}
