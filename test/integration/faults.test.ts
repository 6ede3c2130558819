import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../src/simulator/faults.ts";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  mountsOf,
  MUTATIONS,
  mutationsBy,
  ourAccessPoints,
  statements,
} from "./account.ts";
import { aBinding, aFileSystem, FS_ID } from "./manifests.ts";
import { type Manifest, World } from "./world.ts";

/** What Mooring reads of AWS, and changes in it, in the course of a binding's life. Checked below against the call log. */
const READS = [
  "efs.DescribeAccessPoints",
  "efs.DescribeFileSystemPolicy",
  "efs.DescribeFileSystems",
  "efs.DescribeMountTargets",
  "iam.GetRole",
  "lambda.GetFunction",
  "lambda.ListFunctions",
  "lambda.ListVersionsByFunction",
];
/** Without these, no new binding gets its mount. Mount targets were read for the resident before; versions only widen the policy. */
const NEEDED_TO_MAKE = [
  "efs.DescribeAccessPoints",
  "efs.DescribeFileSystemPolicy",
  "efs.DescribeFileSystems",
  "iam.GetRole",
  "lambda.GetFunction",
  "efs.CreateAccessPoint",
  "efs.PutFileSystemPolicy",
  "lambda.UpdateFunctionConfiguration",
];
const MESSAGING = ["eventbridge.PutEvents", "sqs.DeleteMessageBatch", "sqs.ReceiveMessage", "sqs.SendMessageBatch"];
const AT_START = [
  "eventbridge.PutRule",
  "eventbridge.PutTargets",
  "sqs.CreateQueue",
  "sqs.GetQueueAttributes",
  "sqs.SetQueueAttributes",
  "sts.GetCallerIdentity",
];

/** Only Mooring is hit; whoever looks, or sabotages, is not. */
function inject(world: World, name: string, rule: Omit<FaultRule, "service" | "operation" | "caller">): void {
  const [service, operation] = name.split(".") as [FaultRule["service"] & string, string];
  world.simulator.simulator.faults.add({ ...rule, service, operation, caller: "mooring" });
}

/** The next call of this operation takes effect only after `ms`, when its caller has long given up. Resolves when it has. */
function late(world: World, name: string, ms: number): Promise<void> {
  inject(world, name, { kind: "latency", ms, times: 1 });
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  const { promise, resolve } = Promise.withResolvers<void>();
  simulator.call = async (service, operation, ...rest) => {
    if (`${service}.${operation}` !== name) return call(service, operation, ...rest);
    simulator.call = call;
    return call(service, operation, ...rest).finally(resolve);
  };
  return promise;
}

const heal = (world: World) => world.simulator.simulator.faults.clear();

const denial = { kind: "error", code: "AccessDeniedException", status: 403 } as const;

/** Waits until the binding is as hoped, or a condition of it speaks of the operation that is refused. */
function settlesOrSays(
  world: World,
  binding: Manifest,
  operation: string,
  isDone: (status: number, ready: boolean) => boolean,
): Promise<string> {
  return world.until(`${binding.metadata.name} settles, or says that ${operation} is refused`, async () => {
    const { status, body } = await world.get(binding);
    const conditions = body.status?.conditions ?? [];
    if (
      isDone(
        status,
        conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
      )
    )
      return { is: "settled" };
    const told = conditions.find(
      ({ message }) => message.includes(operation) && /not authorized|denied/i.test(message),
    );
    return told === undefined ? { not: conditions } : { is: told.message };
  });
}

const isReady = (_status: number, ready: boolean) => ready;
const isGone = (status: number) => status === 404;

async function sabotage(world: World, binding: Manifest): Promise<void> {
  const { body } = await world.get(binding);
  await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: body.status.accessPointId });
  await world.until(`${binding.metadata.name} has another access point`, async () => {
    const now = (await world.get(binding)).body.status.accessPointId;
    return now !== undefined && now !== body.status.accessPointId ? { is: now } : { not: now };
  });
}

/** A whole life: made, mounted, sabotaged, repaired, deleted. */
async function live(world: World, binding: Manifest): Promise<void> {
  await world.create(binding);
  await world.ready(binding);
  await sabotage(world, binding);
  await world.ready(binding);
  const { functionName } = (binding.spec["workload"] as { lambda: { functionName: string } }).lambda;
  await expectMounts(world, functionName);
  await expectNothingLeaked(world, resident, binding);
  await world.delete(binding);
  await world.gone(binding);
  expect(await mountsOf(world, functionName)).toEqual([]);
  await expectNothingLeaked(world, resident);
}

/** Stays bound all the time: what happens to others must not harm it. */
const resident = aBinding("indexer");
const subject = aBinding("thumbnailer");

