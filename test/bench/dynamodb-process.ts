import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { realClock } from "../../src/cli/clock.ts";
import { DynamoDbDoor } from "./dynamodb-door.ts";

/**
 * A database in memory in a process of its own, cheaper to ask than dynalite: what is measured against it is the store.
 * Prints its address. Its parent may send `{ latencyMs }`, by which every answer is late from then on, and "cpu", which
 * is answered with the processor time that it has used, ms.
 */
const door = new DynamoDbDoor();
let latencyMs = 0;

const server = createServer((request, response) => void serve(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("message", (message: "cpu" | { latencyMs: number }) => {
  if (message !== "cpu") latencyMs = message.latencyMs;
  const { user, system } = process.cpuUsage();
  process.send!({ cpuMs: (user + system) / 1_000 });
});
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = String(request.headers["x-amz-target"]).split(".").at(-1)!;
  const { status, body } = await answered(operation, await textOf(request));
  if (latencyMs > 0) await realClock.sleep(latencyMs);
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function answered(operation: string, text: string): Promise<{ status: number; body: string }> {
  try {
    const answer = await door.answer(operation, JSON.parse(text) as Record<string, unknown>);
    return { status: 200, body: JSON.stringify(answer) };
  } catch (error) {
    const { name, message, Item } = error as Error & { Item?: object };
    const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, Item });
    return { status: name.endsWith("Exception") ? 400 : 500, body };
  }
}
