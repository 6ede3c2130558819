/**
 * Goal:   Terraform's AWS provider takes the simulator for AWS.
 * Method: a whole configuration (`account/`) is applied, planned, changed, planned and destroyed by the real Terraform.
 *         An empty plan after an apply means that everything reads back as it was written.
 */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator, type RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import type { ServiceName } from "../../src/simulator/core.ts";
import { openIfPossible, type Variables, type Workspace } from "./terraform.ts";

const opened = await openIfPossible("account");
const missing = typeof opened === "string" ? opened : null;
if (missing !== null) console.log(`skipped: every resource: ${missing}`);

test.skipIf(spawnSync("terraform", ["version"]).status !== 0)(
  "the configurations are in Terraform's own format",
  () => {
    const { stdout, status } = spawnSync("terraform", ["fmt", "-check", "-recursive", import.meta.dirname]);
    expect(status, `to be formatted: ${stdout.toString()}`).toBe(0);
  },
);

describe.skipIf(missing !== null)("Terraform on the simulator", () => {
  const workspace = opened as Workspace;
  let simulator: RunningSimulator;
  const variables = (release: number): Variables => ({
    endpoint: simulator.url,
    release,
    zip: `release-${release}.zip`,
  });

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    for (const release of [1, 2]) workspace.write(`release-${release}.zip`, `not a zip, release ${release}`);
  });
  afterAll(async () => {
    await simulator.close();
    workspace.close();
  });

  test("applies every resource", async () => {
    const { added } = await workspace.apply(variables(1));
    console.log(`Terraform ${workspace.versions}: ${added} resources applied`);
    expect(added).toBeGreaterThanOrEqual(40);
  });

  test("has nothing to change afterwards", async () => {
    const plan = await workspace.plan(variables(1));
    console.log(`plan after the apply: ${plan.empty ? "empty" : JSON.stringify(plan.changes)}`);
    expect(plan.empty, plan.text).toBe(true);
  });

  test("sees what somebody else changed, by its address", async () => {
    const { AccessPoints } = (await aws("efs", "DescribeAccessPoints")) as { AccessPoints: Record<string, string>[] };
    const app = AccessPoints.find((one) => one["Name"] === "app")?.["AccessPointId"];
    await aws("efs", "UntagResource", { ResourceId: app, TagKeys: ["Name"] });
    const plan = await workspace.plan(variables(1));
    expect(plan.changes).toEqual([{ address: "aws_efs_access_point.app", action: "updated in-place" }]);
  });

  test("changes what a new release changes, and has nothing to change afterwards", async () => {
    const applied = await workspace.apply(variables(2));
    console.log(`release 2: ${applied.added} added, ${applied.changed} changed, ${applied.destroyed} destroyed`);
    expect(applied.changed).toBeGreaterThanOrEqual(15);
    const plan = await workspace.plan(variables(2));
    console.log(`plan after the change: ${plan.empty ? "empty" : JSON.stringify(plan.changes)}`);
    expect(plan.empty, plan.text).toBe(true);
  });

  test("destroys everything, and AWS holds nothing of it any more", async () => {
    const destroyed = await workspace.destroy(variables(2));
    console.log(`${destroyed} resources destroyed`);
    expect(destroyed).toBeGreaterThanOrEqual(40);
    expect(await aws("efs", "DescribeFileSystems")).toMatchObject({ FileSystems: [] });
    expect(await aws("efs", "DescribeAccessPoints")).toMatchObject({ AccessPoints: [] });
    expect(await aws("lambda", "ListFunctions")).toMatchObject({ Functions: [] });
    expect(await aws("ec2", "DescribeNetworkInterfaces")).toMatchObject({ NetworkInterfaces: [] });
    expect(await aws("iam", "ListRoles")).toMatchObject({ Roles: [] });
  });

  function aws(service: ServiceName, operation: string, input: object = {}): Promise<unknown> {
    const inside = simulator.simulator;
    return inside.call(service, operation, input, inside.callerOf("somebody"));
  }
});
