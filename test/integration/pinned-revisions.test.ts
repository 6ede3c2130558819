import { afterEach, beforeEach, expect, test } from "vitest";
import { ourAccessPoints } from "./account.ts";
import { mount, mountsOfRevision, onService } from "./ecs-account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { CONSENT, directory } from "./replacing.ts";
import { type Manifest, World } from "./world.ts";

const ACCOUNT = "eu-west-1:111122223333:";
const CLUSTER_ARN = `arn:aws:ecs:${ACCOUNT}cluster/prod`;
const RoleArn = "arn:aws:iam::111122223333:role/starter";
const FAMILY = "nightly-report";
const TOLD = { status: "True", reason: "PinnedWithoutMount" } as const;

const report = aBinding("report", {
  ...CONSENT,
  workload: { ecs: { family: FAMILY, mounts: [mount("report", "/out")] } },
});

let world: World;
beforeEach(async () => {
  world = await World.start({ quarantineMs: 0 });
  await world.create(aFileSystem());
  await world.aws("ops", "eventbridge", "PutRule", { Name: "nightly", ScheduleExpression: "cron(0 3 * * ? *)" });
});
afterEach(() => world.close());

const definitionArn = (name: string) => `arn:aws:ecs:${ACCOUNT}task-definition/${name}`;

const pointRule = (taskDefinition: string) =>
  world.aws("ops", "eventbridge", "PutTargets", {
    Rule: "nightly",
    Targets: [
      { Id: "t", Arn: CLUSTER_ARN, RoleArn, EcsParameters: { TaskDefinitionArn: definitionArn(taskDefinition) } },
    ],
  });

const pointSchedule = (operation: "CreateSchedule" | "UpdateSchedule", taskDefinition: string) =>
  world.aws("ops", "scheduler", operation, {
    Name: "hourly",
    ScheduleExpression: "rate(1 hour)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: CLUSTER_ARN, RoleArn, EcsParameters: { TaskDefinitionArn: definitionArn(taskDefinition) } },
  });

const asTheyAre = async () => [
  await world.aws("ops", "eventbridge", "ListTargetsByRule", { Rule: "nightly" }),
  await world.aws("ops", "scheduler", "GetSchedule", { Name: "hourly" }),
];

/** As if EventBridge had lost what it carries meanwhile. */
async function withoutEvents(change: () => Promise<unknown>): Promise<void> {
  const { Rules } = await world.aws("ops", "eventbridge", "ListRules", { NamePrefix: "mooring-" });
  for (const { Name } of Rules) await world.aws("ops", "eventbridge", "DisableRule", { Name });
  await change();
  for (const { Name } of Rules) await world.aws("ops", "eventbridge", "EnableRule", { Name });
}

/** The sweep is due, and nobody waits ten minutes for it here. */
const sweep = () => world.mooring.service.sweepNow();

async function noCondition(manifest: Manifest, type: string): Promise<void> {
  await world.until(`${manifest.metadata.name} has no ${type}`, async () => {
    const types = (await world.get(manifest)).body.status.conditions.map((condition) => condition.type);
    return types.some((one) => one === type) ? { not: types } : { is: true };
  });
}

test("a rule and a schedule that pin a revision without the mount are named, left alone, and forgotten once repointed", async () => {
  await pointRule(`${FAMILY}:1`);
  await pointSchedule("CreateSchedule", `${FAMILY}:1`);
  const before = await asTheyAre();
  await world.create(report);
  await world.ready(report);
  const { message } = await world.condition(report, "RevisionPinned", TOLD);
  expect(message).toContain(`EventBridge rule nightly (${FAMILY}:1), schedule default/hourly (${FAMILY}:1)`);
  expect(message).toContain(`family ${FAMILY} without a revision, or to ${FAMILY}:2`);
  expect(await asTheyAre()).toEqual(before);
  await pointRule(FAMILY);
  await world.until("the rule is not named any more", async () => {
    const { message: now } = await world.condition(report, "RevisionPinned", TOLD);
    return now.includes("nightly (") ? { not: now } : { is: now };
  });
  await pointSchedule("UpdateSchedule", `${FAMILY}:2`);
  await noCondition(report, "RevisionPinned");
  await world.ready(report);
});

