import { aBinding, aFileSystem } from "../integration/manifests.ts";
import { scenarioOf } from "./scenario.ts";
import { Simulation } from "./simulation.ts";

/** Replays one seed and prints everything that happens. */
const seed = Number(process.argv[2] ?? 1);
const simulation = await Simulation.create(scenarioOf(seed), { isLogged: true });
for (const replica of simulation.replicas) replica.start();
const { time } = simulation;
time.after(1_000, () => simulation.request("ann", { verb: "create", manifest: aFileSystem() }));
for (const name of ["thumbnailer", "transcoder", "indexer", "reporter"])
  time.after(2_000, () => simulation.request("ann", { verb: "create", manifest: aBinding(name) }));
await time.runUntil(time.nowMs + 60_000);
simulation.close();
process.stdout.write(`${simulation.log.lines.join("\n")}\n`);
