import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { AuditRecord } from "../../src/model/audit.ts";
import { expectMounts, expectNothingLeaked, mountsOf, ourAccessPoints, statements } from "../integration/account.ts";
import { aFileSystem } from "../integration/manifests.ts";
import type { Replicas } from "./replicas.ts";
import type { Team } from "./team.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** A message that a killed replica had received shows again after the 30 s of its visibility. */
const ALL_WELL_WITHIN_MS = 75_000;

/**
 * The proof at the end: what was acknowledged is there, each Binding has one access point, one mount and what the policy
 * needs, and nothing besides; every key is at rest, every intent has its outcome, and every chain is whole.
 */
export async function expectAllIsWell(replicas: Replicas, team: Team): Promise<void> {
  await expectAtRest(replicas, team);
  await expectAcknowledged(replicas, team);
  await expectNothingDoubled(replicas, team);
  await expectWholeHistory(replicas, team);
}

/** The planner itself has nothing left to do, and no key waits for anybody. */
export async function expectAtRest(replicas: Replicas, team: Team): Promise<void> {
  const items = [aFileSystem(), ...team.bindings()];
  const gone = [...team.wanted].filter(([, manifest]) => manifest === null).map(([name]) => name);
  await replicas.until(
    "everything is as it was asked for",
    async () => {
      const answer = await replicas.request<{ plan: unknown[]; problems: unknown[] }>("POST", "/plans", { items });
      if (answer?.status !== 200) return { not: answer };
      const { plan, problems } = answer.body;
      const unready = [];
      for (const binding of team.bindings()) {
        const ready = await replicas.readiness(binding);
        if (ready?.status !== "True") unready.push({ [binding.metadata.name]: ready });
      }
      const listed = await replicas.request<{ items: { metadata: { name: string } }[] }>("GET", "/bindings");
      const undead = (listed?.body.items ?? [])
        .map(({ metadata }) => metadata.name)
        .filter((name) => gone.includes(name));
      const stuck = await stuckKeys(replicas);
      const left = [...plan, ...problems, ...unready, ...undead, ...stuck];
      return left.length === 0 ? { is: true } : { not: left };
    },
    { withinMs: ALL_WELL_WITHIN_MS },
  );
}

/** Keys that are held, owed a run, or in the middle of a call, although nobody works on them. */
async function stuckKeys(replicas: Replicas): Promise<unknown[]> {
  const { records, keys, audit } = await replicas.store();
  await records.refresh();
  const owed = new Map(records.pending().map(({ key, slot }) => [key, slot]));
  const chains = new Set([...owed.keys(), ...(await chainsOf(audit))]);
  const stuck: unknown[] = [];
  for (const key of chains) {
    const item = await keys.get(key as never);
    if (item === null) continue;
    const { owner, dirty, openIntents, seenSlot, failures } = item;
    const isOwed = (owed.get(item.key) ?? 0) > seenSlot;
    if (owner !== null || dirty || openIntents.length > 0 || isOwed || failures > 0)
      stuck.push({ key, owner, dirty, openIntents: openIntents.length, isOwed, failures });
  }
  return stuck;
}

async function chainsOf(audit: { query: Query }): Promise<string[]> {
  return [...new Set((await wholeHistory(audit)).map(({ chain }) => chain))];
}

type Query = Awaited<ReturnType<Replicas["store"]>>["audit"]["query"];

async function wholeHistory(audit: { query: Query }): Promise<AuditRecord[]> {
  const all: AuditRecord[] = [];
  let page = await audit.query({ limit: 1_000 });
  for (;;) {
    all.push(...page.records);
    if (page.cursor === null) return all;
    page = await audit.query({ limit: 1_000, cursor: page.cursor });
  }
}

/** Every write that was answered with yes is in the log: its record, or what came of it later, and its line of history. */
async function expectAcknowledged(replicas: Replicas, team: Team): Promise<void> {
  for (const binding of team.bindings()) {
    const seen = await replicas.get(binding);
    const last = team.acknowledged.findLast(({ name }) => name === binding.metadata.name);
    expect(seen?.body.metadata).toMatchObject({ uid: last?.uid, generation: last?.generation });
    expect(seen?.body.spec["access"]).toBe(binding.spec["access"]);
  }
  const { audit } = await replicas.store();
  const told = (await wholeHistory(audit)).flatMap(({ chain, entry }) =>
    entry.type === "SpecChanged" ? [{ chain, entry }] : [],
  );
  for (const { what, name, uid, generation } of team.acknowledged) {
    const found = told.filter(({ entry }) => entry.bindings.includes(`media/${name}`));
    expect(found.length, `history of ${name} (${uid}), which was ${what} (generation ${generation})`).toBeGreaterThan(
      0,
    );
  }
  for (const name of team.wanted.keys()) {
    const promised = team.acknowledged.filter((one) => one.name === name).length;
    const found = told.filter(({ entry }) => entry.bindings.includes(`media/${name}`)).length;
    expect(found, `entries about ${name}`).toBeGreaterThanOrEqual(promised);
  }
}

async function expectNothingDoubled(replicas: Replicas, team: Team): Promise<void> {
  const { world } = replicas;
  await expectNothingLeaked(world, ...team.bindings());
  const ours = await ourAccessPoints(world);
  for (const [name, manifest] of team.wanted) {
    const mounts = await mountsOf(world, name);
    const own = ours.filter(({ RootDirectory }) => RootDirectory.Path === `/${name}`);
    expect(
      mounts.map(({ Arn }) => Arn),
      `mounts of ${name}`,
    ).toEqual(own.map(({ AccessPointArn }) => AccessPointArn));
    if (manifest !== null) await expectMounts(world, name);
  }
  const sids = (await statements(world)).map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  expect(sids).toEqual(expect.arrayContaining(["backup-nightly", "audit-read-only"]));
}

async function expectWholeHistory(replicas: Replicas, team: Team): Promise<void> {
  const { audit } = await replicas.store();
  const entries = (await wholeHistory(audit)).map(({ entry }) => entry);
  const intents = entries.flatMap((entry) => (entry.type === "Intent" ? [entry.intentId] : []));
  const outcomes = entries.flatMap((entry) => (entry.type === "Outcome" ? [entry.intentId] : []));
  expect(outcomes.toSorted()).toEqual(intents.toSorted());
  expect(intents.length).toBeGreaterThan(team.acknowledged.length / 2);
  const url = await replicas.all[0]!.serving.url;
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "history", "verify", "--server", url]);
  expect(stdout).toMatch(/^\d+ records in \d+ chains: intact\n$/);
}
