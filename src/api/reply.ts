import type { FastifyInstance, FastifyReply, HTTPMethods, RouteHandlerMethod } from "fastify";
import { stringify } from "yaml";
import { methodNotAllowed, notAcceptable } from "./api-error.ts";
import type { Form } from "./negotiate.ts";

const METHODS: HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Registers handlers for one path; every other method is answered with 405 and an Allow header. */
export function path(
  app: FastifyInstance,
  url: string,
  handlers: Partial<Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", RouteHandlerMethod>>,
  why: string,
): void {
  const served = METHODS.filter((method) => method in handlers);
  for (const method of served) app.route({ method, url, handler: handlers[method as keyof typeof handlers]! });
  const others = METHODS.filter((method) => !served.includes(method));
  if (others.length === 0) return;
  app.route({
    method: others,
    url,
    handler: (request) => {
      throw methodNotAllowed(request.method, why, served.join(", "));
    },
  });
}

/** Sends one object as JSON or YAML. @throws {ApiError} 406 for a form that this object does not have. */
export function sendObject(reply: FastifyReply, form: Form, object: object, code = 200): FastifyReply {
  if (form === "yaml")
    return reply
      .code(code)
      .type("application/yaml")
      .send(stringify(object, { aliasDuplicateObjects: false }));
  if (form === "json")
    return reply
      .code(code)
      .type("application/json")
      .send(`${JSON.stringify(object)}\n`);
  throw notAcceptable("This answer has no table or metadata-only form: accept application/json or application/yaml.");
}

/** Warnings as Kubernetes sends them; kubectl prints them. */
export function warn(reply: FastifyReply, warnings: string[]): void {
  if (warnings.length === 0) return;
  reply.header(
    "warning",
    warnings.map((text) => `299 - "${text.replaceAll(/[\r\n]/g, " ").replaceAll(/[\\"]/g, (c) => `\\${c}`)}"`),
  );
}
