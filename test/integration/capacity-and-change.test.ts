import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  makeFunction,
  mountsOf,
  ourAccessPoints,
  policyText,
  stalledWith,
} from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { World } from "./world.ts";

describe("a changed path or identity", () => {
  let world: World;
  const binding = aBinding("thumbnailer");

  beforeAll(async () => {
    world = await World.start();
    await world.create(aFileSystem());
    await world.create(binding);
    await world.ready(binding);
  });
  afterAll(() => world.close());

  test("waits for consent in a condition that says what to do, and the old mount goes on untouched", async () => {
    const before = [await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)];
    const rootDirectory = { path: "/elsewhere", ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
    const { status } = await world.patch(binding, { spec: { rootDirectory, posixUser: { uid: 1001, gid: 2002 } } });
    expect(status).toBe(200);
    const message = await stalledWith(world, binding, "ReplacementNeedsConsent");
    expect(message).toMatch(
      /The spec asks for \/elsewhere.*has \/thumbnailer.*set spec.replacement to AcceptDataChange.*put the old values back/,
    );
    expect([await mountsOf(world, "thumbnailer"), await policyText(world), await ourAccessPoints(world)]).toEqual(
      before,
    );
    await expectMounts(world, "thumbnailer");
  });

  test("still has its mount repaired", async () => {
    await world.aws("deploy-bot", "lambda", "UpdateFunctionConfiguration", {
      FunctionName: "thumbnailer",
      FileSystemConfigs: [],
    });
    await world.until("the old mount is back", async () => {
      const mounts = await mountsOf(world, "thumbnailer");
      return mounts.length === 1 ? { is: true } : { not: mounts };
    });
    await expectNothingLeaked(world, binding);
  });

  test("is ready again once the old values are put back", async () => {
    await world.patch(binding, {
      spec: { rootDirectory: binding.spec["rootDirectory"], posixUser: binding.spec["posixUser"] },
    });
    await world.ready(binding);
    await expectNothingLeaked(world, binding);
  });
});

describe("a policy that is full", () => {
  let world: World;
  const names = Array.from({ length: 20 }, (_, n) => `worker-with-a-rather-long-name-${n}`);
  const bindings = names.map((name) => aBinding(name));

  beforeAll(async () => {
    world = await World.start();
    for (const name of names) await makeFunction(world, name);
    await world.create(aFileSystem());
  });
  afterAll(() => world.close());

  const readyOnes = async () => {
    const bodies = await Promise.all(bindings.map((binding) => world.get(binding)));
    return bodies.map(({ body }) => body.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True");
  };

  test("takes those who fit, and tells the others with numbers", async () => {
    for (const binding of bindings) await world.create(binding);
    await world.until("all but the last ones are ready", async () => {
      const settled = await Promise.all(bindings.map((binding) => world.get(binding)));
      const reasons = settled.map(({ body }) => body.status.conditions.find(({ type }) => type === "Ready")!.reason);
      return reasons.every((reason) => reason === "Mounted" || reason === "PolicyCapacity")
        ? { is: true }
        : { not: reasons };
    });
    const ready = await readyOnes();
    expect(ready.filter(Boolean).length).toBeGreaterThan(8);
    const refused = bindings.find((_, n) => !ready[n]);
    const message = await stalledWith(world, refused!, "PolicyCapacity");
    expect(message).toMatch(/holds 20000 characters, of which \d+ are kept free.*would need 2\d{4}/);
    // EFS answers with white space that it does not count.
    const policy = JSON.stringify(JSON.parse((await policyText(world))!));
    expect(policy.length).toBeGreaterThan(15_000);
    expect(policy.length).toBeLessThanOrEqual(20_000);
    for (const [n, name] of names.entries()) if (ready[n]) await expectMounts(world, name);
  });

  test("takes the next in line once somebody leaves", async () => {
    const ready = await readyOnes();
    const leaving = bindings.filter((_, n) => ready[n]).slice(0, 2);
    for (const binding of leaving) await world.delete(binding);
    for (const binding of leaving) await world.gone(binding);
    const rest = bindings.filter((binding) => !leaving.includes(binding));
    const before = ready.filter(Boolean).length;
    await world.until("as many are ready as before", async () => {
      const now = (await readyOnes()).filter(Boolean).length;
      return now >= before ? { is: true } : { not: now };
    });
    await expectNothingLeaked(world, ...rest);
    await expectWholeHistory(world);
  });
});
