// Goal:   an unmodified kubectl does everything that it does with custom resources, without Kubernetes.
// Method: the real kubectl over loopback against the API on the embedded store; the reconcilers are stood in for.
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubeconfig } from "../../src/api/kubeconfig.ts";
import { bindingManifest, fileSystemManifest, makeReady, releaseDeleted, startApi } from "./live-api.ts";
import type { LiveApi } from "./live-api.ts";

const HAS_KUBECTL = spawnSync("kubectl", ["version", "--client"]).status === 0;
const TITLE = HAS_KUBECTL ? "kubectl" : "kubectl (SKIPPED: no kubectl on PATH)";

let api: LiveApi;
let directory: string;
let stopReleasing: () => void;

beforeAll(async () => {
  if (!HAS_KUBECTL) return;
  api = await startApi();
  stopReleasing = releaseDeleted(api.store);
  directory = mkdtempSync(join(tmpdir(), "mooring-kubectl-"));
  writeFileSync(join(directory, "kubeconfig"), kubeconfig(api.url, "ada"));
  await kubectl(["create", "-f", "-"], fileSystemManifest());
});

afterAll(async () => {
  if (!HAS_KUBECTL) return;
  stopReleasing();
  await api.close();
  rmSync(directory, { recursive: true });
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

function common(): string[] {
  return ["--kubeconfig", join(directory, "kubeconfig"), "--cache-dir", join(directory, "cache")];
}

/** Runs kubectl to its end. `input` becomes YAML on its standard input. */
function kubectl(args: string[], input?: object | string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      "kubectl",
      [...common(), ...args],
      { env: { PATH: process.env.PATH, HOME: directory, ...env } },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      },
    );
    child.stdin?.end(typeof input === "object" ? stringify(input) : input);
  });
}

async function succeed(args: string[], input?: object | string): Promise<string> {
  const { code, out, err } = await kubectl(args, input);
  expect([code, err]).toEqual([0, ""]);
  return out;
}

