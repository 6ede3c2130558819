import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApi } from "../../src/api/server.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { run } from "../../src/cli/run.ts";
import { palette } from "../../src/cli/terminal.ts";
import type { DryRunResult } from "../../src/reconcilers/reconciler.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openSqliteEngine } from "../../src/store/sqlite-engine.ts";
import type { Store } from "../../src/store/store.ts";

const home = { account: "111122223333", region: "eu-west-1" };
const directory = mkdtempSync(join(tmpdir(), "mooring-ask-"));
const file = join(directory, "records.yaml");
const silent = { info: () => {}, warn: () => {}, error: () => {} };

const MANIFESTS = `
apiVersion: mooring.dev/v1
kind: FileSystem
metadata: {name: shared}
spec: {account: "111122223333", region: eu-west-1, fileSystemId: fs-0123456789abcdef0}
---
apiVersion: mooring.dev/v1
kind: Binding
metadata: {name: thumbnailer, namespace: media}
spec:
  fileSystemRef: {name: shared}
  rootDirectory: {path: /app1, ownerUid: 1001, ownerGid: 1001, permissions: "0750"}
  posixUser: {uid: 1001, gid: 1001}
  access: ReadWrite
  workload: {lambda: {functionName: thumbnailer, localMountPath: /mnt/data}}
`;

let plan: DryRunResult = { calls: [], problems: [] };
let store: Store;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  writeFileSync(file, MANIFESTS);
  store = await openStore({
    engine: openSqliteEngine(":memory:"),
    clock: realClock,
    chance: realChance,
    installation: "test",
  });
  const api = buildApi({
    store,
    home,
    clock: realClock,
    chance: realChance,
    dryRun: async () => plan,
    wake: async () => {},
    metrics: new Registry(),
    ready: () => ({ ready: true }),
    log: silent,
  });
  url = await api.listen({ host: "127.0.0.1", port: 0 });
  close = () => api.close();
});

afterAll(async () => {
  await close();
  await store.close();
  rmSync(directory, { recursive: true });
});

async function mooring(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    paint: palette(false),
  };
  const code = await run([...argv, "--server", url], terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

async function apply(): Promise<void> {
  const { parseManifests } = await import("../../src/cli/manifests.ts");
  const { connect, recordPath } = await import("../../src/cli/client.ts");
  for (const { kind, namespace, body } of parseManifests(MANIFESTS, ""))
    await connect(url, "alice").request("POST", recordPath(kind, namespace), body);
}

const call = {
  operation: "elasticfilesystem:CreateAccessPoint",
  target: "fs-0123456789abcdef0",
  why: "media/thumbnailer needs it",
  before: null,
  after: { path: "/app1" },
};

test("plan shows the service's own calls, writes nothing, and its exit code says whether there are any", async () => {
  plan = { calls: [call], problems: [] };
  const { code, out } = await mooring("plan", "-f", file);
  expect(out).toContain("FileSystem shared (create)");
  expect(out).toContain("+ elasticfilesystem:CreateAccessPoint  fs-0123456789abcdef0");
  expect(out).toContain('+ path: "/app1"');
  expect(code).toBe(2);
  expect([...store.records.view().fileSystems()]).toEqual([]);
});

test("plan of what is there calls it unchanged, and without calls it ends with 0", async () => {
  await apply();
  plan = { calls: [], problems: [] };
  const { code, out } = await mooring("plan", "-f", file);
  expect(out).toContain("Binding media/thumbnailer (unchanged)");
  expect(out).toContain("No AWS call is due.");
  expect(code).toBe(0);
});

test("plan of a record that is refused shows every fault and ends with 1", async () => {
  const bad = join(directory, "bad.yaml");
  writeFileSync(
    bad,
    MANIFESTS.replace('"0750"', "0750").replace("/mnt/data", "/data").replace("name: thumbnailer,", "name: other,"),
  );
  const { code, out } = await mooring("plan", "-f", bad);
  expect(code).toBe(1);
  expect(out).toMatch(/spec\.rootDirectory\.permissions: .*"0750"/);
  expect(out).toContain("spec.workload.lambda.localMountPath");
});

test("history shows who wrote a record, and as JSON one record a line", async () => {
  const { code, out } = await mooring("history", "media/thumbnailer");
  expect(code).toBe(0);
  expect(out).toMatch(/alice +created record +media\/thumbnailer/);
  const json = await mooring("history", "--file-system", "shared", "-o", "json");
  expect(json.out.split("\n").map((line) => (JSON.parse(line) as { entry: { type: string } }).entry.type)).toContain(
    "SpecChanged",
  );
});

test("history of an actor shows how the calls ended that were made against what they did", async () => {
  const lease = await store.keys.acquire("lambda/111122223333/eu-west-1/thumbnailer", "holder", 10_000);
  if (lease === "held") throw new Error("the key is held");
  const call = {
    intentId: "i1",
    operation: "lambda:UpdateFunctionConfiguration",
    target: "arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer",
    bindings: ["media/thumbnailer"],
    fileSystem: "shared",
  };
  const cause = { kind: "Drift" as const, actor: "mallory", eventName: "UpdateFunctionConfiguration" };
  await store.keys.beginIntent(lease, {
    type: "Intent",
    ...call,
    why: "mount is missing",
    cause,
    before: null,
    after: null,
  });
  await store.keys.closeIntent(lease, { type: "Outcome", ...call, outcome: "Done", requestId: "r-1", detail: null });
  await store.keys.release(lease, {});
  const { out } = await mooring("history", "--actor", "mallory");
  expect(out).toMatch(/mooring against mallory +UpdateFunctionConfiguration +function:thumbnailer +Done +r-1/);
});

test("history of what nobody did says so", async () => {
  const { code, err } = await mooring("history", "--actor", "nobody");
  expect([code, err]).toEqual([0, "Nothing in the history fits."]);
});

test("history verify counts what it checked", async () => {
  const { code, out } = await mooring("history", "verify");
  expect(out).toMatch(/^\d+ records in \d+ chains: intact$/);
  expect(code).toBe(0);
});

test("reconcile asks by annotation, and of a record that does not exist it says so", async () => {
  const { code, out } = await mooring("reconcile", "media/thumbnailer");
  expect(out).toContain("Binding media/thumbnailer will be looked at now");
  expect(code).toBe(0);
  expect(
    store.records.view().binding("media", "thumbnailer")?.metadata.annotations["mooring.dev/reconcile-at"],
  ).toMatch(/^\d{4}-/);
  const missing = await mooring("reconcile", "media/nobody");
  expect(missing.code).toBe(1);
  expect(missing.err).toContain('"nobody" not found');
});

test("render of a Binding that has no access point yet says why, and of what has no mount what to write", async () => {
  const early = await mooring("render", "media/thumbnailer");
  expect(early.code).toBe(1);
  expect(early.err).toContain("Binding media/thumbnailer has no access point yet");
  expect(early.err).toContain("Mooring has not read this from AWS yet");
  const fileSystem = await mooring("render", "shared");
  expect([fileSystem.code, fileSystem.err]).toEqual([64, expect.stringContaining("write NAMESPACE/NAME")]);
  const format = await mooring("render", "media/thumbnailer", "-o", "pulumi");
  expect([format.code, format.err]).toEqual([64, expect.stringContaining("terraform, cdk, taskdef")]);
});
