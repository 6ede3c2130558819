import type { WorldUnderTest } from "../worlds/world-under-test.ts";

/** The first answer of an emulator that loads its services when they are asked for, on a busy machine. */
const ANSWER_MAX_MS = 30_000;

/**
 * Asks every address of a world once, so that a wrong one is told before the first test, in one line.
 *
 * @throws naming what does not answer, or answers 500, and what to do.
 */
export async function assertAnswers(
  { name, endpoints }: Pick<WorldUnderTest, "name" | "endpoints">,
  answerMaxMs = ANSWER_MAX_MS,
): Promise<void> {
  const byUrl = Map.groupBy(Object.entries(endpoints), ([, url]) => url);
  for (const [url, services] of byUrl) {
    const problem = await problemOf(url, answerMaxMs);
    const which = services.map(([service]) => service).join(", ");
    if (problem !== null)
      throw new Error(
        `${name}: ${url}, which is to serve ${which}, ${problem}. Check the address and port (EMULATOR_…_PORT, DOCKER_HOST), and what the container says: docker logs.`,
      );
  }
}

/** Any answer will do that is not an error of the server itself: emulators differ in what they say to no question at all. */
async function problemOf(url: string, answerMaxMs: number): Promise<string | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), answerMaxMs);
  try {
    const { status } = await fetch(url, { signal: stop.signal });
    return status >= 500 ? `answers ${status}` : null;
  } catch (error) {
    if (stop.signal.aborted) return `did not answer within ${answerMaxMs / 1_000} s`;
    const { cause } = error as { cause?: { code?: string } };
    return `does not answer (${cause?.code ?? (error as Error).message})`;
  } finally {
    clearTimeout(timer);
  }
}
