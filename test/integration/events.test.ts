import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectMounts, expectNothingLeaked, expectWholeHistory, mountsOf, statements } from "./account.ts";
import { furnishedWorld, resident, subject } from "./fault-life.ts";
import { FS_ID } from "./manifests.ts";
import type { World } from "./world.ts";

describe("events", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld();
    await world.create(subject);
    await world.ready(subject);
  });
  afterAll(() => world.close());

  /** One drift of each kind, by somebody: whoever undoes the same three times is made to wait. */
  async function spoil(who = "deploy-bot"): Promise<void> {
    const { body } = await world.get(subject);
    await world.aws(who, "efs", "DeleteAccessPoint", { AccessPointId: body.status.accessPointId });
    await world.aws(who, "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "indexer",
      FileSystemConfigs: [],
    });
    const foreign = (await statements(world)).filter(({ Sid }) => !Sid.startsWith("mooring-"));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: foreign });
    await world.aws(who, "efs", "PutFileSystemPolicy", { FileSystemId: FS_ID, Policy });
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
    expect(told.map((line) => line.split(" ")[0]!).toSorted()).toEqual([
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
    await spoil("another-bot");
    await isRepaired();
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});
