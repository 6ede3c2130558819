/** One signed HTTP request to one answer: who calls, which service, which operation, in which protocol. */
import type { Caller, ServiceName } from "../core.ts";
import { ServiceError } from "../core.ts";
import { errorForm } from "../model/error-form.ts";
import { ADDRESSES, serviceModel, serviceOfSigningName } from "../model/service-model.ts";
import { notSimulated } from "../model/check-input.ts";
import type { ServiceModel } from "../model/service-model.ts";
import type { Simulator } from "../simulator.ts";
import { awsJson } from "./aws-json.ts";
import { awsQuery, ec2Query } from "./query.ts";
import { restJson } from "./rest-json.ts";
import type { Wire, WireAnswer, WireRequest } from "./wire.ts";

const WIRES = { restJson, awsJson, awsQuery, ec2Query };

interface Scope {
  accessKeyId: string;
  region: string;
  signingName: string;
}

/** Answers an API request. @throws ConnectionLost where a fault cuts the connection. */
export async function answerRequest(simulator: Simulator, request: WireRequest): Promise<WireAnswer> {
  const scope = scopeOf(request);
  const service = scope && serviceOfSigningName(scope.signingName);
  const requestId = simulator.world.clock.uuid();
  if (!scope || !service) return unroutable(scope, requestId);
  const model = serviceModel(service);
  const wire = wireFor(model, request);
  const userAgent = String(request.headers["user-agent"] ?? "");
  const caller = simulator.callerOf(scope.accessKeyId, { sourceIp: request.sourceIp, userAgent });
  try {
    refuseOtherRegion(service, scope.region, simulator.world.region);
    return await perform({ simulator, model, wire, request, caller, requestId });
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ConnectionLost") throw thrown;
    return wire.writeError(model, errorForm(service, thrown), requestId);
  }
}

async function perform(given: {
  simulator: Simulator;
  model: ServiceModel;
  wire: Wire;
  request: WireRequest;
  caller: Caller;
  requestId: string;
}): Promise<WireAnswer> {
  const { simulator, model, wire, request, caller, requestId } = given;
  const name = wire.operationName(model, request);
  const operation = model.operations.get(name ?? "");
  if (!operation) throw unknownOperation(model, name, request);
  // An operation that is not built answers so before its input is judged.
  const isBuilt = Object.hasOwn(simulator.world.find(model.name)?.operations ?? {}, operation.name);
  const input = isBuilt ? wire.readInput(model, operation, request) : {};
  const output = await simulator.call(model.name, operation.name, input, caller, {
    requestId,
    disconnected: request.disconnected,
  });
  return wire.writeOutput(model, operation, output, requestId);
}

/** SQS speaks JSON and, to old clients, the query protocol; the request says which. */
function wireFor(model: ServiceModel, { headers }: WireRequest): Wire {
  const isForm = String(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  return model.name === "sqs" && isForm ? awsQuery : WIRES[model.address.protocol];
}

function unknownOperation(model: ServiceModel, name: string | undefined, request: WireRequest): ServiceError {
  return notSimulated(model.name, name ?? `${request.method} ${request.path}: the SDK's model has no such operation`);
}

/** A client with another region would see other resources in AWS; here it would see these, so it is told. */
function refuseOtherRegion(service: ServiceName, signedFor: string, region: string): void {
  if (signedFor === region || ADDRESSES[service].global) return;
  const message = `The simulator is one region, ${region}, but this call was signed for ${signedFor}: set the client's region to ${region}`;
  throw new ServiceError("NotSimulated", 501, message);
}

/** Access key, region and service from the Authorization header, or from a presigned URL. */
function scopeOf({ headers, query }: WireRequest): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(String(headers["authorization"] ?? ""))?.[1];
  const credential = header ?? query.get("X-Amz-Credential") ?? undefined;
  const parts = credential?.split("/") ?? [];
  // An access key may contain slashes here, as it may be any user's name: count from the end.
  const [signingName, region] = [parts.at(-2), parts.at(-3)];
  if (parts.length < 5 || !signingName || !region) return undefined;
  return { accessKeyId: parts.slice(0, -4).join("/"), region, signingName };
}

function unroutable(scope: Scope | undefined, requestId: string): WireAnswer {
  const [status, type, message] = scope
    ? [501, "NotSimulated", `The simulator does not implement the service ${scope.signingName}`]
    : [403, "MissingAuthenticationToken", "Missing Authentication Token: sign the request, with any key"];
  const headers = {
    "content-type": "application/json",
    "x-amzn-requestid": requestId,
    "x-amzn-errortype": type,
  };
  return { status: status, headers, body: JSON.stringify({ __type: type, message }) };
}
