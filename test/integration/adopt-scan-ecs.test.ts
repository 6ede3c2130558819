import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FilePlan } from "../../src/api/plan-routes.ts";
import type { AwsConnection } from "../../src/aws/create-aws.ts";
import { mutationsBy, policyText, putStatements, statements } from "./account.ts";
import { accessPointByHand, allowByHand, deployByHand, mountByHand, registerByHand } from "./by-hand.ts";
import { manifestsOf, scan, scannerOf } from "./scanner.ts";
import { World } from "./world.ts";

const OVER_TLS = { Bool: { "aws:SecureTransport": "true" } };

describe("mooring adopt --scan of services and task families", () => {
  let world: World;
  let aws: AwsConnection;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    world = await World.start();
    aws = scannerOf(world);
    const files = await accessPointByHand(world, "files");
    const logs = await accessPointByHand(world, "logs", { path: "/logs/web", uid: 1002 });
    const reports = await accessPointByHand(world, "reports");
    const taken = await mountByHand(world, "reporter");
    Object.assign(ids, { files: files.id, logs: logs.id, reports: reports.id });
    await putStatements(world, "platform-team", [
      ...(await statements(world)),
      // Without this no task could start that mounts the root.
      { ...allowByHand("web", files.arn), Sid: "all-of-web", Condition: OVER_TLS },
      allowByHand("web", files.arn),
      { ...allowByHand("nightly-report", reports.arn), Action: "elasticfilesystem:ClientMount", Sid: "read-reports" },
      { ...allowByHand("web", logs.arn), Sid: "logs-of-web", Condition: throughOnly(logs.arn) },
    ]);
    await deployByHand(world, "web", [
      { name: "files", accessPointId: files.id, at: ["app:/data", "log:/in:ro"] },
      { name: "logs", accessPointId: logs.id, at: ["log:/out"] },
      { name: "shared", accessPointId: taken.id, at: ["app:/shared"] },
      { name: "root", accessPointId: null, at: ["app:/all"] },
      { name: "unused", accessPointId: reports.id, at: [] },
    ]);
    await registerByHand(world, "nightly-report", [
      { name: "reports", accessPointId: reports.id, at: ["report:/reports"] },
      { name: "plain", accessPointId: logs.id, iam: "DISABLED", at: ["report:/plain"] },
    ]);
    await atRest("web");
  });
  afterAll(async () => {
    aws.destroy();
    await world.close();
  });

  const throughOnly = (arn: string) => ({ StringEquals: { "elasticfilesystem:AccessPointArn": arn } });

  async function atRest(service: string): Promise<void> {
    await world.until(`${service} is rolled out`, async () => {
      const { services } = await world.aws("auditor", "ecs", "DescribeServices", {
        cluster: "prod",
        services: [service],
      });
      const { deployments } = services[0];
      return deployments.length === 1 && deployments[0].rolloutState === "COMPLETED"
        ? { is: true }
        : { not: deployments };
    });
  }

  test("finds a Binding for each volume, with all its containers", async () => {
    const found = manifestsOf(await scan(aws)).filter(({ spec }) => "workload" in spec);
    expect(found.map(({ metadata, spec }) => [metadata.name, spec["workload"]])).toEqual([
      ["reporter", { lambda: { functionName: "reporter", localMountPath: "/mnt/data" } }],
      [
        "web-files",
        {
          ecs: {
            cluster: "prod",
            service: "web",
            mounts: [
              { container: "app", containerPath: "/data", readOnly: false },
              { container: "log", containerPath: "/in", readOnly: true },
            ],
          },
        },
      ],
      [
        "web-logs",
        {
          ecs: {
            cluster: "prod",
            service: "web",
            mounts: [{ container: "log", containerPath: "/out", readOnly: false }],
          },
        },
      ],
      [
        "nightly-report-reports",
        {
          ecs: {
            family: "nightly-report",
            mounts: [{ container: "report", containerPath: "/reports", readOnly: false }],
          },
        },
      ],
    ]);
  });

  test("suggests the statements that say exactly the same, and says how a close one differs", async () => {
    const { records } = await scan(aws);
    const of = (name: string) => records.find(({ body }) => body.metadata.name === name)!;
    const adopt = (name: string) =>
      (of(name).body.metadata["annotations"] as Record<string, string>)["mooring.dev/adopt"];
    expect(adopt("web-files")).toBe(`${ids["files"]},mount,sid:allow-web`);
    expect(adopt("nightly-report-reports")).toBe(`${ids["reports"]},mount,sid:read-reports`);
    expect(adopt("web-logs")).toBe(`${ids["logs"]},mount`);
    expect(of("web-logs").notes.join()).toMatch(
      /statement logs-of-web is close .*Condition: it has .*; wanted is .*accessedviamounttarget/,
    );
  });

  test("lists what no Binding can describe, with the reason", async () => {
    const { leftOut } = await scan(aws);
    expect(leftOut).toEqual([
      expect.stringMatching(
        /service prod\/web mounts fsap-\w+ as volume shared at app:\/shared.*function reporter has taken/,
      ),
      expect.stringMatching(/service prod\/web mounts fs-\w+ as volume root .*names no access point/),
      expect.stringMatching(
        /service prod\/web mounts fsap-\w+ as volume unused at no path.*no container has a mount point/,
      ),
      expect.stringMatching(/task family nightly-report mounts .* volume plain .*iam DISABLED/),
    ]);
  });

  test("applied as they stand the records have an empty plan and write nothing to AWS", async () => {
    const before = await policyText(world);
    const found = manifestsOf(await scan(aws));
    const { status, body } = await world.request<FilePlan>("POST", "/plans", { items: found });
    expect([status, body.plan, body.problems]).toEqual([200, [], []]);
    expect(body.records.filter(({ refused }) => refused)).toEqual([]);
    for (const manifest of found) await world.create(manifest);
    await world.ready(...found);
    expect(await world.mooring.service.sweepNow()).toEqual([]);
    expect(mutationsBy(world)).toEqual({});
    expect(await policyText(world)).toBe(before);
  });
});
