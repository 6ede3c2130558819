import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

const BINDINGS = "/namespaces/media/bindings";

interface Refusal {
  message: string;
  reason: string;
  details?: { causes?: { field: string }[] };
}

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.close());

const post = (manifest: object, path = BINDINGS) => world.request<Refusal>("POST", path, manifest);

const fieldsOf = ({ details }: Refusal) => (details?.causes ?? []).map(({ field }) => field).toSorted();

describe("records that stand in each other's way", () => {
  const first = aBinding("thumbnailer");

  beforeAll(async () => {
    await world.create(aFileSystem());
    await world.create(first);
    await world.ready(first);
  });

  const refusal = async (manifest: object) => {
    const answer = await post(manifest);
    expect(answer.status).toBe(422);
    return answer.body.message;
  };

  test("a second binding on a function is refused, and names the first", async () => {
    const message = await refusal(aBinding("thumbnailer", {}, "second"));
    expect(message).toMatch(/media\/thumbnailer.*one mount.*delete that Binding first, or name another function/);
  });

  test("so is one that spells the function as an ARN", async () => {
    const arn = "arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer";
    await refusal(
      aBinding("thumbnailer", { workload: { lambda: { functionName: arn, localMountPath: "/mnt/data" } } }, "second"),
    );
  });

  test("a shared directory with another owner is refused, and both owners are named", async () => {
    const rootDirectory = { path: "/thumbnailer", ownerUid: 2002, ownerGid: 1001, permissions: "0750" };
    const message = await refusal(aBinding("transcoder", { rootDirectory, posixUser: { uid: 2002, gid: 1001 } }));
    expect(message).toMatch(/2002:1001.*media\/thumbnailer.*1001:1001/);
  });

  test("a directory within one of another namespace is refused", async () => {
    const inside = aBinding("transcoder", {
      rootDirectory: { path: "/thumbnailer/in", ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
    });
    const { status, body } = await post(
      { ...inside, metadata: { name: "transcoder", namespace: "other" } },
      "/namespaces/other/bindings",
    );
    expect(status).toBe(422);
    expect(body.message).toContain("media/thumbnailer");
  });

  test("a second record for a file system is refused, and names the first", async () => {
    const again = { ...aFileSystem(), metadata: { name: "again" } };
    const { status, body } = await post(again, "/filesystems");
    expect(status).toBe(422);
    expect(body.message).toContain("shared");
  });

  test("a binding that exists is not created again", async () => {
    const { status, body } = await post(first);
    expect([status, body.reason]).toEqual([409, "AlreadyExists"]);
  });

  test("what cannot change is refused, and the message says what to do instead", async () => {
    const { status, body } = await world.patch(first, {
      spec: { fileSystemRef: { name: "other" }, workload: { lambda: { functionName: "transcoder" } } },
    });
    expect(status).toBe(422);
    const refused = body as unknown as Refusal;
    expect(fieldsOf(refused)).toEqual(["spec.fileSystemRef.name", "spec.workload.lambda.functionName"]);
    expect(refused.message).toMatch(/new Binding|another Binding|write it anew|create/i);
  });

  test("a replace with a stale resourceVersion is refused as a conflict, and changes nothing", async () => {
    const { body: seen } = await world.get(first);
    const patched = await world.patch(first, { metadata: { labels: { by: "somebody-else" } } });
    expect(patched.status).toBe(200);
    const stale = { ...seen, spec: { ...seen.spec, access: "ReadOnly" } };
    const { status, body } = await world.request<Refusal>("PUT", `${BINDINGS}/thumbnailer`, stale);
    expect([status, body.reason]).toEqual([409, "Conflict"]);
    expect(body.message).toMatch(/modified|newer|latest/);
    const now = (await world.get(first)).body;
    expect([now.spec["access"], now.metadata.generation]).toEqual(["ReadWrite", 1]);
  });

  test("a patch that names a stale resourceVersion is refused as well", async () => {
    const { status } = await world.patch(first, { metadata: { resourceVersion: "1" }, spec: { access: "ReadOnly" } });
    expect(status).toBe(409);
  });

  test("a resourceVersion from the future, and one that is no number, are refused", async () => {
    const { body: seen } = await world.get(first);
    for (const [resourceVersion, code] of [
      ["999999999", 409],
      ["yesterday", 400],
    ] as const) {
      const { status } = await world.request("PUT", `${BINDINGS}/thumbnailer`, {
        ...seen,
        metadata: { ...seen.metadata, resourceVersion },
      });
      expect([409, code]).toContain(status);
    }
  });

  test("a binding of a file system record that is being deleted is refused", async () => {
    await world.delete(aFileSystem());
    const message = await refusal(aBinding("transcoder"));
    expect(message).toMatch(/being deleted/);
    const inUse = await world.condition(aFileSystem(), "InUse", { status: "True" });
    expect(inUse.message).toContain("media/thumbnailer");
  });
});
