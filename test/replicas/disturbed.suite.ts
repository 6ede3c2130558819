import { afterEach, expect, test } from "vitest";
import { realClock } from "../../src/cli/clock.ts";
import { mutationsBy } from "../integration/account.ts";
import { aFileSystem } from "../integration/manifests.ts";
import { type Stream, streamOf } from "../simulation/chance.ts";
import { expectAllIsWell, expectAtRest } from "./proof.ts";
import { type Replica, Replicas } from "./replicas.ts";
import { plantDrift } from "./saboteurs.ts";
import { seeds } from "./seeds.ts";
import { runsOf } from "./share-of-work.ts";
import { Team } from "./team.ts";

const NAMES = Array.from({ length: 8 }, (_, n) => `worker-${n}`);
const ROUNDS = 5;
/** Longer than a lease (5 s) and the wait after it (1 s): whoever wakes up then has lost everything that it held. */
const LONG_PAUSE_MS = 7_000;

let replicas: Replicas;
afterEach(() => replicas?.close());

/** One disturbance of one replica; resolves when all replicas are awake again. */
async function disturb(chance: Stream): Promise<string> {
  const victim = chance.pick(replicas.all);
  const before = chance.between(0, 400);
  await realClock.sleep(before);
  switch (chance.pick(["kill", "kill", "pause", "long pause", "stop"] as const)) {
    case "kill":
      await replicas.kill(victim);
      await replicas.add(victim.name);
      return `${victim.name} killed after ${before} ms`;
    case "stop": {
      const ended = replicas.leave(victim);
      await replicas.add(victim.name);
      expect(await ended).toEqual({ code: 0, signal: null });
      return `${victim.name} replaced gracefully after ${before} ms`;
    }
    case "pause":
      return pause(victim, chance.between(500, 3_000));
    default:
      return pause(victim, LONG_PAUSE_MS);
  }
}

async function pause(victim: Replica, ms: number): Promise<string> {
  replicas.pause(victim);
  await realClock.sleep(ms);
  replicas.resume(victim);
  return `${victim.name} paused for ${ms} ms`;
}

/** Some writes, and now and then a sabotage, while somebody else disturbs the replicas. */
async function live(team: Team, seed: number, round: number): Promise<void> {
  const chance = streamOf(seed, `writes of round ${round}`);
  await Promise.all(
    NAMES.map(async (name, n) => {
      await realClock.sleep(chance.between(0, 600));
      await team.act(name, streamOf(seed, `writer ${n} of round ${round}`));
    }),
  );
  for (let n = chance.between(1, 3); n > 0; n -= 1) await plantDrift(replicas.world, NAMES, chance);
}

test.each(seeds(1))(
  "killed, paused and replaced at random under load, three replicas lose nothing and double nothing (seed %i)",
  { timeout: 200_000 },
  async (seed) => {
    replicas = await Replicas.start(["one", "two", "three"]);
    const team = new Team(replicas);
    await team.make(NAMES);
    const told: string[] = [];
    try {
      expect((await replicas.create(aFileSystem()))?.status).toBe(201);
      for (let round = 1; round <= ROUNDS; round += 1) {
        const [done] = await Promise.all([disturb(streamOf(seed, `round ${round}`)), live(team, seed, round)]);
        told.push(done);
      }
      await expectAllIsWell(replicas, team);
    } catch (error) {
      throw new Error(`seed ${seed}: ${told.join("; ")}`, { cause: error });
    }
    expect(mutationsBy(replicas.world)["efs.CreateAccessPoint"]).toBeGreaterThan(NAMES.length);
  },
);

test("what is to be done is spread over all replicas", async () => {
  replicas = await Replicas.start(["one", "two", "three"]);
  const team = new Team(replicas);
  await team.make(NAMES);
  await replicas.create(aFileSystem());
  await Promise.all(NAMES.map((name) => team.create(name)));
  for (let round = 1; round <= 9; round += 1) {
    await Promise.all(NAMES.map((name) => team.act(name, streamOf(5, `${name} ${round}`))));
    await expectAtRest(replicas, team);
  }
  const runs = await runsOf(replicas);
  const sum = runs.reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(NAMES.length);
  // With three of them, a third each; what chance does to some fifty runs is allowed for; with twenty it happens that one has too few.
  for (const share of runs) expect(share / sum, `runs: ${runs.join(", ")}`).toBeGreaterThan(0.1);
});
