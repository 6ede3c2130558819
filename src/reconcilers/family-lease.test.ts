import { expect, test } from "vitest";
import type { Action } from "../model/actions.ts";
import { DEFAULT_SETTINGS } from "../model/settings.ts";
import type { Lease } from "../store/store.ts";
import { takeFamilyLease } from "./family-lease.ts";
import type { ReconcilerPorts } from "./ports.ts";

const FAMILY_KEY = "ecs/arn:aws:ecs:eu-west-1:111122223333:task-definition/web";
const SERVICE_KEY = "ecs/arn:aws:ecs:eu-west-1:111122223333:service/prod/web";
const register = { type: "RegisterTaskDefinition", family: "web" } as Action;

/** Ports whose store answers from these lists, in order. */
function world({ acquires = [], releases = [] }: { acquires?: ("held" | "taken")[]; releases?: string[] }) {
  const log: string[] = [];
  const answers = { acquire: acquires.values(), release: releases.values() };
  const ports = {
    home: { account: "111122223333", region: "eu-west-1" },
    chance: { uuid: () => "owner" },
    settings: DEFAULT_SETTINGS,
    clock: { sleep: async (ms: number) => void log.push(`sleep ${ms}`) },
    wake: async (keys: string[]) => void log.push(`wake ${keys.join()}`),
    store: {
      keys: {
        acquire: async (key: string) => {
          log.push(`acquire ${key}`);
          return (answers.acquire.next().value ?? "taken") === "held" ? "held" : { key };
        },
        release: async () => {
          log.push("release");
          return answers.release.next().value ?? "released";
        },
      },
    },
  } as unknown as ReconcilerPorts;
  return { ports, log };
}

test("a revision for a service is registered under its family's lease, which is handed back", async () => {
  const { ports, log } = world({});
  const handBack = await takeFamilyLease(register, { key: SERVICE_KEY } as Lease, ports);
  expect(handBack).toBeTypeOf("function");
  await (handBack as () => Promise<void>)();
  expect(log).toEqual([`acquire ${FAMILY_KEY}`, "release"]);
});

test("a family's own run, and any other call, need no second lease", async () => {
  const { ports, log } = world({});
  expect(await takeFamilyLease(register, { key: FAMILY_KEY } as Lease, ports)).toBeNull();
  expect(await takeFamilyLease({ type: "UpdateService" } as Action, { key: SERVICE_KEY } as Lease, ports)).toBeNull();
  expect(log).toEqual([]);
});

test("a family that somebody works on is waited for a little, then left for the next look", async () => {
  const brief = world({ acquires: ["held", "taken"] });
  expect(await takeFamilyLease(register, { key: SERVICE_KEY } as Lease, brief.ports)).toBeTypeOf("function");
  expect(brief.log).toContain("sleep 250");
  const long = world({ acquires: Array<"held">(20).fill("held") });
  expect(await takeFamilyLease(register, { key: SERVICE_KEY } as Lease, long.ports)).toBe("held");
});

test("a wish that met the lease is not lost: the family is woken after the call", async () => {
  const { ports, log } = world({ releases: ["dirty", "released"] });
  const handBack = await takeFamilyLease(register, { key: SERVICE_KEY } as Lease, ports);
  await (handBack as () => Promise<void>)();
  expect(log.slice(1)).toEqual(["release", "release", `wake ${FAMILY_KEY}`]);
});
