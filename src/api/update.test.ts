import { describe, expect, test } from "vitest";
import type { InjectOptions } from "fastify";
import { bindingBody, bindingsUrl, FILE_SYSTEMS_URL, fileSystemBody, fixture } from "./api-fixture.ts";
import type { ApiObject } from "./render.ts";

const URL = `${bindingsUrl()}/thumbnailer`;
const MERGE = "application/merge-patch+json";

async function withBinding() {
  const made = fixture();
  await made.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
  const created = (
    await made.app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() })
  ).json<ApiObject>();
  made.woken.length = 0;
  const patch = (payload: unknown, type = MERGE, query = "") =>
    made.app.inject({
      method: "PATCH",
      url: URL + query,
      payload: JSON.stringify(payload),
      headers: { "content-type": type },
    });
  const put = (payload: unknown) =>
    made.app.inject({ method: "PUT", url: URL, payload: payload as NonNullable<InjectOptions["payload"]> });
  return { ...made, created, patch, put };
}

const message = (answer: { json(): { message: string } }) => answer.json().message;

describe("changing a record", () => {
  test("raises the generation with the spec, and only then", async () => {
    const { patch, woken, store } = await withBinding();
    const suspended = (await patch({ spec: { suspend: true } })).json<ApiObject>();
    expect([suspended.metadata.generation, suspended.metadata.resourceVersion]).toEqual([2, "3"]);
    expect(woken).toHaveLength(2);
    const labelled = (await patch({ metadata: { labels: { team: "blue" } } })).json<ApiObject>();
    expect([labelled.metadata.generation, labelled.metadata.resourceVersion]).toEqual([2, "4"]);
    expect(woken).toHaveLength(2);
    expect(store.records.view().binding("media", "thumbnailer")?.metadata.labels).toEqual({ team: "blue" });
  });

  test("that changes nothing writes nothing", async () => {
    const { patch, put, created, store, woken } = await withBinding();
    const same = (await patch({ spec: { suspend: false } })).json<ApiObject>();
    expect(same).toEqual(created);
    expect((await put(created)).json()).toEqual(created);
    expect([store.records.view().head, woken]).toEqual([2, []]);
  });

  test("wakes for one of Mooring's own annotations", async () => {
    const { patch, woken } = await withBinding();
    await patch({ metadata: { annotations: { "mooring.dev/reconcile-at": "now", note: "x" } } });
    expect(woken).toHaveLength(2);
  });

  test("wakes the keys of before and after", async () => {
    const { app, woken, store } = await withBinding();
    await app.inject({
      method: "PATCH",
      url: `${FILE_SYSTEMS_URL}/shared`,
      payload: { spec: { policy: { mode: "Preserve" } } },
      headers: { "content-type": MERGE },
    });
    expect(woken).toEqual(["filesystem/111122223333/eu-west-1/fs-0123456789abcdef0"]);
    expect(store.records.view().fileSystem("shared")?.spec.policy.mode).toBe("Preserve");
  });

  test("keeps immutable fields", async () => {
    const { patch } = await withBinding();
    const answer = await patch({ spec: { fileSystemRef: { name: "other" } } });
    expect(answer.statusCode).toBe(422);
    expect(message(answer)).toContain("spec.fileSystemRef");
  });

  test("leaves the status as it is", async () => {
    const { patch, created } = await withBinding();
    expect((await patch({ status: { conditions: [], accessPointId: "fsap-1" } })).json<ApiObject>().status).toEqual(
      created.status,
    );
    expect(
      (
        await patch([{ op: "replace", path: "/status/observedGeneration", value: 9 }], "application/json-patch+json")
      ).json<ApiObject>().status,
    ).toEqual(created.status);
  });

  test("applies JSON patches, tests included", async () => {
    const { patch } = await withBinding();
    const json = "application/json-patch+json";
    const done = await patch(
      [
        { op: "test", path: "/spec/suspend", value: false },
        { op: "replace", path: "/spec/suspend", value: true },
      ],
      json,
    );
    expect(done.json<ApiObject>().spec).toMatchObject({ suspend: true });
    const failed = await patch([{ op: "test", path: "/spec/suspend", value: false }], json);
    expect([failed.statusCode, message(failed)]).toEqual([422, expect.stringContaining("/spec/suspend is true")]);
  });

  test.each([
    ["application/strategic-merge-patch+json", /--type=merge/],
    ["application/apply-patch+yaml", /without --server-side/],
    ["text/plain", /not understood/],
  ])("refuses the patch type %s with what to use instead", async (type, advice) => {
    const answer = await (await withBinding()).patch({}, type);
    expect(answer.statusCode).toBe(415);
    expect(message(answer)).toMatch(advice);
  });

  test("refuses to strip Mooring's finalizers, by any way, and names the way out", async () => {
    const { patch, put, created, store } = await withBinding();
    const { finalizers: _, ...without } = created.metadata;
    const attempts = [
      await patch({ metadata: { finalizers: null } }),
      await patch({ metadata: { finalizers: [] } }),
      await patch({ metadata: { finalizers: ["mooring.dev/mount"] } }),
      await patch([{ op: "remove", path: "/metadata/finalizers" }], "application/json-patch+json"),
      await put({ ...created, metadata: { ...created.metadata, finalizers: [] } }),
    ];
    for (const answer of attempts) {
      expect(answer.statusCode).toBe(422);
      expect(message(answer)).toContain(`mooring.dev/force-release=${String(created.metadata.uid)}`);
    }
    // A manifest that does not mention them is not an attempt.
    expect((await put({ ...created, metadata: without })).statusCode).toBe(200);
    expect(store.records.view().binding("media", "thumbnailer")?.metadata.finalizers).toHaveLength(2);
  });

  test("refuses a stale resourceVersion with 409, in PUT and PATCH", async () => {
    const { put, patch, created } = await withBinding();
    await patch({ spec: { suspend: true } });
    const stale = await put({ ...created, spec: { ...created.spec, driftPolicy: "Observe" } });
    expect([stale.statusCode, stale.json<{ reason: string }>().reason]).toEqual([409, "Conflict"]);
    expect(message(stale)).toContain("please apply your changes to the latest version");
    expect((await patch({ metadata: { resourceVersion: "2" }, spec: { suspend: false } })).statusCode).toBe(409);
    expect((await patch({ metadata: { uid: "another" } })).statusCode).toBe(409);
  });

  test("by PUT needs the resourceVersion that was read", async () => {
    const { put } = await withBinding();
    const answer = await put({ ...bindingBody(), metadata: { name: "thumbnailer" } });
    expect([answer.statusCode, message(answer)]).toEqual([
      422,
      expect.stringContaining("metadata.resourceVersion must be specified"),
    ]);
  });

  test("of another name, kind or namespace is refused", async () => {
    const { put, patch, created } = await withBinding();
    expect((await put({ ...created, metadata: { ...created.metadata, name: "other" } })).statusCode).toBe(400);
    expect((await patch({ kind: "FileSystem" })).statusCode).toBe(400);
    expect((await patch({ metadata: { namespace: "other" } })).statusCode).toBe(400);
  });

  test("of what is not there is 404", async () => {
    const { app } = fixture();
    const headers = { "content-type": MERGE };
    expect((await app.inject({ method: "PATCH", url: URL, payload: "{}", headers })).statusCode).toBe(404);
    const payload = { ...bindingBody(), metadata: { name: "thumbnailer", resourceVersion: "1" } };
    expect((await app.inject({ method: "PUT", url: URL, payload })).statusCode).toBe(404);
  });

  test("is decided again on the newest record after a lost race", async () => {
    const { patch, store } = await withBinding();
    const before = store.records.view().binding("media", "thumbnailer")!;
    store.beforeCommit = () =>
      store.apply({ type: "put", record: { ...before, metadata: { ...before.metadata, labels: { by: "rival" } } } });
    await patch({ spec: { suspend: true } });
    const after = store.records.view().binding("media", "thumbnailer")!;
    expect([after.metadata.labels, after.spec.suspend]).toEqual([{ by: "rival" }, true]);
  });

  test("as a dry-run plans from before to after, and plans nothing for a change of nothing", async () => {
    const { patch, planned, plan, store } = await withBinding();
    plan.result = { calls: [], problems: [] };
    const changed = (await patch({ spec: { suspend: true } }, MERGE, "?dryRun=All")).json<ApiObject>();
    expect([changed.spec, changed.status.plan]).toMatchObject([{ suspend: true }, []]);
    expect(planned).toMatchObject([{ before: { spec: { suspend: false } }, after: { spec: { suspend: true } } }]);
    const same = (await patch({ spec: { suspend: false } }, MERGE, "?dryRun=All")).json<ApiObject>();
    expect(same.status).not.toHaveProperty("plan");
    expect([planned.length, store.records.view().head]).toEqual([1, 2]);
  });
});
