import type { FastifyInstance } from "fastify";
import type { ApiOptions } from "./options.ts";

/** /healthz and /livez: the process answers. /readyz: it can do its work, or why not. /metrics: Prometheus' text. */
export function registerHealth(app: FastifyInstance, options: ApiOptions): void {
  for (const url of ["/healthz", "/livez"])
    app.get(url, (_request, reply) => reply.type("text/plain; charset=utf-8").send("ok"));
  app.get("/readyz", (_request, reply) => {
    const { ready, why } = options.ready();
    const text = ready ? "ok" : `not ready: ${why ?? "starting"}\n`;
    return reply
      .code(ready ? 200 : 503)
      .type("text/plain; charset=utf-8")
      .send(text);
  });
  app.get("/metrics", async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  );
}
