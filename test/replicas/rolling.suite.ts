import { afterEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import { aFileSystem } from "../integration/manifests.ts";
import { pathOf } from "../integration/world.ts";
import { streamOf } from "../simulation/chance.ts";
import { expectAllIsWell } from "./proof.ts";
import { Replicas } from "./replicas.ts";
import { plantDrift } from "./saboteurs.ts";
import { Team } from "./team.ts";

const NAMES = Array.from({ length: 6 }, (_, n) => `worker-${n}`);
/** Long, as in production: whoever had to wait for one to run out, and for the deadline after it, would be late. */
const LONG = { MOORING_RUN_MAX: "10s", MOORING_CALL_DEADLINE: "8s", MOORING_LEASE: "20s" };
/** ECS kills a task that has not ended 30 s after it was told to. */
const STOPPED_WITHIN_MS = 30_000;
/** Far less than a lease of 20 s, with room for a busy machine. */
const SERVED_WITHIN_MS = 12_000;

let replicas: Replicas;
afterEach(() => replicas?.close());

test("a rolling restart under load ends each process in time, and nobody has to wait for what it held", async () => {
  replicas = await Replicas.start(["one", "two", "three"], LONG);
  const team = new Team(replicas);
  await team.make(NAMES);
  expect((await replicas.create(aFileSystem()))?.status).toBe(201);
  let isOver = false;
  const writing = NAMES.map(async (name) => {
    const chance = streamOf(3, name);
    while (!isOver) {
      await team.act(name, chance);
      await realClock.sleep(chance.between(200, 1_000));
    }
  });
  const olds = replicas.all.slice();
  for (const replica of olds) {
    const askedAt = performance.now();
    const ended = replicas.leave(replica);
    await plantDrift(replicas.world, NAMES, streamOf(3, replica.name));
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(STOPPED_WITHIN_MS);
    await replicas.add(`${replica.name}-anew`);
  }
  isOver = true;
  await Promise.all(writing);
  await expectAllIsWell(replicas, team);
});

test("told to end in the middle of a run, a replica hands its lease back: the next one goes on at once", async () => {
  replicas = await Replicas.start(["one"], LONG);
  const { world } = replicas;
  const team = new Team(replicas);
  await team.make(["worker-0"]);
  await replicas.create(aFileSystem());
  await team.create("worker-0");
  await replicas.until("it is ready", async () => {
    const ready = await replicas.readiness(team.bindings()[0]!);
    return ready?.status === "True" ? { is: true } : { not: ready };
  });
  await replicas.add("two");
  const one = replicas.all[0]!;
  const reached = Promise.withResolvers<void>();
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  let ended: ReturnType<typeof replicas.leave> | undefined;
  simulator.call = async (service, operation, input, caller, options) => {
    if (operation === "PutFileSystemPolicy" && ended === undefined) {
      ended = replicas.leave(replicas.all.find(({ accessKeyId }) => accessKeyId === caller.accessKeyId) ?? one);
      reached.resolve();
    }
    return call(service, operation, input, caller, options);
  };
  await replicas.request("PATCH", pathOf(team.bindings()[0]!), { spec: { access: "ReadOnly" } });
  await reached.promise;
  const askedAt = performance.now();
  await team.change("worker-0", "ReadWrite");
  expect(await ended).toEqual({ code: 0, signal: null });
  await expectAllIsWell(replicas, team);
  expect(performance.now() - askedAt).toBeLessThan(SERVED_WITHIN_MS);
});
