import { describe, expect, test } from "vitest";
import { bindingBody, fileSystemBody, fixture, FILE_SYSTEMS_URL } from "./api-fixture.ts";
import type { Fixture } from "./api-fixture.ts";
import type { FilePlan } from "./plan-routes.ts";

async function plan({ app }: Fixture, ...items: unknown[]): Promise<{ code: number; body: FilePlan }> {
  const answer = await app.inject({ method: "POST", url: "/apis/mooring.dev/v1/plans", payload: { items } });
  return { code: answer.statusCode, body: answer.json<FilePlan>() };
}

describe("the plan of a file", () => {
  test("takes its records together, FileSystems first, and stores none of them", async () => {
    const api = fixture();
    const { body } = await plan(api, bindingBody("a"), bindingBody("b"), fileSystemBody());
    expect(body.records).toEqual([
      { kind: "FileSystem", namespace: "", name: "shared", verb: "create" },
      { kind: "Binding", namespace: "default", name: "a", verb: "create" },
      { kind: "Binding", namespace: "default", name: "b", verb: "create" },
    ]);
    expect(api.planned).toHaveLength(1);
    expect(api.planned[0]!.also?.map(({ after }) => after?.metadata.name)).toEqual(["a", "b"]);
    expect([...api.store.records.view().fileSystems()]).toEqual([]);
  });

  test("merges a record into the one that exists, as an apply does", async () => {
    const api = fixture();
    await api.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
    const { body } = await plan(api, { ...fileSystemBody(), metadata: { name: "shared", labels: { team: "media" } } });
    expect(body.records).toMatchObject([{ name: "shared", verb: "change" }]);
    expect(api.planned[0]!.before?.metadata.name).toBe("shared");
  });

  test("calls a record that stays as it is neither new nor changed, and plans it all the same", async () => {
    const api = fixture();
    await api.app.inject({ method: "POST", url: FILE_SYSTEMS_URL, payload: fileSystemBody() });
    const { body } = await plan(api, fileSystemBody());
    expect(body.records).toMatchObject([{ name: "shared", verb: "none" }]);
    expect(api.planned).toHaveLength(1);
  });

  test("judges each record by those before it in the file", async () => {
    const twice = bindingBody("b", { workload: { lambda: { functionName: "a", localMountPath: "/mnt/data" } } });
    const { body } = await plan(fixture(), fileSystemBody(), bindingBody("a"), twice);
    expect(body.records[2]?.refused?.message).toContain("which is mounted by the Binding default/a");
  });

  test("goes on without what is refused, with all of its faults", async () => {
    const api = fixture();
    const wrong = bindingBody("b", { access: "Everything", posixUser: { uid: -1, gid: 1001 } });
    const { body } = await plan(api, wrong, bindingBody("a"));
    const fields = body.records[0]?.refused?.faults.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(["spec.access", "spec.posixUser.uid"]));
    expect(api.planned[0]!.after?.metadata.name).toBe("a");
  });

  test("is refused for what is no list of records", async () => {
    for (const payload of [{}, { items: [] }, { items: [1] }, { items: [{ kind: "Pod", metadata: { name: "a" } }] }]) {
      const answer = await fixture().app.inject({ method: "POST", url: "/apis/mooring.dev/v1/plans", payload });
      expect(answer.statusCode).toBe(400);
    }
  });
});
