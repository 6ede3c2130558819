/** One Ctrl-C can come twice: from the terminal to the whole group, and from whoever started us (npm, the launcher). */
const SAME_SIGNAL_MS = 250;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once, for whoever is in a hurry.
 *
 * @param nowMs a clock that only goes forward, ms.
 */
export function untilStopped(nowMs: () => number = () => performance.now()): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | null = null;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (firstAtMs !== null && nowMs() - firstAtMs > SAME_SIGNAL_MS) process.exit(130);
        firstAtMs ??= nowMs();
        resolve(signal);
      });
    }
  });
}
