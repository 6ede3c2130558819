import { SERVICES } from "./behaviour.ts";
import { countVerdicts, serviceOf, type Result } from "./probe.ts";

const SIGNS = { agree: "=", differ: "x", "not served": "-" } as const;

/** A line for each result: verdict, behaviour, what is different. */
export function table(results: readonly Result[]): string {
  return results
    .map(({ id, verdict, note }) => `${SIGNS[verdict]} ${id.padEnd(46)} ${note ?? ""}`.trimEnd())
    .join("\n");
}

/** Counts for each service and for all. */
export function summary(results: readonly Result[]): string {
  const line = (name: string, some: readonly Result[]): string => {
    const counts = countVerdicts(some);
    const of = (count: number): string => String(count).padStart(6);
    return `${name.padEnd(12)}${of(counts.agree)}${of(counts.differ)}${of(counts["not served"]).padStart(12)}`;
  };
  const lines = SERVICES.map((service) => [service, results.filter((result) => serviceOf(result) === service)] as const)
    .filter(([, some]) => some.length > 0)
    .map(([service, some]) => line(service, some));
  return ["service      agree differ  not served", ...lines, line("all", results)].join("\n");
}