/** Whatever a failed test left is taken away, so that it fails alone. */
async function healAndTidy(world: World): Promise<void> {
  heal(world);
  if ((await world.delete(subject)).status !== 404) await world.gone(subject);
}

async function furnishedWorld(...settings: Parameters<typeof World.start>): Promise<World> {
  const world = await World.start(...settings);
  await world.create(aFileSystem());
  await world.create(resident);
  await world.ready(resident);
  return world;
}

describe("one operation refused", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test("a life without faults makes exactly the calls that are refused below, one by one", async () => {
    await live(world, subject);
    const called = Object.keys(world.simulator.simulator.calls.counts().byCaller["mooring"]!);
    const listed = [...READS, ...MUTATIONS, ...MESSAGING, ...AT_START];
    expect(called.filter((name) => !listed.includes(name))).toEqual([]);
    expect([...READS, ...MUTATIONS].filter((name) => !called.includes(name))).toEqual([]);
  });

  test.each([...READS, ...MUTATIONS])(
    "%s: it is said whose right is missing, and all is well once it is given",
    async (name) => {
      const operation = name.split(".")[1]!;
      inject(world, name, denial);
      await world.create(subject);
      const made = await settlesOrSays(world, subject, operation, isReady);
      if (NEEDED_TO_MAKE.includes(name)) expect(made).toContain(operation);
      heal(world);
      await world.ready(subject);
      await expectNothingLeaked(world, resident, subject);
      inject(world, name, denial);
      await world.delete(subject);
      await settlesOrSays(world, subject, operation, isGone);
      heal(world);
      await world.gone(subject);
      await expectNothingLeaked(world, resident);
      await world.ready(resident);
    },
  );

  test.each(MESSAGING)("%s: the work goes on without it, or as soon as it is permitted", async (name) => {
    inject(world, name, denial);
    await world.create(subject);
    if (name !== "sqs.ReceiveMessage") await world.ready(subject);
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("one operation refused at the start", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.withoutMooring();
  });
  afterAll(() => world.close());

  test.each(AT_START.map((name, n) => [name, `test${n}`] as const))(
    "%s: the start fails and says so, and succeeds once it is permitted",
    async (name, installation) => {
      const fresh = { storeName: installation, settings: { installation } };
      inject(world, name, denial);
      await expect(world.startMooring(fresh)).rejects.toThrow(/not authorized/);
      heal(world);
      await world.startMooring(fresh);
      await world.stopMooring();
    },
  );
});

