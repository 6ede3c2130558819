import type { FastifyInstance, FastifyRequest } from "fastify";
import { Counter, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import type { Clock } from "../model/clock.ts";

/** Counts and times all requests but watches, whose length says nothing. */
export function countRequests(app: FastifyInstance, registry: Registry, clock: Clock): void {
  const requests = new Counter({
    name: "mooring_api_requests_total",
    help: "API requests answered, by method, route and status code.",
    labelNames: ["method", "route", "code"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "mooring_api_request_seconds",
    help: "Time from a request's arrival to the end of its answer, without watches.",
    labelNames: ["method"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  const startedMs = new WeakMap<FastifyRequest, number>();
  app.addHook("onRequest", async (request) => void startedMs.set(request, clock.nowMs()));
  app.addHook("onResponse", async (request, reply) => {
    // The route's pattern, not the URL: names must not become label values.
    requests.inc({
      method: request.method,
      route: request.routeOptions.url ?? "(none)",
      code: String(reply.statusCode),
    });
    const started = startedMs.get(request);
    if (started !== undefined && !isWatch(request))
      seconds.observe({ method: request.method }, (clock.nowMs() - started) / 1_000);
  });
}

function isWatch(request: FastifyRequest): boolean {
  const { watch } = (request.query ?? {}) as { watch?: string };
  return watch === "true" || watch === "1";
}
