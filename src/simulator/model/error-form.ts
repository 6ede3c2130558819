/** How an error of a service looks on every door: name, code, status and the members of its shape. */
import type { ServiceName } from "../core.ts";
import { ServiceError } from "../core.ts";
import { serviceModel } from "./service-model.ts";
import type { Shape } from "./shape.ts";

export interface ErrorForm {
  /** The shape's name, as JSON protocols and the SDK say it: QueueDoesNotExist. */
  name: string;
  /** What the query protocols say: AWS.SimpleQueueService.NonExistentQueue. */
  queryCode: string;
  status: number;
  fault: "client" | "server";
  message: string;
  shape: Shape | undefined;
  /** Values of the shape's members; only the message in an undeclared error. */
  members: Record<string, unknown>;
}

/** A thrown value as AWS would answer it; what is no ServiceError is a fault in the simulator: 500 InternalFailure. */
export function errorForm(service: ServiceName, thrown: unknown): ErrorForm {
  const error = thrown instanceof ServiceError ? thrown : broken(thrown);
  const shape = serviceModel(service).errorShape(error.code);
  const status = shape?.traits.awsQueryError?.[1] ?? shape?.traits.httpError ?? error.status;
  return {
    name: shape?.name ?? error.code,
    queryCode: shape?.traits.awsQueryError?.[0] ?? error.code,
    status,
    fault: status < 500 ? "client" : "server",
    message: error.message,
    shape,
    members: membersOf(shape, error, status),
  };
}

function membersOf(shape: Shape | undefined, error: ServiceError, status: number): Record<string, unknown> {
  const standard: Record<string, unknown> = {
    message: error.message,
    Message: error.message,
    ErrorCode: shape?.name,
    Type: status < 500 ? "User" : "Service",
  };
  const members: Record<string, unknown> = {};
  for (const name of shape?.members.keys() ?? []) members[name] = error.fields[name] ?? standard[name];
  if (!shape) members["message"] = error.message;
  return members;
}

function broken(thrown: unknown): ServiceError {
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new ServiceError("InternalFailure", 500, `The simulator failed: ${message}`);
}
