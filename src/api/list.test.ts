import { describe, expect, test } from "vitest";
import { refOf } from "../model/records.ts";
import {
  ALL_BINDINGS_URL,
  bindingBody,
  bindingsUrl,
  FILE_SYSTEMS_URL,
  fileSystemBody,
  fixture,
} from "./api-fixture.ts";
import type { ApiObject } from "./render.ts";
import type { Table } from "./table.ts";

interface List {
  kind: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: ApiObject[];
}

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };

async function withBindings(...places: string[]) {
  const made = fixture();
  await made.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
  for (const place of places) {
    const [namespace = "", name = ""] = place.split("/");
    const payload = { ...bindingBody(name), metadata: { name, labels: { in: namespace } } };
    await made.app.inject({ method: "POST", url: bindingsUrl(namespace), payload });
  }
  const list = async (url: string) => (await made.app.inject(url)).json<List>();
  return { ...made, list };
}

const places = ({ items }: List) =>
  items.map(({ metadata }) => `${String(metadata.namespace)}/${String(metadata.name)}`);

describe("listing records", () => {
  test("is by namespace or over all, in the order of namespace and name", async () => {
    const { list } = await withBindings("b/two", "a-b/ten", "b/one", "a/nine");
    const all = await list(ALL_BINDINGS_URL);
    expect(places(all)).toEqual(["a-b/ten", "a/nine", "b/one", "b/two"]);
    expect([all.kind, all.metadata]).toEqual(["BindingList", { resourceVersion: "5" }]);
    expect(places(await list(bindingsUrl("b")))).toEqual(["b/one", "b/two"]);
    expect(places(await list(bindingsUrl("empty")))).toEqual([]);
  });

  test("is narrowed by selectors", async () => {
    const { list } = await withBindings("a/one", "b/two", "b/three");
    expect(places(await list(`${ALL_BINDINGS_URL}?labelSelector=in%3Db`))).toEqual(["b/three", "b/two"]);
    expect(places(await list(`${ALL_BINDINGS_URL}?labelSelector=in!%3Db`))).toEqual(["a/one"]);
    expect(places(await list(`${ALL_BINDINGS_URL}?fieldSelector=metadata.name%3Dtwo`))).toEqual(["b/two"]);
  });

  test("in parts shows each object once, though others come and go meanwhile", async () => {
    const { list, app } = await withBindings("n/a", "n/b", "n/c", "n/d", "n/e");
    const first = await list(`${bindingsUrl("n")}?limit=2`);
    expect([places(first), first.metadata.remainingItemCount]).toEqual([["n/a", "n/b"], 3]);
    await app.inject({ method: "POST", url: bindingsUrl("n"), payload: bindingBody("aa") });
    await app.inject({ method: "POST", url: bindingsUrl("n"), payload: bindingBody("dd") });
    const second = await list(`${bindingsUrl("n")}?limit=2&continue=${first.metadata.continue}`);
    const third = await list(`${bindingsUrl("n")}?limit=2&continue=${second.metadata.continue}`);
    expect([...places(second), ...places(third)]).toEqual(["n/c", "n/d", "n/dd", "n/e"]);
    expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  });

  test.each(["limit=x", "limit=-1", "continue=%7B%7D", "labelSelector=a+in+b", "fieldSelector=spec.access%3Dx"])(
    "refuses ?%s",
    async (query) => {
      expect((await fixture().app.inject(`${ALL_BINDINGS_URL}?${query}`)).statusCode).toBe(400);
    },
  );

  test("as a table has the columns that kubectl shows", async () => {
    const { app, store, clock } = await withBindings("media/thumbnailer");
    const record = store.records.view().binding("media", "thumbnailer")!;
    const facet = {
      key: "k",
      fence: 1,
      observedGeneration: 1,
      conditions: [],
      accessPoint: { id: "fsap-1", arn: "arn" },
      tokenGeneration: 0,
      policyUsableAtMs: null,
      handover: null,
      retiring: [],
    };
    store.apply({ type: "accessPointFacet", ref: refOf(record), facet });
    clock.advance(185_000);
    const table = (await app.inject({ url: ALL_BINDINGS_URL, headers: TABLE })).json<Table>();
    expect(table.columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual([
      "Name",
      "Ready",
      "Reason",
      "File System",
      "Path",
      "Workload",
      "Access Point",
      "Age",
    ]);
    expect(table.rows[0]?.cells.slice(0, 8)).toEqual([
      "thumbnailer",
      "Unknown",
      expect.any(String),
      "shared",
      "/thumbnailer",
      "lambda/thumbnailer",
      "fsap-1",
      "3m5s",
    ]);
    expect(table.rows[0]?.cells).toHaveLength(table.columnDefinitions.length);
    expect(table.rows[0]?.object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { namespace: "media" } });
    const whole = (await app.inject({ url: `${FILE_SYSTEMS_URL}?includeObject=Object`, headers: TABLE })).json<Table>();
    expect(whole.rows[0]?.object).toMatchObject({ kind: "FileSystem", spec: { region: "eu-west-1" } });
    expect(whole.rows[0]?.cells).toContain("0/1");
    expect(whole.rows[0]?.cells).toHaveLength(whole.columnDefinitions.length);
  });

  test("of metadata only leaves spec and status out", async () => {
    const { app } = await withBindings("media/thumbnailer");
    const headers = { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" };
    const list = (await app.inject({ url: ALL_BINDINGS_URL, headers })).json<List>();
    expect(list.kind).toBe("PartialObjectMetadataList");
    expect(Object.keys(list.items[0]!)).toEqual(["kind", "apiVersion", "metadata"]);
  });

  test("in YAML is one document", async () => {
    const { app } = await withBindings("media/thumbnailer");
    const { payload } = await app.inject({ url: ALL_BINDINGS_URL, headers: { accept: "application/yaml" } });
    expect(payload).toMatch(/^kind: BindingList\napiVersion: mooring.dev\/v1\n/);
  });
});

describe("namespaces", () => {
  test("are those in use and default", async () => {
    const { app } = await withBindings("media/a", "web/b");
    const { items } = (await app.inject("/api/v1/namespaces")).json<List>();
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["default", "media", "web"]);
    expect((await app.inject("/api/v1/namespaces/web")).statusCode).toBe(200);
    expect((await app.inject("/api/v1/namespaces/nope")).statusCode).toBe(404);
    expect((await app.inject({ url: "/api/v1/namespaces", headers: TABLE })).json<Table>().rows).toHaveLength(3);
  });
});
