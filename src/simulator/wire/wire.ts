/** What a wire protocol does: requests to operations and inputs, outputs and errors to answers. */
import type { ErrorForm } from "../model/error-form.ts";
import type { Operation, ServiceModel } from "../model/service-model.ts";

export interface WireRequest {
  method: string;
  /** Still percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  sourceIp: string;
  /** Whether the client has closed the connection. */
  disconnected: () => boolean;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

export interface Wire {
  /** Name of the operation asked for; undefined if the request names none. */
  operationName(model: ServiceModel, request: WireRequest): string | undefined;
  /** @throws SerializationException or MalformedInput for a body that cannot be read. */
  readInput(model: ServiceModel, operation: Operation, request: WireRequest): unknown;
  writeOutput(model: ServiceModel, operation: Operation, output: unknown, requestId: string): WireAnswer;
  writeError(model: ServiceModel, form: ErrorForm, requestId: string): WireAnswer;
}
