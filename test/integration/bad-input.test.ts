import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleBindingBody, exampleFileSystemBody } from "../../src/model/rules/example-records.ts";
import type { RecordRule } from "../../src/model/rules/rule.ts";
import { RECORD_RULES } from "../../src/model/rules/table.ts";
import { mutationsBy } from "./account.ts";
import { aBinding } from "./manifests.ts";
import { World } from "./world.ts";

const BINDINGS = "/namespaces/media/bindings";

interface Refusal {
  kind: string;
  message: string;
  reason: string;
  details?: { causes?: { field: string; message: string }[] };
}

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.close());

const post = (text: string, contentType?: string, path = BINDINGS) =>
  world.requestText<Refusal>("POST", path, text, contentType);

const fieldsOf = ({ details }: Refusal) => (details?.causes ?? []).map(({ field }) => field).toSorted();

describe("a text that is no object", () => {
  test.each([
    ["nothing at all", "", "application/json", /body is empty/],
    ["JSON that breaks off", '{"kind": "Binding",\n "spec": ', "application/json", /not valid JSON: .*\(line 2 column/],
    [
      "JSON with a comma too many",
      '{"kind": "Binding",}',
      "application/json",
      /not valid JSON: .*\(line 1 column 20\)/,
    ],
    [
      "YAML whose indentation is wrong",
      "kind: Binding\nspec:\n  a: 1\n b: 2\n",
      "application/yaml",
      /not valid YAML: .*line 4/s,
    ],
    ["YAML with an open bracket", "kind: Binding\nspec: {a: [1, 2\n", "application/yaml", /not valid YAML/],
    [
      "YAML that grows without bound",
      `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${"*a,".repeat(9)}*a]\nc: &c [${"*b,".repeat(9)}*b]\nd: [${"*c,".repeat(9)}*c]\n`,
      "application/yaml",
      /not valid YAML/,
    ],
    ["a list", "[]", "application/json", /is a list, but one Binding object is needed/],
    ["a number", "7", "application/json", /is number, but one Binding object/],
    ["null", "null", "application/json", /but one Binding object/],
  ])("%s is refused, and the message says where", async (_what, text, type, message) => {
    const { status, body } = await post(text, type);
    expect(status).toBe(400);
    expect(body).toMatchObject({ kind: "Status", reason: "BadRequest" });
    expect(body.message).toMatch(message);
  });

  test("a content type that nobody reads is refused with those that are", async () => {
    const { status, body } = await post("<binding/>", "application/xml");
    expect(status).toBe(415);
    expect(body.message).toContain("application/yaml");
  });

  test("a body larger than the API takes is refused, and the service goes on", async () => {
    const { status, body } = await post(JSON.stringify({ ...exampleBindingBody(), filler: "x".repeat(2_000_000) }));
    expect(status).toBe(413);
    expect(body.message).toMatch(/larger than \d+ bytes/);
    expect((await world.request("GET", BINDINGS)).status).toBe(200);
  });
});

describe("an object that does not belong where it is sent", () => {
  test.each([
    [
      "another kind",
      { ...exampleBindingBody(), kind: "Deployment" },
      /kind in the data \("Deployment"\).*takes kind Binding/,
    ],
    ["a FileSystem", exampleFileSystemBody(), /kind in the data \("FileSystem"\)/],
    [
      "another version",
      { ...exampleBindingBody(), apiVersion: "mooring.dev/v2" },
      /API version in the data \("mooring.dev\/v2"\).*mooring.dev\/v1/,
    ],
    ["no kind", { ...exampleBindingBody(), kind: undefined }, /kind must be set/],
    [
      "another namespace",
      { ...exampleBindingBody(), metadata: { name: "x", namespace: "other" } },
      /other against media/,
    ],
    ["no metadata object", { ...exampleBindingBody(), metadata: "x" }, /metadata is "x"/],
  ])("%s is refused, and the message says what the path takes", async (_what, body, message) => {
    const answer = await post(JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(message);
  });
});

/** The valid manifest with one thing of it wrong. */
function broken(rule: RecordRule): { path: string; body: Record<string, unknown> } {
  const isBinding = rule.appliesTo.includes("Binding");
  const body = isBinding ? exampleBindingBody() : exampleFileSystemBody();
  const example = rule.examples.bad[0]!;
  for (const [path, value] of Object.entries(example.with)) put(body, path, value);
  if (rule.field.endsWith("[]")) put(body, rule.field.slice(0, -2), [example.value]);
  else put(body, rule.field, example.value);
  const { namespace } = body["metadata"] as { namespace?: string };
  return {
    path: isBinding ? `/namespaces/${encodeURIComponent(namespace || "media")}/bindings` : "/filesystems",
    body,
  };
}

function put(body: Record<string, unknown>, path: string, value: unknown): void {
  const segments = path.split(".");
  const last = segments.pop()!;
  let object = body;
  for (const segment of segments) {
    const [name, isList] = segment.endsWith("[]") ? [segment.slice(0, -2), true] : [segment, false];
    const next = (object[name] ??= isList ? [{}] : {});
    object = (isList ? (next as unknown[])[0] : next) as Record<string, unknown>;
  }
  object[last] = structuredClone(value);
}

describe("each rule of the table", () => {
  test.each(RECORD_RULES.map((rule) => [rule.id, rule.field, rule] as const))(
    "%s of %s is kept at the API",
    async (id, field, rule) => {
      const { path, body } = broken(rule);
      const answer = await post(JSON.stringify(body), undefined, path);
      // What the URL says already is refused there, before the rules.
      if (id === "api-version" || id === "namespace-none") return expect([400, 422]).toContain(answer.status);
      expect(answer.status).toBe(422);
      expect(fieldsOf(answer.body)).toContain(field.replace("[]", "[0]"));
    },
  );
});

test("everything that is wrong with a record is said at once, numbers with their quoted form", async () => {
  const wrong = {
    apiVersion: "mooring.dev/v1",
    kind: "Binding",
    metadata: { name: "Not_A_Name", labels: { "a b": "x" }, annotations: { "mooring.dev/unheard-of": "1" } },
    spec: {
      fileSystemRef: { name: "UPPER" },
      rootDirectory: { path: "relative/../..", ownerUid: -1, ownerGid: 4_294_967_296, permissions: 750 },
      posixUser: { uid: 1.5, gid: "1001", secondaryGids: Array.from({ length: 17 }, (_, n) => n) },
      access: "readwrite",
      workload: { lambda: { functionName: "a b", localMountPath: "/data" } },
      driftPolicy: "Never",
      suspend: "no",
      deletionPolicy: "Keep",
      surprise: true,
    },
  };
  const { status, body } = await post(JSON.stringify(wrong));
  expect(status).toBe(422);
  expect(fieldsOf(body)).toEqual(
    expect.arrayContaining([
      "metadata.name",
      "metadata.labels",
      "metadata.annotations",
      "spec.fileSystemRef.name",
      "spec.rootDirectory.path",
      "spec.rootDirectory.ownerUid",
      "spec.rootDirectory.ownerGid",
      "spec.rootDirectory.permissions",
      "spec.posixUser.uid",
      "spec.posixUser.gid",
      "spec.posixUser.secondaryGids",
      "spec.access",
      "spec.workload.lambda.functionName",
      "spec.workload.lambda.localMountPath",
      "spec.driftPolicy",
      "spec.suspend",
      "spec.deletionPolicy",
      "spec.surprise",
    ]),
  );
  expect(body.message).toContain('"0750"');
  expect(body.message).toContain("ReadOnly");
});

test("an account that YAML reads as a number is refused with the quoted form", async () => {
  const text =
    "apiVersion: mooring.dev/v1\nkind: FileSystem\nmetadata: {name: shared}\nspec: {account: 111122223333, region: eu-west-1, fileSystemId: fs-0123456789abcdef0}\n";
  const { status, body } = await post(text, "application/yaml", "/filesystems");
  expect(status).toBe(422);
  expect(body.message).toContain('"111122223333"');
});

test("an unknown field is refused where it stands, and let pass with a warning if the client asks for that", async () => {
  const binding = aBinding("thumbnailer", {
    rootDirectory: { path: "/a", ownerUid: 1001, ownerGid: 1001, permissions: "0750", mode: "0750" },
  });
  const strict = await post(JSON.stringify(binding), undefined, `${BINDINGS}?fieldValidation=Strict`);
  expect(strict.status).toBe(422);
  expect(fieldsOf(strict.body)).toEqual(["spec.rootDirectory.mode"]);
  const warned = await fetch(`${world.mooring.url}/apis/mooring.dev/v1${BINDINGS}?fieldValidation=Warn&dryRun=All`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(binding),
  });
  expect(warned.status).toBe(201);
  expect(warned.headers.get("warning")).toContain("spec.rootDirectory.mode");
});

test("none of all that reached AWS, or the store", async () => {
  expect(mutationsBy(world)).toEqual({});
  const view = world.mooring.store.records.view();
  expect([...view.bindings(), ...view.fileSystems()]).toEqual([]);
});
