/**
 * The seeds of a suite: as many as it asks for, from 1 up; or those that SEEDS names, e.g. after a failure
 *
 *     SEEDS=17 npx vitest run --config test/replicas/vitest.config.ts
 *
 * A seed decides who is disturbed, when and how, and who writes what. When exactly a process gets its turn is the
 * machine's, so that a failure may need several runs to show again.
 */
export function seeds(count: number): number[] {
  const given = process.env["SEEDS"];
  if (given === undefined) return Array.from({ length: count }, (_, n) => n + 1);
  return given.split(",").map(Number);
}
