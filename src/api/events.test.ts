import { describe, expect, test } from "vitest";
import { bindingBody, bindingsUrl, FILE_SYSTEMS_URL, fileSystemBody, fixture } from "./api-fixture.ts";
import type { CoreEvent } from "./events.ts";
import type { HistoryList } from "./history.ts";

const BINDING = { bindings: ["media/thumbnailer"], fileSystem: "shared" };
const EVENT = {
  id: "e1",
  name: "DeleteAccessPoint",
  atMs: Date.parse("2026-11-02T10:00:00.500Z"),
  sourceIp: "10.0.0.9",
  userAgent: null,
};

async function withHistory() {
  const made = fixture();
  const { app, store, clock } = made;
  const headers = { "impersonate-user": "ada" };
  await app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody(), headers });
  await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody(), headers });
  clock.advance(1_000);
  store.tell({ type: "Drift", ...BINDING, what: "access point fsap-1 is gone", actor: "deploy-bot", event: EVENT });
  store.tell({
    type: "Intent",
    ...BINDING,
    intentId: "i1",
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "fs-1",
    why: "no access point for /app1",
    cause: { kind: "Drift", actor: "deploy-bot", eventName: "DeleteAccessPoint" },
    before: null,
    after: {},
  });
  clock.advance(400);
  store.tell({
    type: "Outcome",
    ...BINDING,
    intentId: "i1",
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "fs-1",
    outcome: "Done",
    requestId: "r1",
    detail: null,
  });
  store.tell({
    type: "Outcome",
    ...BINDING,
    intentId: "i2",
    operation: "elasticfilesystem:PutFileSystemPolicy",
    target: "fs-1",
    outcome: "Failed",
    requestId: "r2",
    detail: { code: "AccessDenied" },
  });
  store.tell({ type: "Converged", ...BINDING, tookMs: 400 });
  store.tell({ type: "Converged", bindings: [], fileSystem: "shared", tookMs: null });
  const events = async (url: string) => (await app.inject(url)).json<{ items: CoreEvent[] }>().items;
  return { ...made, events };
}

describe("events", () => {
  test("tell a Binding's history in sentences, oldest first, an intent with its outcome", async () => {
    const { events, store } = await withHistory();
    const { uid } = store.records.view().binding("media", "thumbnailer")!.metadata;
    const selector = `involvedObject.name=thumbnailer,involvedObject.namespace=media,involvedObject.kind=Binding,involvedObject.uid=${uid}`;
    const items = await events(`/api/v1/namespaces/media/events?fieldSelector=${encodeURIComponent(selector)}`);
    expect(items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual([
      "Normal Created: Created by ada",
      "Warning Drifted: access point fsap-1 is gone, by deploy-bot with DeleteAccessPoint from 10.0.0.9 at 2026-11-02T10:00:00.500Z",
      "Normal CreateAccessPoint: Done in 0.4 s on fs-1: no access point for /app1 (changed by deploy-bot)",
      'Warning PutFileSystemPolicy: Failed on fs-1; AWS: {"code":"AccessDenied"}',
      "Normal Converged: Read back and as declared, after 0.4 s",
    ]);
    expect(items[0]).toMatchObject({
      involvedObject: { kind: "Binding", name: "thumbnailer", namespace: "media", uid },
      source: { component: "mooring" },
    });
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(5);
  });

  test("of a FileSystem are found without a namespace, as kubectl describe asks", async () => {
    const { events } = await withHistory();
    const items = await events(
      "/api/v1/events?fieldSelector=involvedObject.name%3Dshared%2CinvolvedObject.namespace%3D%2CinvolvedObject.kind%3DFileSystem",
    );
    expect(items.map(({ reason }) => reason)).toEqual([
      "Created",
      "Drifted",
      "CreateAccessPoint",
      "PutFileSystemPolicy",
      "Converged",
      "Converged",
    ]);
  });

  test("of a predecessor of the same name are not shown", async () => {
    const { events, store, clock } = await withHistory();
    const before = store.records.view().binding("media", "thumbnailer")!;
    store.apply({
      type: "put",
      record: {
        ...before,
        metadata: { ...before.metadata, deletionTimestamp: "2026-11-02T10:00:01Z", finalizers: [] },
      },
    });
    clock.advance(60_000);
    store.apply({
      type: "put",
      record: { ...before, metadata: { ...before.metadata, uid: "new", creationTimestamp: "2026-11-02T10:01:01Z" } },
    });
    const items = await events("/api/v1/namespaces/media/events");
    expect(items.map(({ reason }) => reason)).toEqual(["Created"]);
  });

  test("refuse a field that they do not have", async () => {
    const { app } = await withHistory();
    expect((await app.inject("/api/v1/events?fieldSelector=colour%3Dred")).statusCode).toBe(400);
  });
});

describe("the history", () => {
  const URL = "/apis/mooring.dev/v1/history";

  test("answers what changed, who did it, what was done; newest first", async () => {
    const { app } = await withHistory();
    const all = (await app.inject(`${URL}?binding=media/thumbnailer`)).json<HistoryList>();
    expect(all.items.map(({ entry }) => entry.type)).toEqual([
      "Converged",
      "Outcome",
      "Outcome",
      "Intent",
      "Drift",
      "SpecChanged",
    ]);
    expect(all.items[0]?.at).toBe("2026-11-02T10:00:01.400Z");
    const byActor = (await app.inject(`${URL}?actor=deploy-bot`)).json<HistoryList>();
    expect(byActor.items.map(({ entry }) => entry.type)).toEqual(["Drift"]);
  });

  test("takes times as RFC 3339, as ms, and as how long ago", async () => {
    const { app } = await withHistory();
    const count = async (query: string) => (await app.inject(`${URL}?${query}`)).json<HistoryList>().items.length;
    expect(await count("since=2026-11-02T10:00:01.200Z")).toBe(4);
    expect(await count(`until=${Date.parse("2026-11-02T10:00:00Z")}`)).toBe(2);
    expect(await count("since=1s")).toBe(6);
  });

  test.each(["since=yesterday", "limit=0", "limit=1001", "binding=thumbnailer", "colour=red"])(
    "refuses ?%s",
    async (query) => {
      const answer = await fixture().app.inject(`${URL}?${query}`);
      expect([answer.statusCode, answer.json<{ reason: string }>().reason]).toEqual([400, "BadRequest"]);
    },
  );

  test("says whether it is intact", async () => {
    const { app, store } = fixture();
    expect((await app.inject(`${URL}/verify`)).json()).toMatchObject({
      kind: "HistoryVerification",
      intact: true,
      faults: [],
    });
    store.audit.verify = async () => ({
      chains: 1,
      records: 2,
      faults: [{ chain: "c", seq: 2, what: "hash differs" }],
    });
    expect((await app.inject(`${URL}/verify`)).json()).toMatchObject({ intact: false, faults: [{ seq: 2 }] });
  });
});
