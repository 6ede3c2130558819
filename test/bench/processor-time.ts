import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Linux counts processor time in ticks of 10 ms. */
const TICK_MS = 10;

/** Processor time, user and system, that a process has taken since it began, ms; null where no /proc tells it. */
export function processorMsOf(pid: number): number | null {
  try {
    // Name and brackets may hold anything; what follows the last bracket are fields 3 and up, utime and stime 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return null;
  }
}

/** Time that all cores of this machine were at work since it started, whoever's, ms. */
export function machineBusyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
