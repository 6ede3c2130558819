// Goal:   the official JavaScript client works as with any custom resource.
// Method: @kubernetes/client-node over loopback: CRUD, conflicts, watch, and an informer across a compaction.
import {
  CustomObjectsApi,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { kubeconfig } from "../../src/api/kubeconfig.ts";
import { bindingManifest, fileSystemManifest, releaseDeleted, startApi } from "./live-api.ts";
import type { LiveApi } from "./live-api.ts";

const GROUP = { group: "mooring.dev", version: "v1" };
const BINDINGS = { ...GROUP, namespace: "default", plural: "bindings" };

interface Binding extends KubernetesObject {
  spec: Record<string, unknown>;
}

let live: LiveApi;
/** Watches of the log that the API holds, so that one which outlives its client is seen. */
const watches = { open: 0 };
let config: KubeConfig;
let client: CustomObjectsApi;

beforeAll(async () => {
  live = await startApi();
  releaseDeleted(live.store);
  countWatches(live);
  config = new KubeConfig();
  config.loadFromString(kubeconfig(live.url));
  client = config.makeApiClient(CustomObjectsApi);
  await client.createClusterCustomObject({ ...GROUP, plural: "filesystems", body: fileSystemManifest() });
});
afterAll(() => live.close());

function countWatches({ store }: LiveApi): void {
  const watch = store.records.watch.bind(store.records);
  store.records.watch = (...args) => {
    const stop = watch(...args);
    watches.open += 1;
    let stopped = false;
    return () => {
      if (!stopped) watches.open -= 1;
      stopped = true;
      stop();
    };
  };
}

const create = async (name: string) =>
  (await client.createNamespacedCustomObject({ ...BINDINGS, body: bindingManifest(name) })) as Binding;
const codeOf = (error: unknown) => (error as { code: number }).code;

describe("@kubernetes/client-node", () => {
  test("creates, reads, lists, patches, replaces and deletes", async () => {
    const created = await create("crud");
    expect(created.metadata?.generation).toBe(1);
    const name = "crud";
    const body = { spec: { suspend: true } };
    const patched = (await client.patchNamespacedCustomObject(
      { ...BINDINGS, name, body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    )) as Binding;
    expect(patched.spec.suspend).toBe(true);
    const replaced = (await client.replaceNamespacedCustomObject({
      ...BINDINGS,
      name,
      body: { ...patched, spec: { ...patched.spec, suspend: false } },
    })) as Binding;
    expect([replaced.spec.suspend, replaced.metadata?.generation]).toEqual([false, 3]);
    const list = (await client.listCustomObjectForAllNamespaces({
      ...GROUP,
      resourcePlural: "bindings",
    })) as KubernetesListObject<Binding>;
    expect(list.items.map(({ metadata }) => metadata?.name)).toEqual(["crud"]);
    await client.deleteNamespacedCustomObject({ ...BINDINGS, name });
    await vi.waitFor(async () =>
      expect(await client.getNamespacedCustomObject({ ...BINDINGS, name }).catch(codeOf)).toBe(404),
    );
  });

  test("gets Kubernetes' status codes", async () => {
    const created = await create("codes");
    expect(await create("codes").catch(codeOf)).toBe(409);
    const stale = { ...created, metadata: { name: "codes", namespace: "default", resourceVersion: "1" } };
    expect(await client.replaceNamespacedCustomObject({ ...BINDINGS, name: "codes", body: stale }).catch(codeOf)).toBe(
      409,
    );
    const body = bindingManifest("bad", "default", { access: "Everything" });
    expect(await client.createNamespacedCustomObject({ ...BINDINGS, body }).catch(codeOf)).toBe(422);
  });

  test("watches from a list on, and misses nothing", async () => {
    const list = (await client.listNamespacedCustomObject(BINDINGS)) as KubernetesListObject<Binding>;
    await create("before-the-watch");
    const seen: string[] = [];
    const watch = new Watch(config);
    const path = "/apis/mooring.dev/v1/namespaces/default/bindings";
    const ended = vi.fn<() => void>();
    const request = await watch.watch(
      path,
      { resourceVersion: list.metadata?.resourceVersion },
      (phase, object: Binding) => void seen.push(`${phase} ${object.metadata?.name}`),
      ended,
    );
    await create("during-the-watch");
    await client.deleteNamespacedCustomObject({ ...BINDINGS, name: "during-the-watch" });
    await vi.waitFor(() => expect(seen).toContain("DELETED during-the-watch"));
    expect(seen.slice(0, 3)).toEqual(["ADDED before-the-watch", "ADDED during-the-watch", "MODIFIED during-the-watch"]);
    expect(watches.open).toBe(1);
    request.abort();
    await vi.waitFor(() => expect(ended).toHaveBeenCalled());
    await vi.waitFor(() => expect(watches.open).toBe(0));
  });

  test("keeps an informer's cache right", async () => {
    const list = async () => (await client.listNamespacedCustomObject(BINDINGS)) as KubernetesListObject<Binding>;
    const informer = makeInformer<Binding>(config, "/apis/mooring.dev/v1/namespaces/default/bindings", list);
    const names = new Set<string | undefined>();
    informer.on("add", ({ metadata }) => void names.add(metadata?.name));
    informer.on("delete", ({ metadata }) => void names.delete(metadata?.name));
    await informer.start();
    await create("informed");
    await vi.waitFor(() => expect(names).toContain("informed"));
    await client.deleteNamespacedCustomObject({ ...BINDINGS, name: "informed" });
    await vi.waitFor(() => expect(names).not.toContain("informed"));
    await informer.stop();
  });
});
