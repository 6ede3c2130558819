import { expect } from "vitest";
import type { Caller, ServiceName } from "../../src/simulator/core.ts";
import { ConnectionLost } from "../../src/simulator/faults.ts";
import {
  expectMounts,
  expectNothingLeaked,
  expectWholeHistory,
  mountsOf,
  MUTATIONS,
  mutationsBy,
  ourAccessPoints,
  statements,
} from "./account.ts";
import { aBinding, aFileSystem } from "./manifests.ts";
import { ServeProcess } from "./serve-process.ts";
import { type Manifest, World } from "./world.ts";

/** The process is killed when its `nth` such call arrives ("before" its effect), or has taken effect without an answer yet. */
export interface KillPoint {
  /** "efs.CreateAccessPoint"; absent = any call that changes EFS or Lambda. */
  operation?: string;
  nth: number;
  when: "before" | "after";
}

const shared = aFileSystem();
const thumbnailer = aBinding("thumbnailer");
const transcoder = aBinding("transcoder");

/** How many calls changed EFS or Lambda, and how often the process was killed. */
export interface Lived {
  calls: number;
  kills: number;
}

/**
 * A scripted life on the real command: two bindings are made, one is sabotaged, the other deleted;
 * and the process is killed wherever `isHit` says, and started again at once. Ends with the proof
 * that all converged, nothing leaked, and the history is whole.
 */
export async function liveThroughKills(
  isHit: (call: { name: string; count: number; ofName: number }) => "before" | "after" | null,
): Promise<Lived> {
  const world = await World.withoutMooring();
  // What SQS handed to a process that was killed stays hidden for 30 s.
  world.patienceMs = 45_000;
  let serving = new ServeProcess(world);
  world.useService(() => serving.url);
  const lived = killAt(world, isHit, async () => {
    await serving.kill();
    serving = new ServeProcess(world);
  });
  try {
    await live(world);
    expect(await serving.stop()).toEqual({ code: 0, signal: null });
    await world.startMooring();
    await expectAllIsWell(world);
    return lived;
  } finally {
    await serving.kill();
    await world.close();
  }
}

/** One kill; at a point that is not reached, none. */
export function liveThroughKill(point: KillPoint): Promise<Lived> {
  let isOver = false;
  return liveThroughKills(({ name, count, ofName }) => {
    const nth = point.operation === undefined ? count : point.operation === name ? ofName : 0;
    if (isOver || nth !== point.nth) return null;
    isOver = true;
    return point.when;
  });
}

/** Stands between the socket and the simulator. */
function killAt(world: World, isHit: Parameters<typeof liveThroughKills>[0], kill: () => Promise<void>): Lived {
  const lived: Lived = { calls: 0, kills: 0 };
  const byName = new Map<string, number>();
  const { simulator } = world.simulator;
  const call = simulator.call.bind(simulator);
  simulator.call = async (service: ServiceName, operation: string, input: unknown, caller: Caller, options) => {
    const name = `${service}.${operation}`;
    if (caller.userName !== "mooring" || !isKillable(name)) return call(service, operation, input, caller, options);
    if ((MUTATIONS as readonly string[]).includes(name)) lived.calls += 1;
    byName.set(name, (byName.get(name) ?? 0) + 1);
    const when = isHit({ name, count: lived.calls, ofName: byName.get(name)! });
    if (when === null) return call(service, operation, input, caller, options);
    lived.kills += 1;
    if (when === "after") await call(service, operation, input, caller, options);
    await kill();
    throw new ConnectionLost();
  };
  return lived;
}

/** Calls by which something changes: in EFS, in Lambda, and in the queues and the bus by which Mooring works. */
function isKillable(name: string): boolean {
  return [...MUTATIONS, "sqs.SendMessageBatch", "sqs.DeleteMessageBatch", "eventbridge.PutEvents"].includes(name);
}

async function live(world: World): Promise<void> {
  for (const manifest of [shared, thumbnailer, transcoder]) await createOnce(world, manifest);
  await world.ready(thumbnailer, transcoder);
  const { accessPointId } = (await world.get(thumbnailer)).body.status;
  await world.aws("deploy-bot", "efs", "DeleteAccessPoint", { AccessPointId: accessPointId });
  await world.until("thumbnailer has another access point", async () => {
    const now = (await world.get(thumbnailer)).body.status.accessPointId;
    return now !== undefined && now !== accessPointId ? { is: now } : { not: now };
  });
  await world.ready(thumbnailer, transcoder);
  await world.delete(transcoder);
  await world.gone(transcoder);
  await world.ready(thumbnailer);
}

/** The process may have ended after the record was written and before it answered. */
async function createOnce(world: World, manifest: Manifest): Promise<void> {
  const { status } = await world.get(manifest);
  if (status === 404)
    await world.create(manifest).catch(async () => expect((await world.get(manifest)).status).toBe(200));
}

async function expectAllIsWell(world: World): Promise<void> {
  await world.ready(thumbnailer);
  await expectNothingLeaked(world, thumbnailer);
  await expectMounts(world, "thumbnailer");
  expect(await mountsOf(world, "thumbnailer")).toEqual([
    { Arn: (await ourAccessPoints(world))[0]!.AccessPointArn, LocalMountPath: "/mnt/data" },
  ]);
  expect(await mountsOf(world, "transcoder")).toEqual([]);
  const left = await statements(world);
  expect(left.map(({ Sid }) => Sid)).toEqual(expect.arrayContaining(["backup-nightly", "audit-read-only"]));
  expect(JSON.stringify(left)).not.toContain("role/transcoder");
  await expectWholeHistory(world);
  const intents = (await world.history()).filter((entry) => entry.type === "Intent");
  for (const [name, made] of Object.entries(mutationsBy(world))) {
    const meant = intents.filter((entry) => entry.type === "Intent" && `${name}`.endsWith(entry.operation)).length;
    expect(meant, `intents of ${name}`).toBeGreaterThanOrEqual(made);
  }
}
