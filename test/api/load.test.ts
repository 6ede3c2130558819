// Goal:   a thousand teams' pipelines and a dashboard do not hurt each other.
// Method: concurrent creates over loopback, then lists of ten thousand. CPU time is counted, not wall time, so that a busy
//         machine does not fail it; on a quiet one some 800 creates a second were measured.
import { Agent, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bindingManifest, fileSystemManifest, startApi } from "./live-api.ts";
import type { LiveApi } from "./live-api.ts";

const CREATES = 400;
const IN_FLIGHT = 8;
const LISTED = 10_000;

let live: LiveApi;
let agent: Agent;

beforeAll(async () => {
  live = await startApi();
  agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  expect((await send("POST", "/apis/mooring.dev/v1/filesystems", fileSystemManifest())).status).toBe(201);
});
afterAll(async () => {
  agent.destroy();
  await live.close();
});

function send(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      live.url + path,
      { method, agent, headers: { "content-type": "application/json", ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const url = (namespace: string) => `/apis/mooring.dev/v1/namespaces/${namespace}/bindings`;

describe("under load", () => {
  test(`takes at least 200 creates a second of CPU, client included (${CREATES}, ${IN_FLIGHT} at a time)`, async () => {
    let next = 0;
    const before = process.cpuUsage();
    const client = async () => {
      while (next < CREATES) {
        const name = `fn-${(next += 1)}`;
        expect((await send("POST", url("load"), bindingManifest(name, "load"))).status).toBe(201);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
    const { user, system } = process.cpuUsage(before);
    const perCpuSecond = CREATES / ((user + system) / 1_000_000);
    expect(perCpuSecond).toBeGreaterThan(200);
  });

  test("lists ten thousand at once, in parts and as a table, while others are served", async () => {
    await fill();
    let isListed = false;
    const list = send("GET", url("many")).finally(() => (isListed = true));
    expect([(await send("GET", "/healthz")).text, isListed]).toEqual(["ok", false]);
    const { items, metadata } = JSON.parse((await list).text) as { items: object[]; metadata: { continue?: string } };
    expect([items.length, metadata.continue]).toEqual([LISTED, undefined]);
    const table = JSON.parse(
      (await send("GET", url("many"), undefined, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" })).text,
    ) as { rows: object[] };
    expect(table.rows).toHaveLength(LISTED);
    expect(await countInParts()).toBe(LISTED);
  }, 60_000);
});

/** Straight into the log: this test is about reading. */
async function fill(): Promise<void> {
  const view = live.store.records.view();
  const template = view.binding("load", "fn-1")!;
  for (let start = 0; start < LISTED; start += 100) {
    const changes = Array.from({ length: 100 }, (_, index) => {
      const name = `many-${start + index}`;
      const spec = { ...template.spec, workload: { lambda: { localMountPath: "/mnt/data", functionName: name } } };
      return {
        type: "put" as const,
        record: { ...template, metadata: { ...template.metadata, name, namespace: "many", uid: name }, spec },
      };
    });
    await live.store.records.commit(() => ({ changes, wakes: [], by: { actor: "test", atMs: 0 } }));
  }
}

async function countInParts(): Promise<number> {
  let count = 0;
  let token: string | undefined = "";
  while (token !== undefined) {
    const { text } = await send("GET", `${url("many")}?limit=500${token === "" ? "" : `&continue=${token}`}`);
    const part = JSON.parse(text) as { items: object[]; metadata: { continue?: string } };
    count += part.items.length;
    token = part.metadata.continue;
  }
  return count;
}