test("a pin on a revision of a service's family is told at once, and no longer when the target is gone", async () => {
  const binding = onService("data", [mount("app", "/data")]);
  await world.create(binding);
  await world.ready(binding);
  await pointRule("web:1");
  const { message } = await world.condition(binding, "RevisionPinned", TOLD);
  expect(message).toContain("EventBridge rule nightly (web:1)");
  expect(message).toContain("web:2");
  await world.aws("ops", "eventbridge", "RemoveTargets", { Rule: "nightly", Ids: ["t"] });
  await noCondition(binding, "RevisionPinned");
  expect((await world.history()).filter(({ type }) => type === "Drift")).toEqual([]);
});

test("the sweep finds what no event told of, though the service is steady, and is content then", async () => {
  const binding = onService("data", [mount("app", "/data")]);
  await world.create(binding);
  await world.ready(binding);
  await withoutEvents(() => pointRule("web:1"));
  expect(await sweep()).toHaveLength(1);
  await world.condition(binding, "RevisionPinned", TOLD);
  await world.until("the sweep is content", async () => {
    const keys = await sweep();
    return keys.length === 0 ? { is: true } : { not: keys };
  });
  await withoutEvents(() => pointRule("web"));
  expect(await sweep()).toHaveLength(1);
  await noCondition(binding, "RevisionPinned");
});

test("a replaced access point stays while a schedule pins a revision that names it", async () => {
  await world.create(report);
  await world.ready(report);
  const [old] = Object.values(await mountsOfRevision(world, `${FAMILY}:2`));
  await pointSchedule("CreateSchedule", `${FAMILY}:2`);
  const planned = await world.request(
    "PATCH",
    "/namespaces/media/bindings/report?dryRun=All",
    { spec: directory("/elsewhere") },
    "application/merge-patch+json",
  );
  expect(planned.body.status.plan?.map(({ operation }) => operation)).not.toContain(
    "elasticfilesystem:DeleteAccessPoint",
  );
  await world.patch(report, { spec: directory("/elsewhere") });
  const held = `${old} is still named by schedule default/hourly (pins ${FAMILY}:2)`;
  await world.until("the condition says who names it", async () => {
    const { message } = await world.condition(report, "AccessPointReady", {});
    return message.includes(held) ? { is: true } : { not: message };
  });
  await world.condition(report, "RevisionPinned", TOLD);
  expect(await ourAccessPoints(world)).toHaveLength(2);
  await pointSchedule("UpdateSchedule", FAMILY);
  await world.until("the old one is gone", async () => {
    await sweep();
    const left = await ourAccessPoints(world);
    return left.length === 1 ? { is: left } : { not: left };
  });
  await noCondition(report, "RevisionPinned");
});

test("a deletion waits for a rule that pins a revision with the access point", async () => {
  await world.create(report);
  await world.ready(report);
  await pointRule(`${FAMILY}:2`);
  await world.delete(report);
  const { message } = await world.condition(report, "AccessPointReady", { reason: "StillServed" });
  expect(message).toContain(`EventBridge rule nightly (pins ${FAMILY}:2)`);
  await pointRule(FAMILY);
  await sweep();
  await world.gone(report);
  expect(await ourAccessPoints(world)).toEqual([]);
});

test("where schedules may not be read, the mount is made, the condition says so, and no access point is deleted", async () => {
  const { faults } = world.simulator.simulator;
  const fault = faults.add({ kind: "error", service: "scheduler", operation: "ListSchedules", caller: "mooring" });
  await world.create(report);
  await world.ready(report);
  const { message } = await world.condition(report, "RevisionPinned", { status: "Unknown", reason: "AccessDenied" });
  expect(message).toContain("scheduler:ListSchedules");
  await world.delete(report);
  await world.condition(report, "AccessPointReady", { reason: "AccessDenied" });
  expect(await ourAccessPoints(world)).toHaveLength(1);
  faults.remove(fault.id);
  await world.until("the Binding is gone", async () => {
    await sweep();
    const { status } = await world.get(report);
    return status === 404 ? { is: true } : { not: status };
  });
});
