import { describe, expect, test } from "vitest";
import type { StoredRecord } from "../model/records.ts";
import {
  ALL_BINDINGS_URL,
  bindingBody,
  bindingsUrl,
  fixture,
  ManualClock,
  MemoryStore,
  releaseAll,
} from "./api-fixture.ts";
import type { Fixture } from "./api-fixture.ts";

interface Event {
  type: string;
  object: {
    kind: string;
    metadata: { name?: string; namespace?: string; resourceVersion: string; annotations?: Record<string, string> };
    columnDefinitions?: unknown[];
    rows?: unknown[];
  };
}

/** Reads events of a watch one by one; null = it has ended. */
async function watching({ app }: Fixture, query: string, accept = "application/json") {
  const answer = await app.inject({
    url: `${ALL_BINDINGS_URL}?watch=true${query}`,
    headers: { accept },
    payloadAsStream: true,
  });
  expect(answer.statusCode).toBe(200);
  const lines = (async function* () {
    let rest = "";
    for await (const chunk of answer.stream()) {
      const parts = (rest + String(chunk)).split("\n");
      rest = parts.pop()!;
      yield* parts;
    }
  })();
  const next = async (): Promise<Event | null> => {
    const { value, done } = await lines.next();
    return done ? null : (JSON.parse(value) as Event);
  };
  const told = async (count: number) => {
    const events = [];
    while (events.length < count) events.push(await next());
    return events.map((event) => `${event?.type} ${event?.object.metadata.name}`);
  };
  return { next, told };
}

const create = ({ app }: Fixture, name: string, labels = {}, namespace = "media") =>
  app.inject({
    method: "POST",
    url: bindingsUrl(namespace),
    payload: { ...bindingBody(name), metadata: { name, labels } },
  });
const patch = ({ app }: Fixture, name: string, payload: object) =>
  app.inject({
    method: "PATCH",
    url: `${bindingsUrl()}/${name}`,
    payload: JSON.stringify(payload),
    headers: { "content-type": "application/merge-patch+json" },
  });
const record = ({ store }: Fixture, name: string): StoredRecord => store.records.view().binding("media", name)!;

describe("a watch", () => {
  test("begins with what is there, then tells each change once", async () => {
    const api = fixture();
    await create(api, "a");
    const watch = await watching(api, "");
    await create(api, "b");
    await patch(api, "a", { spec: { suspend: true } });
    await api.app.inject({ method: "DELETE", url: `${bindingsUrl()}/b` });
    releaseAll(api.store, record(api, "b"));
    expect(await watch.told(5)).toEqual(["ADDED a", "ADDED b", "MODIFIED a", "MODIFIED b", "DELETED b"]);
  });

  test("goes on from a resourceVersion without repeating or missing anything", async () => {
    const api = fixture();
    for (const name of ["a", "b", "c"]) await create(api, name);
    const watch = await watching(api, "&resourceVersion=1");
    await create(api, "d");
    expect(await watch.told(3)).toEqual(["ADDED b", "ADDED c", "ADDED d"]);
  });

  test("of one namespace or name hears of nothing else", async () => {
    const api = fixture();
    const byName = await watching(api, "&fieldSelector=metadata.name%3Db");
    await create(api, "a");
    await create(api, "b");
    expect(await byName.told(1)).toEqual(["ADDED b"]);
  });

  test("by label tells of what enters and leaves the selection", async () => {
    const api = fixture();
    await create(api, "a", { team: "blue" });
    await create(api, "b");
    const watch = await watching(api, "&labelSelector=team%3Dblue");
    await patch(api, "b", { metadata: { labels: { team: "blue" } } });
    await patch(api, "a", { metadata: { labels: { team: "red" } } });
    await patch(api, "a", { metadata: { labels: { team: "green" } } });
    await patch(api, "b", { metadata: { labels: { note: "x" } } });
    expect(await watch.told(4)).toEqual(["ADDED a", "ADDED b", "DELETED a", "MODIFIED b"]);
  });

  test("by label from the past tells that an object has left since", async () => {
    const api = fixture();
    await create(api, "a", { team: "blue" });
    await patch(api, "a", { metadata: { labels: { team: "red" } } });
    const watch = await watching(api, "&labelSelector=team%3Dblue&resourceVersion=1");
    expect(await watch.told(1)).toEqual(["DELETED a"]);
  });

  test("in table form has its columns in the first event only", async () => {
    const api = fixture();
    await create(api, "a");
    const watch = await watching(api, "", "application/json;as=Table;v=v1;g=meta.k8s.io");
    await create(api, "b");
    const [first, second] = [await watch.next(), await watch.next()];
    expect([first?.object.kind, first?.object.rows?.length, second?.object.rows?.length]).toEqual(["Table", 1, 1]);
    expect([first?.object.columnDefinitions?.length === 0, second?.object.columnDefinitions]).toEqual([false, []]);
  });

  test("from before what is kept, or from beyond the log, is 410 Gone", async () => {
    const clock = new ManualClock();
    const store = new MemoryStore(clock, 2);
    const api = { ...fixture({ store: store as never }), store };
    for (const name of ["a", "b", "c", "d", "e", "f"]) await create(api, name);
    for (const version of [1, 99]) {
      const answer = await api.app.inject(`${ALL_BINDINGS_URL}?watch=1&resourceVersion=${version}`);
      expect([answer.statusCode, answer.json<{ reason: string }>().reason]).toEqual([410, "Expired"]);
    }
  });

  test("ends after timeoutSeconds", async () => {
    const api = fixture();
    const watch = await watching(api, "&timeoutSeconds=5");
    api.clock.advance(5_000);
    expect(await watch.next()).toBeNull();
  });

  test("sends bookmarks with how far it is, if they are allowed", async () => {
    const api = fixture();
    const watch = await watching(api, "&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone");
    await create(api, "a");
    api.clock.advance(30_000);
    expect(await watch.next()).toMatchObject({
      type: "BOOKMARK",
      object: { kind: "Binding", metadata: { resourceVersion: "1" } },
    });
  });

  test("from a version that only another replica has yet reads the tail first", async () => {
    const api = fixture();
    let refreshed = 0;
    const { refresh } = api.store.records;
    api.store.records.refresh = async () => {
      refreshed += 1;
      await create(api, "a");
      return refresh();
    };
    const watch = await watching(api, "&resourceVersion=1");
    await create(api, "b");
    expect([await watch.told(1), refreshed]).toEqual([["ADDED b"], 1]);
  });

  test("of more than a slow client's share begins with all of it", async () => {
    const api = fixture();
    const annotations = { note: "x".repeat(100_000) };
    for (let index = 0; index < 170; index += 1) {
      const payload = { ...bindingBody(`b${index}`), metadata: { name: `b${index}`, annotations } };
      await api.app.inject({ method: "POST", url: bindingsUrl(), payload });
    }
    const watch = await watching(api, "");
    expect((await watch.told(170)).length).toBe(170);
  });

  test("ends when the server closes", async () => {
    const api = fixture();
    const watch = await watching(api, "");
    await api.app.close();
    expect(await watch.next()).toBeNull();
  });

  test.each(["resourceVersion=abc", "timeoutSeconds=x", "labelSelector=a+in+b"])("refuses ?%s", async (query) => {
    expect((await fixture().app.inject(`${ALL_BINDINGS_URL}?watch=true&${query}`)).statusCode).toBe(400);
  });
});
