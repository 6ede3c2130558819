import { describe, expect, test } from "vitest";
import { bindingJsonSchema } from "./binding-schema.ts";
import { fileSystemJsonSchema } from "./file-system-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import {
  EXAMPLE_HOME,
  exampleBinding,
  exampleBindingBody,
  exampleFileSystemBody,
  manifestOf,
} from "./rules/example-records.ts";
import { admit, parseManifest, type Fault } from "./validate.ts";

function bindingWith(spec: Record<string, unknown>): Record<string, unknown> {
  const body = exampleBindingBody();
  return { ...body, spec: { ...(body.spec as object), ...spec } };
}

function faultsOf(body: unknown): Fault[] {
  const parsed = parseManifest("Binding", body, EXAMPLE_HOME);
  return parsed.ok ? [] : parsed.faults;
}

describe("a valid manifest", () => {
  test("gets the documented defaults", () => {
    const parsed = parseManifest("Binding", exampleBindingBody(), EXAMPLE_HOME);
    expect(parsed).toMatchObject({
      ok: true,
      manifest: {
        spec: { posixUser: { secondaryGids: [] }, driftPolicy: "Correct", suspend: false, deletionPolicy: "Delete" },
      },
    });
    expect(parseManifest("FileSystem", exampleFileSystemBody(), EXAMPLE_HOME)).toMatchObject({
      ok: true,
      manifest: { metadata: { namespace: "" }, spec: { policy: { mode: "Observe", requireTls: false } } },
    });
  });

  test("may carry what the server wrote, as kubectl sends it back", () => {
    const body = exampleBindingBody();
    const metadata = {
      ...(body.metadata as object),
      uid: "u",
      resourceVersion: "7",
      generation: 3,
      creationTimestamp: null,
      managedFields: [],
    };
    expect(parseManifest("Binding", { ...body, metadata, status: { conditions: [] } }, EXAMPLE_HOME)).toMatchObject({
      ok: true,
      manifest: { metadata: { uid: "u", resourceVersion: "7" } },
    });
  });

  test("without a namespace belongs to the default one", () => {
    const body = { ...exampleBindingBody(), metadata: { name: "a" } };
    expect(parseManifest("Binding", body, EXAMPLE_HOME)).toMatchObject({
      ok: true,
      manifest: { metadata: { namespace: "default" } },
    });
  });
});

describe("a faulty manifest", () => {
  test("is told all its faults at once", () => {
    const faults = faultsOf(
      bindingWith({
        access: "readwrite",
        colour: "red",
        posixUser: { uid: -1, gid: "7" },
        rootDirectory: { path: "/a/", ownerUid: 1, ownerGid: 1 },
      }),
    );
    expect(faults.map(({ field, rule }) => `${field} ${rule}`).sort()).toEqual([
      "spec.access enum",
      "spec.colour unknown-field",
      "spec.posixUser.gid wrong-type",
      "spec.posixUser.uid uid-range",
      "spec.rootDirectory.path path-no-trailing-slash",
      "spec.rootDirectory.permissions required",
    ]);
  });

  test("with an empty ECS workload is told what one consists of", () => {
    expect(faultsOf(bindingWith({ workload: { ecs: {} } })).map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      "spec.workload.ecs.mounts required",
    ]);
  });

  test.each([
    [488, '"0750"', "YAML 1.1's octal reading of 0750"],
    [750, '"0750"', "YAML 1.2's decimal reading of 0750"],
    [493, '"0755"', "the octal reading of 0755"],
    [420, '"0644"', "the octal reading of 0644"],
    [511, '"0511" or "0777"', "a number that both readings can give"],
  ])("with permissions %i is shown %s, since it is %s", (permissions, quoted) => {
    const rootDirectory = { path: "/app1", ownerUid: 1001, ownerGid: 1001, permissions };
    expect(faultsOf(bindingWith({ rootDirectory }))).toEqual([
      {
        field: "spec.rootDirectory.permissions",
        value: permissions,
        rule: "wrong-type",
        message: `spec.rootDirectory.permissions is the number ${permissions}: a string is required; write it in quotes: ${quoted}.`,
      },
    ]);
  });

  test("with an unquoted account is shown it in quotes, lost zeros put back", () => {
    const body = exampleFileSystemBody();
    const parsed = parseManifest(
      "FileSystem",
      { ...body, spec: { ...(body.spec as object), account: 11_122_223_333 } },
      EXAMPLE_HOME,
    );
    expect(parsed).toMatchObject({
      ok: false,
      faults: [{ field: "spec.account", message: expect.stringContaining('"011122223333"') }],
    });
  });

  test.each([null, [], "text", 7, undefined])("that is no object (%j) is one fault, not a crash", (body) => {
    expect(faultsOf(body)).toHaveLength(1);
  });

  test("of another kind says which one is required", () => {
    expect(faultsOf(exampleFileSystemBody())).toMatchObject([{ field: "kind", value: "FileSystem", rule: "kind" }]);
  });
});

describe("admission", () => {
  test("goes through the other records once, so an iterator is enough", () => {
    const others = [
      exampleBinding({ name: "a" }),
      exampleBinding({ name: "b", functionName: "thumbnailer", ownerUid: 7 }),
    ];
    const faults = admit(manifestOf(exampleBinding()), undefined, {
      bindings: others.values(),
      fileSystems: [].values(),
    });
    expect(faults.map(({ rule }) => rule)).toEqual(["one-binding-per-function", "shared-directory-one-owner"]);
  });
});

describe("the published schema", () => {
  function nodesWithoutDescription(schema: JsonSchema, path: string): string[] {
    const own = schema.description === undefined ? [path] : [];
    const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
      nodesWithoutDescription(child, `${path}.${name}`),
    );
    return [...own, ...children];
  }

  test("describes every field, for kubectl explain", () => {
    expect(nodesWithoutDescription(bindingJsonSchema(), "Binding")).toEqual([]);
    expect(nodesWithoutDescription(fileSystemJsonSchema(), "FileSystem")).toEqual([]);
  });

  test("carries no boolean additionalProperties, which kubectl's explain does not expect", () => {
    expect(JSON.stringify([bindingJsonSchema(), fileSystemJsonSchema()])).not.toContain("additionalProperties");
  });
});
