/** The socket door: the simulator as an HTTP endpoint that SDKs and the aws CLI take for AWS. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerControl, CONTROL_PREFIX } from "./control.ts";
import type { Simulator } from "./simulator.ts";
import { answerRequest } from "./wire/answer.ts";
import type { WireAnswer, WireRequest } from "./wire/wire.ts";

export interface Listening {
  /** "http://127.0.0.1:4566" */
  url: string;
  port: number;
  /** Ends open connections, long polls included. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 takes a free one. */
  port: number;
}

/** Longer than clients keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;
/** More than Lambda's 50 MB of direct upload in base64. */
const BODY_BYTES_MAX = 80 * 1024 * 1024;

/** Opens the door. @throws Node's EADDRINUSE if the port is taken. */
export async function listen(simulator: Simulator, { host = "127.0.0.1", port }: ListenOptions): Promise<Listening> {
  const server = createServer((message, response) => void serve(simulator, message, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  // Queue URLs name this door, so that no client follows one out to the real AWS.
  simulator.world.endpoint = url;
  return { url, port: bound, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(simulator: Simulator, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const request = await readRequest(message);
    const isControl = request.path.startsWith(CONTROL_PREFIX);
    const answer = isControl ? answerControl(simulator, request) : await answerRequest(simulator, request);
    write(response, answer);
  } catch {
    // A lost connection, injected or real: the caller must not learn whether the call took effect.
    message.socket.destroy();
  }
}

function write(response: ServerResponse, { status, headers, body }: WireAnswer): void {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  // A 204 has no body and, by RFC 9110, no length.
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": bytes.byteLength });
  response.end(status === 204 ? undefined : bytes);
}

async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const url = message.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: message.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: message.headers,
    body: await readBody(message),
    sourceIp: message.socket.remoteAddress ?? "127.0.0.1",
    disconnected: () => message.socket.destroyed,
  };
}

function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_BYTES_MAX) reject(new Error(`The body is over ${BODY_BYTES_MAX} bytes`));
      else chunks.push(chunk);
    });
    message.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    message.on("error", reject);
    message.on("close", () => reject(new Error("The client went away")));
  });
}
