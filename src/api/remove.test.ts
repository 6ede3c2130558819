import { describe, expect, test } from "vitest";
import {
  ALL_BINDINGS_URL,
  bindingBody,
  bindingsUrl,
  FILE_SYSTEMS_URL,
  fileSystemBody,
  fixture,
  releaseAll,
} from "./api-fixture.ts";
import type { ApiObject } from "./render.ts";

const URL = `${bindingsUrl()}/thumbnailer`;

async function withBindings(...names: string[]) {
  const made = fixture();
  await made.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
  for (const name of names) {
    const payload = { ...bindingBody(name), metadata: { name, labels: { name } } };
    expect((await made.app.inject({ method: "POST", url: bindingsUrl(), payload })).statusCode).toBe(201);
  }
  made.woken.length = 0;
  return made;
}

describe("deleting a record", () => {
  test("marks it, wakes its keys, and lets it go with its last finalizer", async () => {
    const { app, store, woken } = await withBindings("thumbnailer");
    const answer = await app.inject({ method: "DELETE", url: URL });
    expect(answer.statusCode).toBe(200);
    expect(answer.json<ApiObject>().metadata).toMatchObject({
      deletionTimestamp: "2026-11-02T10:00:00Z",
      deletionGracePeriodSeconds: 0,
      generation: 2,
    });
    expect(woken).toHaveLength(2);
    expect((await app.inject(URL)).statusCode).toBe(200);
    releaseAll(store, store.records.view().binding("media", "thumbnailer")!);
    expect((await app.inject(URL)).statusCode).toBe(404);
  });

  test("a second time changes nothing", async () => {
    const { app, store, clock } = await withBindings("thumbnailer");
    const first = (await app.inject({ method: "DELETE", url: URL })).json<ApiObject>();
    clock.advance(60_000);
    const second = (await app.inject({ method: "DELETE", url: URL })).json<ApiObject>();
    expect(second.metadata).toEqual(first.metadata);
    expect(store.records.view().head).toBe(3);
  });

  test("keeps its name until it is gone", async () => {
    const { app } = await withBindings("thumbnailer");
    await app.inject({ method: "DELETE", url: URL });
    const again = await app.inject({ method: "POST", url: bindingsUrl(), payload: bindingBody() });
    expect([again.statusCode, again.json<{ message: string }>().message]).toEqual([
      409,
      expect.stringContaining("being deleted"),
    ]);
  });

  test.each([
    [{ preconditions: { uid: "another" } }, 409],
    [{ preconditions: { resourceVersion: "1" } }, 409],
    [{ preconditions: { resourceVersion: "2" } }, 200],
    [{ kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Foreground", gracePeriodSeconds: 0 }, 200],
    [{ propagationPolicy: "Sideways" }, 400],
    [{ dryRun: ["Some"] }, 400],
  ])("with the options %j answers %i", async (payload, code) => {
    const { app, store } = await withBindings("thumbnailer");
    expect((await app.inject({ method: "DELETE", url: URL, payload })).statusCode).toBe(code);
    expect(store.records.view().head).toBe(code === 200 ? 3 : 2);
  });

  test("as a dry-run plans it, whether asked by query or by options", async () => {
    const { app, store, plan, planned } = await withBindings("thumbnailer");
    plan.result = {
      calls: [
        {
          operation: "elasticfilesystem:DeleteAccessPoint",
          target: "fsap",
          why: "its Binding goes",
          before: {},
          after: null,
        },
      ],
      problems: [],
    };
    const answers = [
      await app.inject({ method: "DELETE", url: `${URL}?dryRun=All` }),
      await app.inject({ method: "DELETE", url: URL, payload: { dryRun: ["All"] } }),
    ];
    for (const answer of answers) {
      const operations = answer.json<ApiObject>().status.plan?.map(({ operation }) => operation);
      expect(operations).toEqual(["elasticfilesystem:DeleteAccessPoint"]);
    }
    expect(planned).toMatchObject([
      { before: {}, after: { metadata: { deletionTimestamp: expect.any(String) as string } } },
      {},
    ]);
    expect(store.records.view().binding("media", "thumbnailer")?.metadata.deletionTimestamp).toBeUndefined();
  });

  test("of what is not there is 404", async () => {
    expect((await fixture().app.inject({ method: "DELETE", url: URL })).statusCode).toBe(404);
  });

  test("of a collection takes what is selected, and leaves the rest", async () => {
    const { app, store, woken } = await withBindings("one", "two", "three");
    const answer = await app.inject({
      method: "DELETE",
      url: `${bindingsUrl()}?labelSelector=${encodeURIComponent("name in (one,two)")}`,
    });
    expect(answer.json<{ items: ApiObject[] }>().items.map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
    const left = [...store.records.view().bindings()].filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    expect(left.map(({ metadata }) => metadata.name)).toEqual(["three"]);
    expect(woken).toHaveLength(3);
  });

  test("of a collection as a dry-run deletes nothing", async () => {
    const { app, store, planned } = await withBindings("one", "two");
    await app.inject({ method: "DELETE", url: bindingsUrl(), payload: { dryRun: ["All"] } });
    expect([planned.length, store.records.view().head]).toEqual([2, 3]);
  });

  test("across all namespaces is not offered", async () => {
    expect((await fixture().app.inject({ method: "DELETE", url: ALL_BINDINGS_URL })).statusCode).toBe(405);
  });
});
