/**
 * What goes wrong on purpose. Off by default.
 *
 * - throttle: refused before any effect, with the code this service uses. Survived by retries and rate budgets.
 * - error: any error before any effect, e.g. AccessDenied for one caller. Must become a condition, not a hot loop.
 * - latency: the answer comes later. Must not outlive a lease.
 * - lost-reply: the effect happens, the answer does not arrive. A retry must not create twice.
 * - no-effect: the connection breaks before any effect. Must look the same as a lost reply to the caller.
 * - stale-reads: reads answer as of some time ago. "Absent" must not be believed at once.
 */
import type { Caller, ServiceName, SimClock } from "./core.ts";
import { ServiceError } from "./core.ts";

export interface FaultRule {
  kind: "throttle" | "error" | "latency" | "lost-reply" | "no-effect" | "stale-reads";
  /** Default: every service. */
  service?: ServiceName;
  /** Default: every operation. */
  operation?: string;
  /** User name, role name or access key; default: every caller. */
  caller?: string;
  /** Share of matching calls that are hit, 0-1; default 1. */
  probability?: number;
  /** The rule ends after so many hits; default: never. */
  times?: number;
  /** Matching calls that pass before the rule begins; default 0. */
  after?: number;
  /** error: code, status (default 400) and message. */
  code?: string;
  status?: number;
  message?: string;
  /** latency: added time; stale-reads: age of the answer. Both ms. */
  ms?: number;
}

/** The connection broke: the caller cannot know whether the call took effect. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly code = "ECONNRESET";
  constructor() {
    super("socket hang up");
  }
}

export interface ActiveFault extends FaultRule {
  id: string;
  hits: number;
  seen: number;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  onAdd(listener: () => void): void;
  remove(id: string): boolean;
  clear(): void;
  list(): readonly ActiveFault[];
  /** The faults that hit this call; each counts as a hit. */
  draw(service: ServiceName, operation: string, caller: Caller): readonly ActiveFault[];
  /** The longest age asked of reads of this service, ms; undefined if none. */
  staleMs(service: ServiceName): number | undefined;
}

const NONE: readonly ActiveFault[] = [];

export function createFaults(clock: SimClock): Faults {
  let active: ActiveFault[] = [];
  let made = 0;
  const listeners: (() => void)[] = [];
  const isOver = (fault: ActiveFault) => fault.times !== undefined && fault.hits >= fault.times;
  return {
    add(rule) {
      const fault: ActiveFault = { ...rule, id: `fault-${++made}`, hits: 0, seen: 0 };
      active.push(fault);
      for (const listener of listeners) listener();
      return fault;
    },
    onAdd: (listener) => void listeners.push(listener),
    remove(id) {
      const before = active.length;
      active = active.filter((fault) => fault.id !== id);
      return active.length < before;
    },
    clear: () => void (active = []),
    list: () => active,
    draw(service, operation, caller) {
      if (active.length === 0) return NONE;
      return active.filter((fault) => {
        if (isOver(fault) || !matches(fault, service, operation, caller)) return false;
        if (++fault.seen <= (fault.after ?? 0)) return false;
        const hit = fault.probability === undefined || clock.random() < fault.probability;
        if (hit) fault.hits++;
        return hit;
      });
    },
    staleMs(service) {
      const ages = active
        .filter((fault) => fault.kind === "stale-reads" && (fault.service ?? service) === service && !isOver(fault))
        .map((fault) => fault.ms ?? 0);
      return ages.length > 0 ? Math.max(...ages) : undefined;
    },
  };
}

function matches(fault: FaultRule, service: ServiceName, operation: string, caller: Caller): boolean {
  return (
    (fault.service ?? service) === service &&
    (fault.operation ?? operation) === operation &&
    (fault.caller === undefined ||
      [caller.userName, caller.accessKeyId, caller.arn, caller.sessionIssuer?.userName].includes(fault.caller))
  );
}

const THROTTLES: Record<ServiceName, [code: string, status: number, message: string]> = {
  efs: ["ThrottlingException", 429, "Rate exceeded"],
  lambda: ["TooManyRequestsException", 429, "Rate exceeded"],
  ecs: ["ThrottlingException", 400, "Rate exceeded"],
  eventbridge: ["ThrottlingException", 400, "Rate exceeded"],
  scheduler: ["ThrottlingException", 429, "Rate exceeded"],
  sqs: ["RequestThrottled", 403, "The request was denied due to request throttling."],
  sts: ["Throttling", 400, "Rate exceeded"],
  iam: ["Throttling", 400, "Rate exceeded"],
  ec2: ["RequestLimitExceeded", 503, "Request limit exceeded."],
};

/** The error that this fault answers before any effect, or undefined if it strikes elsewhere. */
export function refusalOf(
  fault: ActiveFault,
  service: ServiceName,
  operation: string,
  caller: Caller,
): Error | undefined {
  if (fault.kind === "no-effect") return new ConnectionLost();
  if (fault.kind === "throttle") return new ServiceError(...THROTTLES[service]);
  if (fault.kind !== "error") return undefined;
  const code = fault.code ?? "AccessDeniedException";
  const status = fault.status ?? (code.startsWith("AccessDenied") ? 403 : 400);
  const denied = `User: ${caller.arn} is not authorized to perform: ${service}:${operation}`;
  return new ServiceError(code, status, fault.message ?? (code.startsWith("AccessDenied") ? denied : code));
}
