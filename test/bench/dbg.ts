import { mkdtempSync } from "node:fs";
import { bindFleet } from "./fleet.ts";
const cleanUps: (() => Promise<void> | void)[] = [];
const directory = mkdtempSync("/tmp/bench-dbg-");
const ctx = {
  scale: {},
  directory,
  measured() {},
  progress: console.log,
  cleanUp: (s: () => void) => cleanUps.push(s),
} as never;
const N = Number(process.argv[2] ?? 15);
const fleet = await bindFleet(ctx, { fileSystems: N, functionsPerFileSystem: 20, rolesPerFileSystem: 10 }, "Enforce");
const cpu = process.cpuUsage();
console.log(fleet.bindings / (fleet.bindMs / 1000), "per s", fleet.bindMs, "cpu s", (cpu.user + cpu.system) / 1e6);
console.log(await (fleet as never as { aws: { callsBy(u: string): Promise<unknown> } }).aws.callsBy("mooring"));
for (const s of cleanUps.reverse()) await s();
process.exit(0);
