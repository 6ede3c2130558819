import { describe, expect, test } from "vitest";
import { bindingBody, fixture } from "./api-fixture.ts";

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: { $ref: string }[];
  $ref?: string;
  "x-kubernetes-group-version-kind"?: { kind: string }[];
}

interface Operation {
  "x-kubernetes-group-version-kind"?: object;
  parameters?: { name: string }[];
  requestBody?: { content: Record<string, unknown> };
}

interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

async function openApi(): Promise<OpenApiDocument> {
  const { app } = fixture();
  const { paths } = (await app.inject("/openapi/v3")).json<{ paths: Record<string, { serverRelativeURL: string }> }>();
  return (await app.inject(paths["apis/mooring.dev/v1"]!.serverRelativeURL)).json<OpenApiDocument>();
}

describe("discovery", () => {
  test("names the kinds, their short names, verbs and scope", async () => {
    const { resources } = (await fixture().app.inject("/apis/mooring.dev/v1")).json<{ resources: object[] }>();
    expect(resources).toMatchObject([
      { name: "bindings", kind: "Binding", namespaced: true, shortNames: ["bd"] },
      { name: "bindings/status", verbs: ["get"] },
      { name: "filesystems", kind: "FileSystem", namespaced: false, shortNames: ["efs"] },
      { name: "filesystems/status", verbs: ["get"] },
    ]);
  });

  test.each([
    ["v2", "/apis", "bindings"],
    ["v2beta1", "/apis", "bindings"],
    ["v2", "/api", "events"],
  ])("is aggregated as %s of %s when asked", async (version, url, resource) => {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
    const answer = await fixture().app.inject({ url, headers: { accept } });
    expect(answer.headers["content-type"]).toBe(
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    expect(answer.json()).toMatchObject({
      apiVersion: `apidiscovery.k8s.io/${version}`,
      items: [{ versions: [{ version: "v1", resources: [{ resource }, {}] }] }],
    });
  });

  test("is plain for a client that knows nothing else", async () => {
    const answer = await fixture().app.inject({ url: "/apis", headers: { accept: "application/json" } });
    expect(answer.json()).toMatchObject({ kind: "APIGroupList", groups: [{ name: "mooring.dev" }] });
  });
});

describe("OpenAPI v3", () => {
  test("describes every field that a client can read or write", async () => {
    const { components } = await openApi();
    const missing: string[] = [];
    const visit = (schema: Schema, path: string): void => {
      if (!schema.description) missing.push(path);
      for (const [name, property] of Object.entries(schema.properties ?? {})) visit(property, `${path}.${name}`);
      for (const [name, property] of Object.entries(schema.items?.properties ?? {}))
        visit(property, `${path}[].${name}`);
    };
    for (const [name, schema] of Object.entries(components.schemas)) visit(schema, name);
    expect(missing).toEqual([]);
  });

  test("knows every field of a Binding as it is answered", async () => {
    const { components } = await openApi();
    const { app, plan } = fixture();
    plan.result = { calls: [{ operation: "o", target: "t", why: "w", before: null, after: null }], problems: ["p"] };
    const url = "/apis/mooring.dev/v1/namespaces/media/bindings?dryRun=All";
    const binding = (await app.inject({ method: "POST", url, payload: bindingBody() })).json<object>();
    const unknown: string[] = [];
    const visit = (value: unknown, schema: Schema | undefined, path: string): void => {
      const target = schema?.allOf ? components.schemas[schema.allOf[0]!.$ref.split("/").at(-1)!] : schema;
      if (!target) unknown.push(path);
      if (Array.isArray(value)) value.forEach((item) => visit(item, target?.items, `${path}[]`));
      else if (typeof value === "object" && value !== null) {
        for (const [name, member] of Object.entries(value))
          visit(member, target?.properties?.[name], `${path}.${name}`);
      }
    };
    visit(binding, components.schemas["dev.mooring.v1.Binding"], "");
    expect(unknown).toEqual([]);
  });

  test("has no reference that leads nowhere", async () => {
    const document = await openApi();
    const refs = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!);
    expect(refs.length).toBeGreaterThan(10);
    expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  test("tells kubectl that the server validates fields and dry-runs, and that there is no strategic merge", async () => {
    const { paths } = await openApi();
    const patch = paths["/apis/mooring.dev/v1/namespaces/{namespace}/bindings/{name}"]!.patch!;
    expect(patch["x-kubernetes-group-version-kind"]).toEqual({ group: "mooring.dev", version: "v1", kind: "Binding" });
    expect(patch.parameters?.map(({ name }) => name)).toEqual(expect.arrayContaining(["fieldValidation", "dryRun"]));
    expect(Object.keys(patch.requestBody!.content)).toEqual([
      "application/merge-patch+json",
      "application/json-patch+json",
    ]);
  });

  test("offers each path that it describes", async () => {
    const { app } = fixture();
    for (const path of Object.keys((await openApi()).paths)) {
      const url = path.replaceAll(/\{(\w+)\}/g, "x");
      const answer = await app.inject({ method: "OPTIONS", url });
      const read = await app.inject(url);
      expect([
        url,
        answer.statusCode,
        read.statusCode === 200 || read.json<{ details?: object }>().details !== undefined,
      ]).toEqual([url, 404, true]);
    }
  });
});
