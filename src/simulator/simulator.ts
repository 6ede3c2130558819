/**
 * One AWS account in one process: the only way into its services.
 *
 * Every call passes here, whichever door it came through, so that counting, faults, checks
 * against the SDK's model and CloudTrail events are the same for all.
 */
import type { CallContext, Caller, Handler, Service, ServiceName } from "./core.ts";
import { ServiceError } from "./core.ts";
import type { CallLog } from "./call-log.ts";
import { createCallLog } from "./call-log.ts";
import type { ActiveFault, Faults } from "./faults.ts";
import { ConnectionLost, createFaults, refusalOf } from "./faults.ts";
import { checkInput, notSimulated } from "./model/check-input.ts";
import type { Operation } from "./model/service-model.ts";
import { ADDRESSES, serviceModel } from "./model/service-model.ts";
import type { StaleReads } from "./stale-reads.ts";
import { createStaleReads } from "./stale-reads.ts";
import type { TrailedCall } from "./trail.ts";
import { trailEvent } from "./trail.ts";
import type { World } from "./world.ts";

export type ServiceFactory = (world: World) => Service;

export interface SimulatorOptions {
  world: World;
  /** Each is created and registered, in this order. */
  services: readonly ServiceFactory[];
}

export type CallOptions = Partial<Pick<CallContext, "requestId" | "disconnected">>;

export interface Simulator {
  readonly world: World;
  readonly faults: Faults;
  readonly calls: CallLog;
  /**
   * Makes one API call. Input and output are the SDK's shapes; the output is the service's own
   * object, so read it before the next call, or copy it.
   *
   * @param options.requestId default: a fresh one. It is also in the call's CloudTrail event.
   * @throws ServiceError as AWS would answer; NotSimulated (501) for what is not built;
   *   ConnectionLost where a fault cuts the connection.
   */
  call(
    service: ServiceName,
    operation: string,
    input: unknown,
    caller: Caller,
    options?: CallOptions,
  ): Promise<unknown>;
  /** Who calls with this access key; an unknown key is a user named after it. */
  callerOf(accessKeyId: string, from?: { sourceIp?: string; userAgent?: string }): Caller;
  /** All services' state as plain JSON. */
  snapshot(): Record<string, unknown>;
  restore(state: Record<string, unknown>): void;
}

export function createSimulator({ world, services }: SimulatorOptions): Simulator {
  for (const create of services) world.register(create(world));
  const faults = createFaults(world.clock);
  const calls = createCallLog();
  const staleReads = createStaleReads({ world, factories: services, faults });
  const parts = { world, faults, calls, staleReads };
  return {
    world,
    faults,
    calls,
    call(service, operation, input, caller, { requestId = world.clock.uuid(), disconnected } = {}) {
      const context: CallContext = { caller, region: world.region, requestId, ...(disconnected && { disconnected }) };
      return makeCall(parts, { service, operation, input, context });
    },
    callerOf: (accessKeyId, from) => ({
      ...world.principalOf(accessKeyId),
      sourceIp: from?.sourceIp ?? "127.0.0.1",
      userAgent: from?.userAgent ?? "stand-in",
    }),
    snapshot: () => Object.fromEntries(world.services().map((service) => [service.name, service.snapshot()])),
    restore(state) {
      for (const service of world.services()) {
        if (state[service.name] !== undefined) service.restore(state[service.name]);
      }
    },
  };
}

interface Parts {
  world: World;
  faults: Faults;
  calls: CallLog;
  staleReads: StaleReads;
}

interface Request {
  service: ServiceName;
  operation: string;
  input: unknown;
  context: CallContext;
}

async function makeCall(parts: Parts, request: Request): Promise<unknown> {
  const { service, operation, context } = request;
  const { model, provider, handler } = findHandler(parts.world, service, operation);
  parts.calls.count(service, operation, context.caller);
  refuseInactive(service, context.caller);
  refuseExpired(service, context.caller, parts.world.clock.nowMs());
  const drawn = parts.faults.draw(service, operation, context.caller);
  try {
    await delay(parts, drawn);
    const input = checkInput(service, operation, model.input, request.input, provider.inputMembers[operation] ?? []);
    const output = await perform(parts, { ...request, input }, provider, handler, drawn);
    if (drawn.some(({ kind }) => kind === "lost-reply")) throw new ConnectionLost();
    return output;
  } catch (error) {
    if (error instanceof Error) parts.calls.countError(service, operation, (error as ServiceError).code ?? error.name);
    throw error;
  }
}