describe.skipIf(!HAS_KUBECTL)(TITLE, () => {
  test("discovers and explains the kinds", async () => {
    const resources = await succeed(["api-resources", "--api-group=mooring.dev"]);
    expect(resources).toMatch(/bindings +bd +mooring.dev\/v1 +true +Binding/);
    expect(resources).toMatch(/filesystems +efs +mooring.dev\/v1 +false +FileSystem/);
    const explained = await succeed(["explain", "binding.spec.rootDirectory.permissions"]);
    expect(explained).toContain("Mode of the directory as an octal string");
    expect(await succeed(["explain", "efs", "--recursive"])).toContain("requireTls");
    expect(await succeed(["version"])).toContain("+mooring");
  });

  test("applies, and again without a change", async () => {
    const manifest = bindingManifest("applied");
    expect(await succeed(["apply", "-f", "-"], manifest)).toBe("binding.mooring.dev/applied created\n");
    expect(await succeed(["apply", "-f", "-"], manifest)).toBe("binding.mooring.dev/applied unchanged\n");
    expect(await succeed(["apply", "-f", "-"], bindingManifest("applied", "default", { suspend: true }))).toBe(
      "binding.mooring.dev/applied configured\n",
    );
    expect(await succeed(["get", "bd", "applied", "-o", "jsonpath={.spec.suspend} {.metadata.generation}"])).toBe(
      "true 2",
    );
    // Taking a field out of the manifest takes it out of the object, through the last-applied annotation.
    expect(await succeed(["apply", "-f", "-"], manifest)).toBe("binding.mooring.dev/applied configured\n");
    expect(await succeed(["get", "bd", "applied", "-o", "jsonpath={.spec.suspend}"])).toBe("false");
  });

  test("diffs: shows the AWS calls that an apply would make, and nothing without a change", async () => {
    const manifest = bindingManifest("diffed");
    const fresh = await kubectl(["diff", "-f", "-"], manifest);
    expect(fresh.code).toBe(1);
    expect(fresh.out).toContain("+    operation: elasticfilesystem:CreateAccessPoint");
    await succeed(["apply", "-f", "-"], manifest);
    expect(await kubectl(["diff", "-f", "-"], manifest)).toEqual({ code: 0, out: "", err: "" });
    const changed = await kubectl(
      ["diff", "-f", "-"],
      bindingManifest("diffed", "default", { driftPolicy: "Observe" }),
    );
    expect(changed.out).toMatch(/-  driftPolicy: Correct\n\+  driftPolicy: Observe/);
    expect(changed.out).toContain("+    why: there is no access point yet");
    expect(await succeed(["get", "bd", "diffed", "-o", "jsonpath={.spec.driftPolicy}"])).toBe("Correct");
  });

  test("reports all faults of a manifest at once, on client-side validation's own terms", async () => {
    const text = `apiVersion: mooring.dev/v1\nkind: Binding\nmetadata: {name: faulty}\nspec:\n  fileSystemRef: {name: shared}\n  rootDirectory: {path: app, ownerUid: 1, ownerGid: 1, permissions: 0750}\n  posixUser: {uid: 1, gid: 1}\n  acess: ReadWrite\n  workload: {lambda: {functionName: f, localMountPath: /mnt/data}}\n`;
    const { code, err } = await kubectl(["apply", "-f", "-"], text);
    expect(code).toBe(1);
    for (const hint of ['"0750"', "spec.rootDirectory.path", "spec.access", "Unknown field spec.acess"])
      expect(err).toContain(hint);
    const lax = await kubectl(
      ["apply", "--validate=warn", "-f", "-"],
      bindingManifest("warned", "default", { extra: 1 }),
    );
    expect([lax.code, lax.err]).toEqual([0, expect.stringContaining("Unknown field spec.extra")]);
  });

  test("shows tables, narrow and wide, of one and of all namespaces", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("shown", "tables"));
    await makeReady(api.store, "tables", "shown");
    const [header, row] = (await succeed(["get", "bindings", "-n", "tables"])).split("\n");
    expect(header?.split(/ {2,}/)).toEqual([
      "NAME",
      "READY",
      "REASON",
      "FILE SYSTEM",
      "PATH",
      "WORKLOAD",
      "ACCESS POINT",
      "AGE",
    ]);
    expect(row).toMatch(/^shown +True +Mounted +shared +\/shown +lambda\/shown +fsap-shown +\d+s$/);
    expect(await succeed(["get", "bd", "-A"])).toMatch(/^NAMESPACE +NAME/);
    expect(await succeed(["get", "bd", "-n", "tables", "-o", "wide"])).toMatch(/MOUNT PATH/);
    expect(await succeed(["get", "bd", "-n", "tables", "-o", "name"])).toBe("binding.mooring.dev/shown\n");
    expect(await succeed(["get", "bd", "-A", "--chunk-size=1", "-o", "name"])).toContain("binding.mooring.dev/shown\n");
    expect(await succeed(["get", "ns", "-o", "name"])).toContain("namespace/tables\n");
    expect(await succeed(["get", "bd", "-n", "tables", "-o", "yaml"])).toContain("kind: List");
  });

  test("labels, annotates, patches, edits and replaces", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("touched"));
    await succeed(["label", "bd", "touched", "team=blue"]);
    await succeed(["annotate", "bd", "touched", "mooring.dev/reconcile-at=now"]);
    await succeed(["patch", "bd", "touched", "--type=merge", "-p", '{"spec":{"driftPolicy":"Observe"}}']);
    await succeed([
      "patch",
      "bd",
      "touched",
      "--type=json",
      "-p",
      '[{"op":"replace","path":"/spec/suspend","value":true}]',
    ]);
    expect(
      await succeed([
        "get",
        "bd",
        "-l",
        "team=blue",
        "-o",
        "jsonpath={.items[*].spec.driftPolicy} {.items[*].spec.suspend}",
      ]),
    ).toBe("Observe true");
    const strategic = await kubectl(["patch", "bd", "touched", "-p", "{}"]);
    expect(strategic.err).toContain("--type=merge");
    const edited = await kubectl(["edit", "bd", "touched"], undefined, {
      EDITOR: "sed -i s/suspend:.*/suspend:\\ false/",
    });
    expect(edited.out).toBe("binding.mooring.dev/touched edited\n");
    expect(await succeed(["replace", "-f", "-"], bindingManifest("touched"))).toBe(
      "binding.mooring.dev/touched replaced\n",
    );
    expect(await succeed(["get", "bd", "touched", "-o", "jsonpath={.spec.driftPolicy}"])).toBe("Correct");
    const stripped = await kubectl([
      "patch",
      "bd",
      "touched",
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    ]);
    expect([stripped.code, stripped.err]).toEqual([1, expect.stringContaining("mooring.dev/force-release")]);
  });

  test("describes a Binding with its history as events", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("told"));
    await succeed(["--as", "grace", "patch", "bd", "told", "--type=merge", "-p", '{"spec":{"suspend":true}}']);
    const described = await succeed(["describe", "bd", "told"]);
    expect(described).toMatch(/Normal +Created +\d+s +mooring +Created by ada/);
    expect(described).toMatch(/Normal +Updated +\d+s +mooring +Changed by grace/);
    expect(await succeed(["describe", "efs", "shared"])).toMatch(/Created by ada/);
    expect(await succeed(["get", "events"])).toMatch(/binding\/told +Changed by grace/);
    expect(await succeed(["events", "--for", "binding/told"])).toContain("Changed by grace");
  });

  test("waits for a condition, and for the end of a deletion", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("awaited"));
    const waiting = succeed(["wait", "bd/awaited", "--for=condition=Ready", "--timeout=15s"]);
    await makeReady(api.store, "default", "awaited");
    expect(await waiting).toBe("binding.mooring.dev/awaited condition met\n");
    const gone = succeed(["wait", "bd/awaited", "--for=delete", "--timeout=15s"]);
    expect(await succeed(["delete", "bd", "awaited"])).toBe('binding.mooring.dev "awaited" deleted\n');
    await gone;
    expect((await kubectl(["get", "bd", "awaited"])).err).toContain('bindings.mooring.dev "awaited" not found');
  });

  test("deletes nothing in a dry-run", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("spared"));
    expect(await succeed(["delete", "bd", "spared", "--dry-run=server"])).toContain("deleted (server dry run)");
    expect(await succeed(["get", "bd", "spared", "-o", "jsonpath={.metadata.deletionTimestamp}"])).toBe("");
  });

  test("deletes all of a namespace", async () => {
    await succeed(["create", "-f", "-"], bindingManifest("one", "doomed"));
    await succeed(["create", "-f", "-"], bindingManifest("two", "doomed"));
    await succeed(["delete", "bd", "--all", "-n", "doomed"]);
    expect((await kubectl(["get", "bd", "-n", "doomed"])).err).toContain("No resources found");
  });

  test("watches in table form", async () => {
    const child = spawn("kubectl", [...common(), "-n", "watched", "get", "bd", "--watch"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => ((await lines.next()).value as string).split(/ {2,}/).slice(0, 3);
    // kubectl prints nothing before the first object, so its watch is known to stand only by what it shows.
    await succeed(["create", "-f", "-"], bindingManifest("seen", "watched"));
    expect(await next()).toEqual(["NAME", "READY", "REASON"]);
    expect(await next()).toEqual(["seen", "Unknown", "Pending"]);
    await makeReady(api.store, "watched", "seen");
    const shown = [await next()];
    while (shown.at(-1)?.[1] !== "True") shown.push(await next());
    expect(shown.at(-1)).toEqual(["seen", "True", "Mounted"]);
    child.kill();
  });

  test("says clearly what there is not", async () => {
    expect((await kubectl(["apply", "--server-side", "-f", "-"], bindingManifest("ssa"))).err).toContain(
      "without --server-side",
    );
    expect((await kubectl(["create", "namespace", "new"])).err).toContain("works without creating one");
    expect(
      (await kubectl(["create", "-f", "-"], { ...bindingManifest("x"), apiVersion: "mooring.dev/v2" })).err,
    ).toContain("mooring.dev/v2");
  });
});
