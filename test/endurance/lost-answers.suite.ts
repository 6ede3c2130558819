import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { expectWholeHistory, FUNCTION_MUTATIONS } from "../integration/account.ts";
import { furnishedWorld, healAndTidy, inject, live, subject } from "../integration/fault-life.ts";
import type { World } from "../integration/world.ts";

describe("a call whose answer never comes", () => {
  let world: World;
  beforeAll(async () => {
    world = await furnishedWorld({ backoffCapMs: 300 });
  });
  afterEach(() => healAndTidy(world));
  afterAll(() => world.close());

  const ways = [
    // Once: the SDK tries again by itself. Three times: Mooring must find out what happened.
    ["lost-reply", 1],
    ["lost-reply", 3],
    ["no-effect", 3],
  ] as const;
  const cases = FUNCTION_MUTATIONS.flatMap((name) => ways.map(([kind, times]) => [name, kind, times] as const));
  test.each(cases)("%s (%s, %i times): nothing is done twice, nothing is leaked", async (name, kind, times) => {
    inject(world, name, { kind, times });
    await live(world, subject);
  });

  test("the history of all that is whole", () => expectWholeHistory(world));
});
