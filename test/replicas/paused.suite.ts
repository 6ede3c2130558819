import { afterEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { mountsOf } from "../integration/account.ts";
import { aFileSystem } from "../integration/manifests.ts";
import { expectAllIsWell, expectAtRest } from "./proof.ts";
import { type Replica, Replicas } from "./replicas.ts";
import { Team } from "./team.ts";

const NAME = "worker-0";

let replicas: Replicas;
let team: Team;
afterEach(() => replicas?.close());

async function start(): Promise<void> {
  replicas = await Replicas.start(["one", "two", "three"]);
  team = new Team(replicas);
  await team.make([NAME]);
  expect((await replicas.create(aFileSystem()))?.status).toBe(201);
  await team.create(NAME);
  await expectAtRest(replicas, team);
}

/** A call that stands still at AWS's door, and the replica that made it. */
interface Held {
  replica: Replica;
  /** Lets it in, late. @returns whether AWS did what it asks. */
  letIn(): Promise<"done" | "refused">;
}

/**
 * Holds the next such call of any replica at AWS's door, and pauses the replica at that very moment: for its host it has
 * made the call, for AWS not yet.
 */
function holdNext(isIt: (operation: string) => boolean): Promise<Held> {
  const { simulator } = replicas.world.simulator;
  const call = simulator.call.bind(simulator);
  const held = Promise.withResolvers<Held>();
  let isTaken = false;
  simulator.call = async (service: ServiceName, operation: string, input: unknown, caller: Caller, options) => {
    const replica = replicas.all.find(({ accessKeyId }) => accessKeyId === caller.accessKeyId);
    if (isTaken || replica === undefined || !isIt(operation)) return call(service, operation, input, caller, options);
    isTaken = true;
    replicas.pause(replica);
    const open = Promise.withResolvers<void>();
    const answer = open.promise.then(() => call(service, operation, input, caller, options));
    held.resolve({
      replica,
      async letIn() {
        open.resolve();
        return answer.then(
          () => "done" as const,
          () => "refused" as const,
        );
      },
    });
    return answer;
  };
  return held.promise;
}

/** Waits until somebody else has done what the paused one was about to do. */
function takenOver(what: string, is: () => Promise<boolean>): Promise<true> {
  return replicas.until(what, async () => ((await is()) ? { is: true as const } : { not: "not yet" }));
}

const unmount = (person: string) =>
  replicas.world.aws(person, "lambda", "UpdateFunctionConfiguration", { FunctionName: NAME, FileSystemConfigs: [] });

const isMounted = async () => (await mountsOf(replicas.world, NAME)).length === 1;

test("a mount that a paused replica made comes late, after another has mounted: nothing is doubled", async () => {
  await start();
  const holding = holdNext((operation) => operation === "UpdateFunctionConfiguration");
  await unmount("alice");
  const { replica, letIn } = await holding;
  await takenOver("another replica mounts", isMounted);
  // Under another revision by now, which Lambda sees.
  expect(await letIn()).toBe("refused");
  replicas.resume(replica);
  await expectAllIsWell(replicas, team);
});

test("a policy that a paused replica put comes late, and undoes what was changed since: it is put right", async () => {
  await start();
  const holding = holdNext((operation) => operation === "PutFileSystemPolicy");
  await team.change(NAME, "ReadOnly");
  const { replica, letIn } = await holding;
  // Decided after the call was made, and carried out before it arrives.
  await team.change(NAME, "ReadWrite");
  await expectAtRest(replicas, team);
  expect(await letIn()).toBe("done");
  replicas.resume(replica);
  await expectAllIsWell(replicas, team);
});

test("an access point that a paused replica made comes late, after its binding was deleted: it does not stay", async () => {
  replicas = await Replicas.start(["one", "two", "three"]);
  team = new Team(replicas);
  await team.make([NAME]);
  expect((await replicas.create(aFileSystem()))?.status).toBe(201);
  await expectAtRest(replicas, team);
  const holding = holdNext((operation) => operation === "CreateAccessPoint");
  await team.create(NAME);
  const { replica, letIn } = await holding;
  await team.delete(NAME);
  await expectAtRest(replicas, team);
  expect(await letIn()).toBe("done");
  replicas.resume(replica);
  await expectAllIsWell(replicas, team);
});

test("a replica paused before it calls finds its lease gone when it wakes up, and makes no call", async () => {
  await start();
  // What is decided on this read is decided after the pause.
  const holding = holdNext((operation) => operation === "GetFunction");
  await unmount("bob");
  const { replica, letIn } = await holding;
  await takenOver("another replica mounts", isMounted);
  const late: string[] = [];
  const { simulator } = replicas.world.simulator;
  const call = simulator.call.bind(simulator);
  simulator.call = async (service, operation, input, caller, options) => {
    if (caller.accessKeyId === replica.accessKeyId && operation.startsWith("Update")) late.push(operation);
    return call(service, operation, input, caller, options);
  };
  expect(await letIn()).toBe("done");
  replicas.resume(replica);
  await realClock.sleep(1_000);
  await expectAllIsWell(replicas, team);
  expect(late).toEqual([]);
});
