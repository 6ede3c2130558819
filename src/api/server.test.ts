import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { ALL_BINDINGS_URL, bindingBody, bindingsUrl, fixture } from "./api-fixture.ts";
import { assertBindable } from "./bindable.ts";
import { LogDamagedError } from "../store/store.ts";
import { buildApi } from "./server.ts";

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

function api(overrides: Parameters<typeof fixture>[0] = {}) {
  const made = fixture(overrides);
  closing.push(() => made.app.close());
  return made;
}

describe("the API's door", () => {
  test("lists its paths, and each of them answers", async () => {
    const { app } = api();
    const { paths } = (await app.inject("/")).json<{ paths: string[] }>();
    expect(paths).toContain("/apis/mooring.dev/v1/bindings");
    for (const path of paths) expect([path, (await app.inject(path)).statusCode]).toEqual([path, 200]);
  });

  test("answers unknown paths with a Status", async () => {
    const answer = await api().app.inject("/apis/apps/v1/deployments");
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ kind: "Status", status: "Failure", reason: "NotFound", code: 404 });
  });

  test.each([
    ["PUT", bindingsUrl(), "GET, POST, DELETE"],
    ["POST", `${bindingsUrl()}/x`, "GET, PUT, PATCH, DELETE"],
    ["PATCH", `${bindingsUrl()}/x/status`, "GET"],
    ["POST", "/api/v1/namespaces", "GET"],
    ["DELETE", "/apis/mooring.dev/v1/history", "GET"],
    ["POST", ALL_BINDINGS_URL, "GET"],
  ] as const)("refuses %s %s with 405 and what is allowed", async (method, url, allow) => {
    const answer = await api().app.inject({
      method,
      url,
      payload: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.json()).toMatchObject({ reason: "MethodNotAllowed" });
  });

  test("says what to do about a namespace, even to a client that speaks protobuf", async () => {
    const headers = { "content-type": "application/vnd.kubernetes.protobuf" };
    const answer = await api().app.inject({ method: "POST", url: "/api/v1/namespaces", payload: "k8s", headers });
    expect(answer.json<{ message: string }>().message).toContain("works without creating one");
  });

  test("refuses a body beyond the limit with 413", async () => {
    const { app } = api({ bodyBytesMax: 1_000 });
    const payload = bindingBody("x".repeat(2_000));
    const answer = await app.inject({ method: "POST", url: bindingsUrl(), payload });
    expect(answer.statusCode).toBe(413);
    expect(answer.json<{ message: string }>().message).toContain("1000 bytes");
  });

  test("tells 413 also to a client that sends all of a large body before it listens", async () => {
    const { app } = api();
    const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
    const body = "x".repeat(30_000_000);
    const head = `POST ${bindingsUrl()} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = connect(Number(port), "127.0.0.1");
    socket.pause();
    const broken = await new Promise((resolve) => {
      socket.on("error", resolve);
      socket.write(head + body, () => resolve(undefined));
    });
    expect(broken).toBeUndefined();
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"kind":"Status"');
  });

  test("refuses a record that no slot of the log could hold", async () => {
    const { app } = api();
    const payload = { ...bindingBody(), metadata: { name: "a", annotations: { note: "x".repeat(160_000) } } };
    const answer = await app.inject({ method: "POST", url: bindingsUrl(), payload });
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      413,
      expect.stringContaining("Shorten"),
    ]);
  });

  test("says that nothing can be written while the log is damaged", async () => {
    const { app, store } = api();
    store.records.commit = async () => Promise.reject(new LogDamagedError("slot 7 is missing"));
    const answer = await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      503,
      expect.stringContaining("slot 7"),
    ]);
  });

  test("refuses protobuf both ways", async () => {
    const { app } = api();
    const headers = { "content-type": "application/vnd.kubernetes.protobuf" };
    expect((await app.inject({ method: "POST", url: bindingsUrl(), payload: "k8s", headers })).statusCode).toBe(415);
    const answer = await app.inject({
      url: ALL_BINDINGS_URL,
      headers: { accept: "application/vnd.kubernetes.protobuf" },
    });
    expect(answer.statusCode).toBe(406);
    const both = await app.inject({
      url: ALL_BINDINGS_URL,
      headers: { accept: "application/vnd.kubernetes.protobuf,application/json" },
    });
    expect(both.statusCode).toBe(200);
  });

  test("answers loopback names only, so that a web page cannot reach it through DNS", async () => {
    const { app } = api();
    const status = async (host: string) => (await app.inject({ url: ALL_BINDINGS_URL, headers: { host } })).statusCode;
    expect(await status("evil.example:8080")).toBe(403);
    expect(await status("127.0.0.1.evil.example")).toBe(403);
    for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"])
      expect(await status(host)).toBe(200);
  });

  test("does not open to the network without authentication", () => {
    for (const host of ["0.0.0.0", "::", "10.0.0.7", "mooring.example"]) {
      expect(() => assertBindable({ host, auth: false })).toThrow(/Refusing to listen on/);
      expect(() => assertBindable({ host, auth: true })).not.toThrow();
    }
    for (const host of ["127.0.0.1", "::1", "localhost"]) assertBindable({ host, auth: false });
  });

  test("says why it is not ready", async () => {
    const { app } = api({ ready: () => ({ ready: false, why: "the log is damaged" }) });
    const answer = await app.inject("/readyz");
    expect([answer.statusCode, answer.payload]).toEqual([503, "not ready: the log is damaged\n"]);
    expect((await app.inject("/livez")).payload).toBe("ok");
  });

  test("counts requests by route, never by name", async () => {
    const { app } = api();
    await app.inject(`${bindingsUrl("secret-team")}/secret-name`);
    const { payload } = await app.inject("/metrics");
    expect(payload).toContain('route="/apis/mooring.dev/v1/namespaces/:namespace/bindings/:name",code="404"} 1');
    expect(payload).not.toContain("secret-");
  });

  test("tells an unexpected failure in short and logs it", async () => {
    const { app, store, logged } = api();
    store.records.refresh = async () => Promise.reject(new Error("disk on fire"));
    const answer = await app.inject({ method: "POST", url: `${bindingsUrl()}?dryRun=All`, payload: bindingBody() });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ kind: "Status", reason: "InternalError" });
    expect(logged).toEqual(["a request failed"]);
  });

  test("is built twice in one process without sharing anything", async () => {
    expect(buildApi).toBeTypeOf("function");
    const [one, two] = [api(), api()];
    await one.app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    expect((await two.app.inject(ALL_BINDINGS_URL)).json<{ items: unknown[] }>().items).toEqual([]);
  });
});

test("closes although a client has opened a connection and asked for nothing yet", async () => {
  const { app } = api();
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const early = connect(Number(port), "127.0.0.1");
  await once(early, "connect");
  const ended = once(early, "close");
  // An answer proves that the server has taken the connection before it.
  await (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
  await app.close();
  await ended;
});

test("answers what was asked before it closes", async () => {
  const { app, store } = api();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Awaited<ReturnType<typeof store.audit.verify>>>();
  store.audit.verify = () => {
    asked.resolve();
    return answer.promise;
  };
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const response = fetch(`${url}/apis/mooring.dev/v1/history/verify`);
  await asked.promise;
  const closed = app.close();
  answer.resolve({ chains: 1, records: 2, faults: [] });
  expect(await (await response).json()).toMatchObject({ records: 2 });
  await closed;
});
