/**
 * Goal:   Terraform and Mooring look after one account together, and neither undoes what the other does.
 * Method: a team deploys a function and two services, and owns the file system's policy (mode Observe). What
 *         `mooring render -o terraform` prints is written into its configuration, as the snippet itself says. Then
 *         releases are applied in turns with Mooring's own corrections; after each, both plans must be empty.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/cli/client.ts";
import { readMountSource } from "../../src/cli/mount-source.ts";
import { renderMount } from "../../src/cli/render.ts";
import { expectMounts, mountsOf, mutationsBy, policyText } from "../integration/account.ts";
import { mount, mountsOfRevision, onService, serviceNow } from "../integration/ecs-account.ts";
import { aBinding, aFileSystem, FS_ID } from "../integration/manifests.ts";
import { World, type Manifest } from "../integration/world.ts";
import { openIfPossible, type Variables, type Workspace } from "./terraform.ts";

const opened = await openIfPossible("beside-mooring");
const missing = typeof opened === "string" ? opened : null;
if (missing !== null) console.log(`skipped: Terraform and Mooring side by side: ${missing}`);

const fileSystem = aFileSystem({ mode: "Observe" });
const resizer = aBinding("resizer");
const shop = onService("shop", [mount("app", "/data")], {}, "shop");
const mail = onService("mail", [mount("app", "/spool")], {}, "mail");
const bindings = [resizer, shop, mail];

describe.skipIf(missing !== null)("Terraform and Mooring on one account", () => {
  const workspace = opened as Workspace;
  let world: World;
  let network: Variables;

  beforeAll(async () => {
    world = await World.start();
    const model = await world.aws("auditor", "lambda", "GetFunctionConfiguration", { FunctionName: "reporter" });
    network = {
      subnet_ids: JSON.stringify(model.VpcConfig.SubnetIds),
      security_group_id: model.VpcConfig.SecurityGroupIds[0],
    };
    workspace.write("code.zip", "not a zip");
    await world.aws("platform-team", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
    await workspace.apply(variables(1));
    await world.create(fileSystem);
    for (const binding of bindings) await world.create(binding);
    await world.ready(...bindings);
  });
  afterAll(async () => {
    await world.close();
    workspace.close();
  });

  test("without the snippets, Terraform would take out each mount that Mooring made", async () => {
    const { changes } = await workspace.plan(variables(1));
    expect(changes.map(({ address }) => address).toSorted()).toEqual([
      "aws_ecs_service.mail",
      "aws_ecs_service.shop",
      // The function's change would be published, and the alias follow it.
      "aws_lambda_alias.live",
      "aws_lambda_function.resizer",
    ]);
  });

  test("with them, Terraform deploys once, and both plans are empty", async () => {
    await writeSnippets();
    await workspace.apply(variables(1));
    await expectPeace(variables(1));
  });

  test.each([2, 3])("release %i goes out, and both plans are empty", async (release) => {
    const before = mutationsBy(world);
    const applied = await workspace.apply(variables(release));
    console.log(`release ${release}: ${applied.changed} changed, ${applied.added} added; then both plans`);
    await expectPeace(variables(release));
    // What Terraform deploys carries the mounts already, so Mooring has nothing to write.
    expect(mutationsBy(world)).toEqual(before);
  });

  test("a mount that somebody else takes out is put back, which leaves Terraform's plan empty", async () => {
    const Arn = (await mountsOf(world, "resizer"))[0]?.Arn;
    await world.aws("mallory", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "resizer",
      FileSystemConfigs: [],
    });
    await world.until("the function has its mount again", async () => {
      const mounts = await mountsOf(world, "resizer");
      return mounts[0]?.Arn === Arn ? { is: true } : { not: mounts };
    });
    await expectPeace(variables(3));
  });

  test("a replaced access point leaves Terraform's plan of the function and of the service left to others empty", async () => {
    const elsewhere = (path: string) => ({
      spec: {
        replacement: "AcceptDataChange",
        rootDirectory: { path, ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
      },
    });
    const before = await world.get(shop);
    for (const [binding, path] of [
      [resizer, "/resizer-2"],
      [shop, "/shop-2"],
      [mail, "/mail-2"],
    ] as const)
      await world.patch(binding, elsewhere(path));
    for (const binding of bindings) await moved(binding);
    expect((await world.get(shop)).body.status.accessPointId).not.toBe(before.body.status.accessPointId);
    const { changes } = await workspace.plan(variables(3));
    expect(changes.map(({ address }) => address)).toEqual(["aws_ecs_service.shop"]);
  });

  test("rendered again, as the snippet of a task definition says, both plans are empty for good", async () => {
    await writeSnippets();
    for (const release of [3, 4]) {
      await workspace.apply(variables(release));
      await expectPeace(variables(release));
    }
  });

  function variables(release: number): Variables {
    const { url } = world.simulator;
    return { endpoint: url, release, zip: "code.zip", file_system_id: FS_ID, cluster: "prod", ...network };
  }

  const rendered = async (name: string) =>
    renderMount(await readMountSource(connect(world.mooring.url), recordName(name)), "terraform");

  /** Puts what is printed into override files, by which Terraform merges a block into the resource that exists. */
  async function writeSnippets(): Promise<void> {
    workspace.write("resizer_override.tf", await rendered("resizer"));
    const [definition = "", service = ""] = parts(await rendered("shop"));
    // "Leave this out where Terraform deploys."
    expect(service).toContain("Leave this out where Terraform deploys");
    const [block, containers] = withoutContainers(definition);
    workspace.write("shop_override.tf", `${block}\nlocals {\n  mooring = ${containers}\n}\n`);
    workspace.write("mail_override.tf", parts(await rendered("mail"))[1] ?? "");
  }

  /** Terraform has nothing to do, nor has Mooring, everything mounts, and nobody ever contended. */
  async function expectPeace(given: Variables): Promise<void> {
    await world.ready(...bindings);
    const [policy, written] = [await policyText(world), mutationsBy(world)];
    // A sweep may look closer at what it cannot tell from lists, but finds nothing to write.
    await world.mooring.service.sweepNow();
    const plan = await workspace.plan(given);
    expect(plan.empty, plan.text).toBe(true);
    expect(await mooringsPlan()).toMatchObject({ plan: [], problems: [] });
    for (const binding of bindings) {
      expect((await world.get(binding)).body.status.conditions.map(({ type }) => type)).not.toContain("Contended");
    }
    await expectMounts(world, "resizer");
    for (const name of ["shop", "mail"]) {
      const { deployments } = await serviceNow(world, name);
      expect(deployments).toHaveLength(1);
      expect(Object.values(await mountsOfRevision(world, deployments[0].taskDefinition))).toHaveLength(1);
    }
    expect([await policyText(world), mutationsBy(world)]).toEqual([policy, written]);
    expect((await world.history()).filter(({ type }) => type === "Contended")).toEqual([]);
  }

  /** What `mooring plan -f` answers for the records as they stand. */
  async function mooringsPlan(): Promise<unknown> {
    const records = await Promise.all([fileSystem, ...bindings].map(async (record) => (await world.get(record)).body));
    const items = records.map(({ apiVersion, kind, metadata: { name, namespace }, spec }) => ({
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
      spec,
    }));
    return (await world.request<unknown>("POST", "/plans", { items })).body;
  }

  async function moved(binding: Manifest): Promise<void> {
    await world.condition(binding, "AccessPointReady", { status: "True" });
    await world.ready(binding);
  }
});

const recordName = (name: string) => ({ kind: "Binding", namespace: "media", name }) as const;

/** The task definition's part of a snippet, and the service's. */
function parts(snippet: string): string[] {
  const at = snippet.indexOf("# Only if something else than Terraform");
  return [snippet.slice(0, at), snippet.slice(at)];
}

/** A task definition's block without its containers, and the containers. */
function withoutContainers(definition: string): [string, string] {
  const containers = /\n {2}container_definitions = jsonencode\((\[[\s\S]*?\n {2}\])\)/.exec(definition);
  if (containers === null) throw new Error(`no container_definitions in:\n${definition}`);
  return [definition.replace(containers[0], ""), containers[1] ?? ""];
}
