/**
 * The control endpoint below `/_simulator/`: what no AWS has, for benchmarks and fault drills.
 *
 * - GET health → {status, account, region, services}
 * - GET calls → counts per operation and caller; DELETE calls clears them
 * - GET faults, POST faults (one rule or a list), DELETE faults, DELETE faults/<id>
 * - GET timings, PUT timings (any of them, ms)
 * - PUT ecs, PUT ecs-tasks: see services/ecs/ecs-control.ts
 * - PUT lambda: see services/lambda/lambda-control.ts
 */
import type { FaultRule } from "./faults.ts";
import { ECS_VERBS } from "./services/ecs/ecs-control.ts";
import { LAMBDA_VERBS } from "./services/lambda/lambda-control.ts";
import type { Simulator } from "./simulator.ts";
import type { WireAnswer, WireRequest } from "./wire/wire.ts";

export const CONTROL_PREFIX = "/_simulator/";

type Verb = (simulator: Simulator, body: unknown) => unknown;

const VERBS: Record<string, Verb> = {
  "GET health": ({ world }) => ({
    status: "ok",
    account: world.account,
    region: world.region,
    services: world.services().map(({ name }) => name),
  }),
  "GET calls": ({ calls }) => calls.counts(),
  "DELETE calls": ({ calls }) => calls.clear(),
  "GET faults": ({ faults }) => faults.list(),
  "POST faults": ({ faults }, body) => (Array.isArray(body) ? body : [body]).map((rule) => faults.add(faultRule(rule))),
  "DELETE faults": ({ faults }) => faults.clear(),
  "GET timings": ({ world }) => world.timings,
  "PUT timings": ({ world }, body) => Object.assign(world.timings, timings(world.timings, body)),
  ...ECS_VERBS,
  ...LAMBDA_VERBS,
};

const KINDS = ["throttle", "error", "latency", "lost-reply", "no-effect", "stale-reads"];
const FAULT_MEMBERS = [
  "kind",
  "service",
  "operation",
  "caller",
  "probability",
  "times",
  "after",
  "code",
  "status",
  "message",
  "ms",
];

class BadControl extends Error {}

/** Answers a request whose path begins with CONTROL_PREFIX. */
export function answerControl(simulator: Simulator, request: WireRequest): WireAnswer {
  const name = request.path.slice(CONTROL_PREFIX.length);
  const faultId = request.method === "DELETE" ? /^faults\/(.+)$/.exec(name)?.[1] : undefined;
  if (faultId) return answer(simulator.faults.remove(faultId) ? 200 : 404, {});
  const verb = VERBS[`${request.method} ${name}`];
  if (!verb)
    return answer(404, { message: `No ${request.method} ${request.path}: there are ${Object.keys(VERBS).join(", ")}` });
  try {
    return answer(200, verb(simulator, request.body.length > 0 ? JSON.parse(request.body.toString("utf8")) : {}) ?? {});
  } catch (error) {
    return answer(400, { message: error instanceof Error ? error.message : String(error) });
  }
}

function faultRule(given: unknown): FaultRule {
  const rule = given as Record<string, unknown>;
  const unknown = Object.keys(rule).filter((name) => !FAULT_MEMBERS.includes(name));
  if (unknown.length > 0)
    throw new BadControl(`Unknown ${unknown.join(", ")}: a fault has ${FAULT_MEMBERS.join(", ")}`);
  if (!KINDS.includes(String(rule["kind"])))
    throw new BadControl(`kind is ${JSON.stringify(rule["kind"])}: use one of ${KINDS.join(", ")}`);
  return rule as unknown as FaultRule;
}

function timings(known: object, given: unknown): object {
  for (const [name, value] of Object.entries(given as object)) {
    if (!(name in known)) throw new BadControl(`Unknown timing ${name}: there are ${Object.keys(known).join(", ")}`);
    if (typeof value !== "number" || value < 0)
      throw new BadControl(`${name} is ${value}: use a number of ms from 0 up`);
  }
  return given as object;
}

function answer(status: number, body: unknown): WireAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
