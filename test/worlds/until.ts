/** Long, since it is waited out in failures only: an emulator on a busy machine takes seconds for what AWS does in one. */
const WAIT_MAX_MS = 45_000;
const POLL_MS = 25;

/** Polls until `check` answers `is`; what it last saw instead is in the error. */
export async function until<T>(what: string, check: () => Promise<{ is: T } | { not: unknown }>): Promise<T> {
  const deadline = performance.now() + WAIT_MAX_MS;
  for (;;) {
    const seen = await check();
    if ("is" in seen) return seen.is;
    if (performance.now() > deadline)
      throw new Error(`waited ${WAIT_MAX_MS} ms in vain for: ${what}; last seen: ${JSON.stringify(seen.not)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
