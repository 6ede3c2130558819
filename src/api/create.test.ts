import { describe, expect, test } from "vitest";
import { bindingBody, bindingsUrl, FILE_SYSTEMS_URL, fileSystemBody, fixture } from "./api-fixture.ts";
import type { ApiObject } from "./render.ts";

const SHARED_KEY = "filesystem/111122223333/eu-west-1/fs-0123456789abcdef0";
const functionKey = (name: string) => `lambda/arn:aws:lambda:eu-west-1:111122223333:function:${name}`;

interface Refused {
  message: string;
  reason: string;
  details: { causes: { field: string; message: string; reason: string }[] };
}

describe("creating a record", () => {
  test("fills in what the server owns, stores it, and wakes its keys", async () => {
    const { app, store, woken } = fixture();
    await app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
    woken.length = 0;
    const answer = await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    expect(answer.statusCode).toBe(201);
    const { metadata, spec, status } = answer.json<ApiObject>();
    expect(metadata).toMatchObject({
      name: "thumbnailer",
      namespace: "media",
      generation: 1,
      resourceVersion: "2",
      creationTimestamp: "2026-11-02T10:00:00Z",
      finalizers: ["mooring.dev/mount", "mooring.dev/access-point"],
    });
    expect(spec).toMatchObject({ driftPolicy: "Correct", suspend: false, deletionPolicy: "Delete" });
    expect(status.conditions.find(({ type }) => type === "Ready")).toMatchObject({ status: "Unknown" });
    expect(woken).toEqual([SHARED_KEY, functionKey("thumbnailer")]);
    expect(store.records.view().binding("media", "thumbnailer")?.changedBy).toEqual({
      actor: "anonymous@loopback",
      atMs: Date.parse("2026-11-02T10:00:00Z"),
    });
  });

  test("wakes the Bindings that were there before their FileSystem", async () => {
    const { app, woken } = fixture();
    await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody("early") });
    expect(woken).toEqual([functionKey("early")]);
    woken.length = 0;
    await app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
    expect(woken).toEqual([SHARED_KEY, functionKey("early")]);
  });

  test("reports every fault at once, with field and allowed form", async () => {
    const { app, store } = fixture();
    const payload = bindingBody("x", {
      access: "ReadWrit",
      rootDirectory: { path: "app", ownerUid: 1, ownerGid: 1, permissions: 750 },
      extra: 1,
    });
    const answer = await app.inject({ method: "POST", url: bindingsUrl(), payload });
    expect(answer.statusCode).toBe(422);
    const { reason, details } = answer.json<Refused>();
    expect(reason).toBe("Invalid");
    expect(details.causes.map(({ field }) => field).toSorted()).toEqual([
      "spec.access",
      "spec.extra",
      "spec.rootDirectory.path",
      "spec.rootDirectory.permissions",
    ]);
    expect(details.causes.find(({ field }) => field === "spec.rootDirectory.permissions")?.message).toContain('"0750"');
    expect(store.records.view().head).toBe(0);
  });

  test("is refused by what other records say", async () => {
    const { app } = fixture();
    await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    const answer = await app.inject({
      method: "POST",
      url: bindingsUrl("other"),
      payload: bindingBody("second", { workload: bindingBody().spec.workload }),
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Refused>().message).toContain("media/thumbnailer");
  });

  test("of a name that is taken is a conflict, even if somebody else was a moment faster", async () => {
    const elsewhere = fixture();
    await elsewhere.app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    const rival = elsewhere.store.records.view().binding("media", "thumbnailer")!;
    const { app, store } = fixture();
    const create = () => app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    store.beforeCommit = () => store.apply({ type: "put", record: rival });
    const answer = await create();
    expect([answer.statusCode, answer.json<Refused>().reason]).toEqual([409, "AlreadyExists"]);
    expect((await create()).statusCode).toBe(409);
  });

  test("completes generateName", async () => {
    const { app } = fixture();
    const payload = { ...bindingBody(), metadata: { generateName: "job-" } };
    const names = [];
    for (const functionName of ["one", "two"]) {
      const body = { ...payload, spec: bindingBody(functionName).spec };
      names.push(
        (await app.inject({ method: "POST", url: bindingsUrl(), payload: body })).json<ApiObject>().metadata.name,
      );
    }
    expect(names).toEqual([expect.stringMatching(/^job-[a-z0-9]{5}$/), expect.stringMatching(/^job-[a-z0-9]{5}$/)]);
    expect(names[0]).not.toBe(names[1]);
  });

  test.each<[string, object, RegExp]>([
    ["another kind", { kind: "FileSystem" }, /takes kind Binding/],
    ["another apiVersion", { apiVersion: "mooring.dev/v2" }, /expected API version \(mooring.dev\/v1\)/],
    ["no kind", { kind: undefined }, /kind must be set/],
    ["another namespace", { metadata: { name: "a", namespace: "other" } }, /does not match the namespace/],
    ["a resourceVersion", { metadata: { name: "a", resourceVersion: "7" } }, /should not be set/],
    ["metadata that is a string", { metadata: "a" }, /metadata is "a"/],
  ])("with %s is refused with 400", async (_what, change, message) => {
    const answer = await fixture().app.inject({
      method: "POST",
      url: bindingsUrl(),
      payload: { ...bindingBody(), ...change },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<Refused>().message).toMatch(message);
  });

  test.each(["null", "[]", '"text"', "1", "{}", ""])("of the body %j is refused with 400", async (payload) => {
    const answer = await fixture().app.inject({
      method: "POST",
      url: bindingsUrl(),
      payload,
      headers: { "content-type": "application/json" },
    });
    expect([answer.statusCode, answer.json<Refused>().reason]).toEqual([400, "BadRequest"]);
  });

  test("takes YAML and answers in YAML", async () => {
    const { app } = fixture();
    const payload = `apiVersion: mooring.dev/v1\nkind: FileSystem\nmetadata: {name: shared}\nspec: {account: "111122223333", region: eu-west-1, fileSystemId: fs-0123456789abcdef0}\n`;
    const headers = { "content-type": "application/yaml", accept: "application/yaml" };
    const answer = await app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload, headers });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([201, "application/yaml"]);
    expect(answer.payload).toContain('account: "111122223333"');
  });

  test("keeps a finalizer that nobody would release out", async () => {
    const payload = { ...bindingBody(), metadata: { name: "a", finalizers: ["example.com/mine"] } };
    const answer = await fixture().app.inject({ method: "POST", url: bindingsUrl(), payload });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Refused>().message).toContain("only Mooring's own");
  });
});

