import type { Replicas } from "./replicas.ts";

/** Runs that each replica has ended since its process began, from its own metrics. */
export function runsOf(replicas: Replicas): Promise<number[]> {
  return Promise.all(
    replicas.all.map(async ({ serving }) => {
      const text = await (await fetch(`${await serving.url}/metrics`)).text();
      const counts = [...text.matchAll(/^mooring_runs_ended_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
}
