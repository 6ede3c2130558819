/**
 * The stand-in client: SDK commands straight into the simulator, no socket and no signature.
 *
 * Behaves as an SDK client with `maxAttempts: 1`: same inputs, same outputs with `$metadata`,
 * the SDK's own exception classes. Paginators and waiters of the SDK accept it.
 */
import type { Caller, ServiceName } from "./core.ts";
import { ConnectionLost } from "./faults.ts";
import { errorForm } from "./model/error-form.ts";
import type { Operation, ServiceModel } from "./model/service-model.ts";
import { serviceModel } from "./model/service-model.ts";
import type { Member, Shape } from "./model/shape.ts";
import type { Simulator } from "./simulator.ts";

/** The part of an SDK command that matters: its class name says the operation. */
interface Command {
  input: unknown;
  constructor: { name: string };
}

/** Once aborted, the caller has gone away: a long poll hands it no messages any more. */
interface SendOptions {
  abortSignal?: { readonly aborted: boolean };
}

export interface StandIn {
  // oxlint-disable-next-line typescript/no-explicit-any -- typed by the SDK client it stands in for
  send(command: object, options?: object): Promise<any>;
  destroy(): void;
}

/**
 * A client of one service, for one caller.
 *
 * @param T the SDK client that the code under test expects, e.g. `standIn<EFSClient>(…)`.
 */
export function standIn<T extends object = StandIn>(simulator: Simulator, service: ServiceName, caller: Caller): T {
  const model = serviceModel(service);
  const clientClass = model.sdk[model.address.clientClass] as { prototype: object };
  // Of the client's prototype, so that paginators, which ask `instanceof`, take it for one.
  const client = Object.create(clientClass.prototype) as Record<string, unknown>;
  client["config"] = { region: () => Promise.resolve(simulator.world.region) };
  client["destroy"] = () => undefined;
  client["send"] = (command: Command, options?: SendOptions) => send(simulator, model, command, caller, options);
  return client as T;
}

async function send(
  simulator: Simulator,
  model: ServiceModel,
  command: Command,
  caller: Caller,
  { abortSignal }: SendOptions = {},
): Promise<unknown> {
  const operationName = command.constructor.name.replace(/Command$/, "");
  const operation = model.operations.get(operationName);
  if (!operation) throw new TypeError(`Cannot send ${command.constructor.name}: ${model.name} has no such operation`);
  const requestId = simulator.world.clock.uuid();
  const input = withTokens(operation.input, command.input, simulator);
  try {
    const disconnected = () => abortSignal?.aborted === true;
    const output = await simulator.call(model.name, operationName, input, caller, { requestId, disconnected });
    const copied = copy(operation.output, output ?? {}) as Record<string, unknown>;
    return { $metadata: metadata(operation, copied, requestId), ...copied };
  } catch (thrown) {
    throw thrown instanceof ConnectionLost ? thrown : sdkError(model, thrown, requestId);
  }
}

function metadata({ http, output }: Operation, value: Record<string, unknown>, requestId: string): object {
  const statusMember = [...output.members.values()].find(({ traits }) => traits.httpResponseCode);
  const httpStatusCode = (statusMember && value[statusMember.name]) ?? http?.status ?? 200;
  return { httpStatusCode, requestId, attempts: 1, totalRetryDelay: 0 };
}

/** The SDK fills idempotency tokens while it serialises; there is no serialising here. */
function withTokens(shape: Shape, input: unknown, simulator: Simulator): Record<string, unknown> {
  const filled = { ...(input as Record<string, unknown>) };
  for (const member of shape.members.values()) {
    if (member.traits.idempotencyToken) filled[member.name] ??= simulator.world.clock.uuid();
  }
  return filled;
}

/** Bytes with the reading method that the SDK adds to payloads. */
class Payload extends Uint8Array {
  transformToString(): string {
    return new TextDecoder().decode(this);
  }
}

/** What a client would have read from the wire: nothing shared with the service, known members only. */
function copy(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case "structure":
      return copyMembers(shape, value);
    case "map":
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(shape.item.shape, each)]));
    case "list":
      return (value as unknown[]).map((each) => copy(shape.item.shape, each));
    case "timestamp":
      return new Date(value as Date);
    case "blob":
      return Uint8Array.from(value as Uint8Array);
    case "document":
      return structuredClone(value);
    default:
      return value;
  }
}

function copyMembers({ members }: Shape, value: object): object {
  const copied: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = members.get(name);
    const each = (value as Record<string, unknown>)[name];
    if (member !== undefined && each !== undefined && each !== null) copied[name] = copyMember(member, each);
  }
  return copied;
}

function copyMember({ shape, traits }: Member, value: unknown): unknown {
  const isPayload = traits.httpPayload !== undefined && shape.kind === "blob";
  return isPayload ? Payload.from(value as Uint8Array) : copy(shape, value);
}

function sdkError(model: ServiceModel, thrown: unknown, requestId: string): Error {
  const form = errorForm(model.name, thrown);
  const $metadata = { httpStatusCode: form.status, requestId, attempts: 1, totalRetryDelay: 0 };
  const base = model.sdk[`${model.address.clientClass.replace(/Client$/, "")}ServiceException`];
  const errorClass = (form.shape && model.sdk[form.shape.name]) ?? base;
  const options = { ...form.members, name: form.name, message: form.message, $fault: form.fault, $metadata };
  const error = new (errorClass as new (options: object) => Error)(options);
  Object.assign(error, { name: form.name, $fault: form.fault, $metadata });
  // The SDK keeps one spelling of the message.
  Reflect.deleteProperty(error, "Message");
  if (model.address.protocol.endsWith("Query") || model.name === "sqs") Object.assign(error, { Code: form.queryCode });
  // EC2's errors have no type.
  if (model.address.protocol === "awsQuery" || model.name === "sqs") {
    Object.assign(error, { Type: form.fault === "client" ? "Sender" : "Receiver" });
  }
  return error;
}
