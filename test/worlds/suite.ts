import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeEcs } from "./behaviours/ecs.ts";
import { describeHistory } from "./behaviours/history.ts";
import { describeLambda } from "./behaviours/lambda.ts";
import { describeDrift } from "./behaviours/drift.ts";
import { describePolicy } from "./behaviours/policy.ts";
import { describeRemoval } from "./behaviours/removal.ts";
import { describeReplacement } from "./behaviours/replacement.ts";
import { describeRestart } from "./behaviours/restart.ts";
import { type Clients, clientsOf } from "./clients.ts";
import { type Ask, isKnownWrong, KNOWN_WRONGS } from "./known-wrongs.ts";
import { Scene } from "./scene.ts";
import { PASSED_MIN, Tally } from "./tally.ts";
import { Team } from "./team.ts";
import type { WorldName, WorldUnderTest } from "./world-under-test.ts";

const OPENING_MAX_MS = 300_000;
const BEHAVIOUR_MAX_MS = 120_000;

/** What a file of behaviours is given. */
export interface Stage {
  /** Opens a scene; once for each name. */
  scene(name: string): Promise<Scene>;
  /** A test that is skipped, by name, where the world is known to do wrong what it needs. */
  behaviour(title: string, needs: readonly string[], body: () => Promise<void>): void;
}

function namesOf(world: WorldName): string[] {
  return KNOWN_WRONGS.filter(({ worlds }) => worlds.includes(world)).map(({ id }) => id);
}

/** The integration suite, on one world. */
export function describeWorld(name: WorldName, open: () => Promise<WorldUnderTest>): void {
  describe(`on ${name}`, () => {
    const tally = new Tally(name, namesOf(name));
    let world: WorldUnderTest;
    let clients: Clients;
    let team: Team;

    beforeAll(async () => {
      world = await open();
      tally.opened(world);
      clients = clientsOf(world, "platform-team");
      team = await Team.settleIn(world, clients);
      await team.makeCluster("prod");
    }, OPENING_MAX_MS);
    afterAll(async () => {
      clients?.destroy();
      await world?.close();
    });

    const stage: Stage = {
      scene: (sceneName) => Scene.open(sceneName, world, team),
      behaviour(title, needs, body) {
        const missing = needs.filter((id) => isKnownWrong(name, id));
        if (missing.length > 0) {
          tally.skipped(title, missing);
          return test.skip(`${title} [known wrong: ${missing.join(", ")}]`);
        }
        test(title, { timeout: BEHAVIOUR_MAX_MS }, async ({ onTestFinished, task }) => {
          onTestFinished(() => tally.finished(title, task.result?.state === "pass"));
          await body();
        });
      },
    };
    describeLambda(stage);
    describePolicy(stage);
    describeDrift(stage);
    describeReplacement(stage);
    describeRemoval(stage);
    describeEcs(stage);
    describeHistory(stage);
    describeRestart(stage);

    describe("what is known to be wrong", () => {
      let ask: Ask;
      beforeAll(async () => {
        await team.makeFunction("probed");
        const { account, region, substitutedFor: url } = world;
        const elsewhere = { ...world, endpoints: { efs: url!, ecs: url!, lambda: url! } };
        const substituted = url === undefined ? null : clientsOf(elsewhere, "prober");
        ask = { clients, account, region, functionName: "probed", substituted };
      });
      afterAll(() => ask?.substituted?.destroy());
      test.each(KNOWN_WRONGS.map((entry) => [entry.id, entry] as const))("%s", async (id, entry) => {
        const isWrong = await entry.probe(ask);
        if (isKnownWrong(name, id))
          expect(isWrong, `${name} now does "${entry.request}" as AWS documents: take it out of the entry ${id}`).toBe(
            true,
          );
        else expect(isWrong, `${name} answers "${entry.request}" wrongly, and ${id} does not say so of it`).toBe(false);
      });
    });

    test("enough of it passes", () => {
      console.log(tally.report());
      expect(tally.passed, `fewer than ${PASSED_MIN} tests passed on ${name}`).toBeGreaterThanOrEqual(PASSED_MIN);
    });
  });
}