function findHandler(
  world: World,
  service: ServiceName,
  operation: string,
): { model: Operation; provider: Service; handler: Handler } {
  const model = serviceModel(service).operations.get(operation);
  const provider = world.find(service);
  if (!model) throw new ServiceError("UnknownOperationException", 404, `${service} has no operation ${operation}`);
  if (!provider || !Object.hasOwn(provider.operations, operation)) throw notSimulated(service, operation);
  return { model, provider, handler: provider.operations[operation] as Handler };
}

const INVALID_KEY_CODES: Partial<Record<ServiceName, string>> = {
  sts: "InvalidClientTokenId",
  iam: "InvalidClientTokenId",
  ec2: "AuthFailure",
};

/** IAM User Guide, "Manage access keys": one that is inactive opens no call at all. (With which code each service says so: not verified.) */
function refuseInactive(service: ServiceName, { isInactive }: Caller): void {
  if (!isInactive) return;
  const code = INVALID_KEY_CODES[service] ?? "UnrecognizedClientException";
  throw new ServiceError(code, 403, "The security token included in the request is invalid.");
}

const EXPIRED_CODES: Partial<Record<ServiceName, string>> = {
  sts: "ExpiredToken",
  iam: "ExpiredToken",
  ec2: "RequestExpired",
};

/** Credentials of a session end with it; what they call is refused before it is looked at. */
function refuseExpired(service: ServiceName, { expiresAtMs = Infinity }: Caller, nowMs: number): void {
  if (nowMs < expiresAtMs) return;
  const code = EXPIRED_CODES[service] ?? "ExpiredTokenException";
  throw new ServiceError(code, 403, "The security token included in the request is expired");
}

async function delay({ world }: Parts, drawn: readonly ActiveFault[]): Promise<void> {
  const added = drawn.filter(({ kind }) => kind === "latency").reduce((sum, { ms = 0 }) => sum + ms, 0);
  const totalMs = world.timings.callLatencyMs + added;
  if (totalMs > 0) await new Promise<void>((resolve) => world.clock.after(totalMs, resolve));
}

async function perform(
  parts: Parts,
  request: Request,
  provider: Service,
  handler: Handler,
  drawn: readonly ActiveFault[],
): Promise<unknown> {
  const { service, operation, input, context } = request;
  const isRead = provider.readOnly.has(operation);
  try {
    for (const fault of drawn) {
      const refusal = refusalOf(fault, service, operation, context.caller);
      if (refusal) throw refusal;
    }
    if (isRead) {
      const stale = drawn.find(({ kind }) => kind === "stale-reads");
      const output = await (stale ? parts.staleReads.handler(service, operation, stale.ms ?? 0) : handler)(
        input,
        context,
      );
      trail(parts.world, provider, request, { output });
      return output;
    }
    const output = await handler(input, context);
    parts.world.changed();
    trail(parts.world, provider, request, { output });
    return output;
  } catch (error) {
    if (error instanceof ServiceError && error.code !== "NotSimulated") {
      trail(parts.world, provider, request, { error: { code: error.code, message: error.message } });
    }
    throw error;
  }
}

/** Global services' events appear in us-east-1 only (EventBridge user guide), so elsewhere there are none. */
function trail(
  world: World,
  provider: Service,
  request: Request,
  outcome: Pick<TrailedCall, "output" | "error">,
): void {
  const { service, operation, context } = request;
  if (provider.dataEvents?.has(operation)) return;
  if (service === "iam" && ADDRESSES[service].global && world.region !== "us-east-1") return;
  const readOnly = provider.readOnly.has(operation);
  if (readOnly && !wantsReads(world)) return;
  const timeMs = world.clock.nowMs();
  world.emit(
    trailEvent({
      service,
      operation,
      input: request.input,
      context,
      timeMs,
      eventId: world.clock.uuid(),
      readOnly,
      ...outcome,
    }),
  );
}

/** Read-only calls reach EventBridge only through rules that ask for all management events. */
function wantsReads(world: World): boolean {
  return (
    (world.find("eventbridge") as (Service & { wantsReadEvents?(): boolean }) | undefined)?.wantsReadEvents?.() ?? false
  );
}