describe("fieldValidation", () => {
  const payload =
    '{"apiVersion":"mooring.dev/v1","kind":"FileSystem","metadata":{"name":"shared"},"spec":{"account":"111122223333","region":"eu-west-1","fileSystemId":"fs-0123456789abcdef0","policy":{"mode":"Observe","requireTLS":true,"mode":"Preserve"}}}';
  const post = (query: string) =>
    fixture().app.inject({
      method: "POST",
      url: `${FILE_SYSTEMS_URL}${query}`,
      payload,
      headers: { "content-type": "application/json" },
    });

  test.each(["", "?fieldValidation=Strict"])("%j refuses unknown and duplicate fields", async (query) => {
    const answer = await post(query);
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Refused>().details.causes.map(({ field }) => field)).toEqual([
      "spec.policy.mode",
      "spec.policy.requireTLS",
    ]);
  });

  test("Warn drops them and says so", async () => {
    const answer = await post("?fieldValidation=Warn");
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.warning).toEqual([
      expect.stringMatching(/^299 - "Duplicate field spec.policy.mode/),
      expect.stringMatching(/^299 - "Unknown field spec.policy.requireTLS/),
    ]);
    expect(answer.json<ApiObject>().spec).toMatchObject({ policy: { mode: "Preserve", requireTls: false } });
  });

  test("Ignore drops them", async () => {
    const answer = await post("?fieldValidation=Ignore");
    expect([answer.statusCode, answer.headers.warning]).toEqual([201, undefined]);
  });

  test("anything else is refused", async () => {
    expect((await post("?fieldValidation=Lax")).statusCode).toBe(400);
  });
});

describe("a dry-run", () => {
  const call = {
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "fs",
    why: "there is none",
    before: null,
    after: { path: "/a" },
  };

  test("validates, plans, and stores nothing", async () => {
    const { app, store, plan, planned, woken } = fixture();
    plan.result = { calls: [call], problems: ["function thumbnailer does not exist"] };
    const answer = await app.inject({ method: "POST", url: `${bindingsUrl()}?dryRun=All`, payload: bindingBody() });
    expect(answer.statusCode).toBe(201);
    expect(answer.json<ApiObject>().status).toMatchObject({
      plan: [{ operation: call.operation, target: "fs", why: "there is none", changes: ['+ path: "/a"'] }],
      problems: ["function thumbnailer does not exist"],
    });
    expect(planned).toMatchObject([{ after: { kind: "Binding", metadata: { name: "thumbnailer" } } }]);
    expect(planned[0]).not.toHaveProperty("before");
    expect([store.records.view().head, woken]).toEqual([0, []]);
    const faulty = await app.inject({
      method: "POST",
      url: `${bindingsUrl()}?dryRun=All`,
      payload: bindingBody("x", { access: "All" }),
    });
    expect(faulty.statusCode).toBe(422);
  });

  test("whose plan cannot be made says so instead of showing an empty one", async () => {
    const { app, plan } = fixture();
    plan.result = new Error("AccessDenied on DescribeAccessPoints");
    const { status } = (
      await app.inject({ method: "POST", url: `${bindingsUrl()}?dryRun=All`, payload: bindingBody() })
    ).json<ApiObject>();
    expect(status.plan).toBeUndefined();
    expect(status.problems).toEqual([expect.stringContaining("AccessDenied on DescribeAccessPoints")]);
  });

  test("is never mistaken: an unknown value is refused, not executed", async () => {
    const { app, store } = fixture();
    for (const value of ["", "all", "true", "None"]) {
      expect(
        (await app.inject({ method: "POST", url: `${bindingsUrl()}?dryRun=${value}`, payload: bindingBody() }))
          .statusCode,
      ).toBe(400);
    }
    expect(store.records.view().head).toBe(0);
  });
});

describe("who asks", () => {
  test.each([
    [{ "impersonate-user": "ada", "x-remote-user": "proxy" }, "ada"],
    [{ authorization: `Basic ${Buffer.from("grace:x").toString("base64")}`, "x-remote-user": "proxy" }, "grace"],
    [{ "x-remote-user": "proxy" }, "proxy"],
    [{}, "anonymous@loopback"],
  ])("%j is %s", async (headers, actor) => {
    const { app, store } = fixture();
    await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody(), headers });
    expect(store.entries[0]?.entry).toMatchObject({ type: "SpecChanged", verb: "created", actor });
  });

  test("is refused if the name would spoil the history", async () => {
    const headers = { "impersonate-user": "x".repeat(300) };
    expect(
      (await fixture().app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody(), headers })).statusCode,
    ).toBe(400);
  });
});
