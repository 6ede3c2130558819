import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Scenario } from "./scenario.ts";
import { startSimulatedAws } from "./simulated-aws.ts";
import { slope } from "./statistics.ts";

const PROCESS = fileURLToPath(new URL("./service-process.ts", import.meta.url));
const MIB = 2 ** 20;

/** What one service process takes with few and with many bindings, freshly started on a full store. */
export const memoryOfService: Scenario = {
  name: "memory",
  async run({ scale, directory, measured, progress, cleanUp }) {
    const aws = await startSimulatedAws();
    cleanUp(() => aws.stop());
    const points: { x: number; y: number }[] = [];
    for (const count of scale.memory) {
      const file = join(directory, `store-${count}.db`);
      const run = (mode: string) =>
        promisify(execFile)(process.execPath, [
          "--expose-gc",
          PROCESS,
          mode,
          file,
          String(count),
          aws.url,
          aws.account,
          aws.region,
        ]);
      progress(`writing ${count} records`);
      await run("fill");
      const { held, rss, heapUsed } = JSON.parse((await run("measure")).stdout) as {
        held: number;
        rss: number;
        heapUsed: number;
      };
      points.push({ x: held, y: heapUsed });
      measured({
        what: `memory of the service process, ${held.toLocaleString("en-US")} bindings`,
        value: rss / MIB,
        unit: "MiB RSS",
        target: null,
        note: `${(heapUsed / MIB).toFixed(0)} MiB of heap; idle, after one list of all through the API`,
      });
    }
    measured({ what: "heap a binding", value: Math.round(slope(points)), unit: "bytes/binding", target: null });
  },
};