describe("AWS in trouble", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test("every call throttled for a while: it is said, and all is well afterwards", async () => {
    for (const service of ["efs", "lambda", "iam"] as const)
      world.simulator.simulator.faults.add({ kind: "throttle", service, caller: "mooring" });
    await world.create(subject);
    await world.until("a condition speaks of throttling", async () => {
      const { body } = await world.get(subject);
      const told = body.status.conditions.find(({ message }) => /Rate exceeded|Throttl|TooManyRequests/.test(message));
      return told === undefined ? { not: body.status.conditions } : { is: told };
    });
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    await expectNothingLeaked(world, resident);
  });

  test("every tenth call throttled, all the time: slower, but all is well", async () => {
    world.simulator.simulator.faults.add({ kind: "throttle", caller: "mooring", probability: 0.1 });
    await live(world, subject);
  });

  test.each(["efs", "lambda", "iam", "sqs", "eventbridge"] as const)(
    "%s answers 500 every other time: all is well",
    async (service) => {
      world.simulator.simulator.faults.add({
        kind: "error",
        code: "InternalServerError",
        status: 500,
        service,
        caller: "mooring",
        probability: 0.5,
      });
      await live(world, subject);
    },
  );

  test("every sixth call of all services breaks, before or after its effect: all is well", async () => {
    for (const kind of ["lost-reply", "no-effect"] as const)
      world.simulator.simulator.faults.add({ kind, caller: "mooring", probability: 0.16 });
    await live(world, subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("a call whose answer never comes", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  // Once: the SDK tries again by itself. Three times: Mooring must find out what happened.
  const cases = MUTATIONS.flatMap((name) =>
    ([1, 3] as const).flatMap((times) =>
      (["lost-reply", "no-effect"] as const).map((kind) => [name, kind, times] as const),
    ),
  );
  test.each(cases)("%s (%s, %i times): nothing is done twice, nothing is leaked", async (name, kind, times) => {
    inject(world, name, { kind, times });
    await live(world, subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("a call that takes effect after its deadline", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300, callDeadlineMs: 400, runMaxMs: 2_000, leaseMs: 5_000 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test.each(MUTATIONS)("%s: what it does late is harmless, or put right", async (name) => {
    const { calls } = world.simulator.simulator;
    const landed = late(world, name, 900);
    await world.create(subject);
    await world.ready(subject);
    if (!name.match(/Tag|Delete/)) await landed;
    await sabotage(world, subject);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    await landed;
    await world.until("the late call has left nothing", async () => {
      const left = await ourAccessPoints(world);
      const mounts = [...(await mountsOf(world, "thumbnailer")), ...(await mountsOf(world, "indexer"))];
      const settled = left.length === 1 && mounts.length === 1 && (await world.mooring.service.sweepNow()).length === 0;
      return settled ? { is: true } : { not: { left, mounts, errors: calls.counts().errors } };
    });
    // The policy of the resident is what a late Put would have hurt.
    await world.ready(resident);
    await expectMounts(world, "indexer");
  });

  test("an access point that comes when its binding is long gone is reported, and left for a person to judge", async () => {
    const landed = late(world, "efs.CreateAccessPoint", 1_200);
    await world.create(subject);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
    await landed;
    const orphan = await world.until("the late access point is there", async () => {
      const [one] = (await ourAccessPoints(world)).filter(({ RootDirectory }) => RootDirectory.Path === "/thumbnailer");
      return one === undefined ? { not: null } : { is: one };
    });
    await world.mooring.service.reconcile([`filesystem/111122223333/eu-west-1/${FS_ID}`]);
    const { message } = await world.condition(aFileSystem(), "Orphaned", { status: "True" });
    expect(message).toContain(orphan.AccessPointId);
    await world.aws("alice", "efs", "DeleteAccessPoint", { AccessPointId: orphan.AccessPointId });
    await world.until("nothing is reported any more", async () => {
      const { body } = await world.get(aFileSystem());
      return body.status.conditions.some(({ type }) => type === "Orphaned")
        ? { not: body.status.conditions }
        : { is: true };
    });
  });

  test("reads that take too long are told, and nothing is done on a guess", async () => {
    inject(world, "efs.DescribeAccessPoints", { kind: "latency", ms: 900 });
    const before = mutationsBy(world);
    await world.create(subject);
    const { message } = await world.condition(subject, "AccessPointReady", { reason: "CouldNotRead" });
    expect(message).toMatch(/access points/);
    expect(mutationsBy(world)["efs.CreateAccessPoint"]).toBe(before["efs.CreateAccessPoint"]);
    heal(world);
    await world.ready(subject);
    await world.delete(subject);
    await world.gone(subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("reads that answer as of a moment ago", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ absenceGapMs: 700 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  test.each([
    ["efs", 1],
    ["lambda", 1],
    ["efs", 0.5],
    ["lambda", 0.5],
  ] as const)("of %s (share %d): nothing is made twice, nothing of use is deleted", async (service, probability) => {
    world.simulator.simulator.faults.add({ kind: "stale-reads", service, caller: "mooring", ms: 250, probability });
    const before = mutationsBy(world)["efs.CreateAccessPoint"] ?? 0;
    await world.create(subject);
    await world.ready(subject);
    await expectMounts(world, "thumbnailer");
    await expectNothingLeaked(world, resident, subject);
    await world.delete(subject);
    await world.gone(subject);
    await expectNothingLeaked(world, resident);
    expect(await mountsOf(world, "thumbnailer")).toEqual([]);
    heal(world);
    await world.ready(resident);
    await expectMounts(world, "indexer");
    const errors =
      world.simulator.simulator.calls.counts().errors["efs.CreateAccessPoint AccessPointAlreadyExists"] ?? 0;
    expect(mutationsBy(world)["efs.CreateAccessPoint"]! - before).toBeLessThanOrEqual(1 + errors);
  });
});

describe("an AWS that takes its time", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld(
      {},
      {
        accessPointCreateMs: 150,
        accessPointDeleteMs: 150,
        functionUpdateMs: 200,
        functionCreateMs: 200,
        eventDeliveryMs: 150,
        callLatencyMs: 5,
      },
    );
  });
  afterAll(() => world.close());

  test("is waited for at each step of a life", () => live(world, subject));

  test("a function that is still being created is mounted once it is there", async () => {
    const made = makeFunction(world, "fresh");
    const binding = aBinding("fresh");
    await world.create(binding);
    await made;
    await world.ready(binding);
    await world.delete(binding);
    await world.gone(binding);
  });

  test("somebody else's update in progress is let through, and ours comes after it", async () => {
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "reporter",
      MemorySize: 1024,
    });
    const binding = aBinding("reporter");
    await world.create(binding);
    await world.ready(binding);
    const { MemorySize } = await world.aws("auditor", "lambda", "GetFunctionConfiguration", {
      FunctionName: "reporter",
    });
    expect(MemorySize).toBe(1024);
    await expectMounts(world, "reporter");
    await world.delete(binding);
    await world.gone(binding);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

describe("events", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld();
    await world.create(subject);
    await world.ready(subject);
  });
  afterAll(() => world.close());

  /** One drift of each kind, by deploy-bot. */
  async function spoil(): Promise<void> {
    const { body } = await world.get(subject);
    await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: body.status.accessPointId });
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "indexer",
      FileSystemConfigs: [],
    });
    const foreign = (await statements(world)).filter(({ Sid }) => !Sid.startsWith("mooring-"));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: foreign });
    await world.aws("deploy-bot", "efs", "PutFileSystemPolicy", { FileSystemId: FS_ID, Policy });
  }

  async function isRepaired(): Promise<void> {
    await world.until("both functions mount", async () => {
      try {
        for (const name of ["thumbnailer", "indexer"]) {
          await expectMounts(world, name);
          expect(await mountsOf(world, name)).toHaveLength(1);
        }
        return { is: true };
      } catch (error) {
        return { not: (error as Error).message };
      }
    });
    await world.ready(subject, resident);
    await expectNothingLeaked(world, resident, subject);
  }

  test("that are lost are made up for by the sweep", async () => {
    const { Rules } = await world.aws("auditor", "eventbridge", "ListRules");
    for (const { Name } of Rules) await world.aws("platform-team", "eventbridge", "DisableRule", { Name });
    await spoil();
    expect(await mountsOf(world, "indexer")).toEqual([]);
    const woken = await world.mooring.service.sweepNow();
    expect(woken.length).toBeGreaterThanOrEqual(2);
    await isRepaired();
    for (const { Name } of Rules) await world.aws("platform-team", "eventbridge", "EnableRule", { Name });
  });

  test("that come twice are told once", async () => {
    const account = world.simulator.simulator.world;
    const emit = account.emit.bind(account);
    account.emit = (event) => {
      emit(event);
      emit(event);
    };
    const since = (await world.history()).length;
    await spoil();
    await isRepaired();
    account.emit = emit;
    // Whether an event comes before its damage is repaired is a matter of chance; it is told either way.
    const told = await world.until("each of the three is told", async () => {
      const entries = (await world.history()).slice(since);
      const events = entries.flatMap((entry) =>
        (entry.type === "Drift" || entry.type === "Attributed") && entry.actor === "deploy-bot"
          ? [`${entry.event?.name} ${entry.event?.id}`]
          : [],
      );
      return new Set(events).size >= 3 ? { is: events } : { not: entries.slice(-6) };
    });
    expect(told.map((line) => line.split(" ")[0]).toSorted()).toEqual([
      "DeleteAccessPoint",
      "PutFileSystemPolicy",
      "UpdateFunctionConfiguration20150331v2",
    ]);
  });

  test("that come after the repair still name who did it", async () => {
    const { timings } = world.simulator.simulator.world;
    timings.eventDeliveryMs = 400;
    await spoil();
    await world.mooring.service.sweepNow();
    await isRepaired();
    await world.until("the history names deploy-bot for what the sweep had repaired", async () => {
      const entries = await world.history();
      const late = entries.filter((entry) => entry.type === "Attributed" && entry.actor === "deploy-bot");
      return late.length > 0 ? { is: late } : { not: entries.slice(-5) };
    });
    timings.eventDeliveryMs = 0;
  });

  test("that nobody can read are dropped, and the next ones are read", async () => {
    const { QueueUrl } = await world.aws("auditor", "sqs", "GetQueueUrl", { QueueName: "mooring-test-fast" });
    for (const MessageBody of ["", "{", "[]", '{"source": "aws.lambda", "detail": 7}', "x".repeat(1_000)].filter(
      Boolean,
    )) {
      await world.aws("deploy-bot", "sqs", "SendMessage", { QueueUrl, MessageBody });
    }
    await spoil();
    await isRepaired();
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});

test("two faults at once, a refused right and lost events, end in a condition and then in peace", async () => {
  const world = await furnishedWorld({ backoffCapMs: 300 });
  inject(world, "lambda.UpdateFunctionConfiguration", denial);
  await world.create(subject);
  await world.condition(subject, "MountConfigured", { status: "False", reason: "AccessDenied" });
  await world.aws("deploy-bot", "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID });
  await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
    FunctionName: "indexer",
    FileSystemConfigs: [],
  });
  await world.condition(resident, "MountConfigured", { status: "False", reason: "AccessDenied" });
  heal(world);
  await world.ready(resident, subject);
  await expectNothingLeaked(world, resident, subject);
  expect(await ourAccessPoints(world)).toHaveLength(2);
  await world.close();
});
