/** For tests: SQS and EventBridge as far as the wire goes; what they answer is up to the test. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createQueueClients, type QueueClients } from "./clients.ts";

export interface StubCall {
  operation: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  input: any;
}

export interface StubAws {
  clients: QueueClients;
  calls: StubCall[];
  /** Inputs of all calls of one operation so far. */
  inputs(operation: string): StubCall["input"][];
  /** How an operation answers from now on; an operation without an answer succeeds with `{}`. */
  answer(operation: string, answer: (input: StubCall["input"]) => unknown): void;
  close(): Promise<void>;
}

/** What an answer returns to refuse the call. */
export class StubRefusal {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number) {
    this.code = code;
    this.status = status;
  }
}

/** Keeps the connection open and never answers. */
export const NO_ANSWER = Symbol("no answer");

export async function startStubAws(): Promise<StubAws> {
  const calls: StubCall[] = [];
  const answers = new Map<string, (input: unknown) => unknown>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const input: unknown = JSON.parse(body);
    calls.push({ operation, input });
    const answer = (await answers.get(operation)?.(input)) ?? {};
    if (answer === NO_ANSWER) return;
    response.setHeader("content-type", "application/x-amz-json-1.0");
    if (answer instanceof StubRefusal) {
      response.statusCode = answer.status;
      response.end(JSON.stringify({ __type: answer.code, message: "refused by the stub" }));
    } else response.end(JSON.stringify(answer));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const clients = createQueueClients({
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  return {
    clients,
    calls,
    inputs: (operation) => calls.filter((call) => call.operation === operation).map(({ input }) => input),
    answer: (operation, answer) => void answers.set(operation, answer),
    async close() {
      clients.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A message as ReceiveMessage answers it; the SDK checks the digest. */
export function stubMessage(body: string, receives = 1) {
  const MD5OfBody = createHash("md5").update(body).digest("hex");
  return {
    MessageId: "m-1",
    ReceiptHandle: `receipt of ${body}`,
    Body: body,
    MD5OfBody,
    Attributes: { ApproximateReceiveCount: `${receives}` },
  };
}

/** SendMessageBatch's answer when all went well. */
export function stubSent(input: { Entries: { Id: string; MessageBody: string }[] }) {
  const Successful = input.Entries.map(({ Id, MessageBody }) => {
    const { MessageId, MD5OfBody } = stubMessage(MessageBody);
    return { Id, MessageId, MD5OfMessageBody: MD5OfBody };
  });
  return { Successful, Failed: [] };
}
