// Waits until something answers at each address, whatever it answers; fails with one line after a minute.
//
//   node deploy/await-endpoints.mjs http://127.0.0.1:4566 http://127.0.0.1:8000
const DEADLINE_MS = 60_000;
const PAUSE_MS = 250;

const until = performance.now() + DEADLINE_MS;
for (const url of process.argv.slice(2)) {
  for (;;) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    );
    if (answered) break;
    if (performance.now() > until) {
      console.error(
        `Nothing answered at ${url} within ${DEADLINE_MS / 1_000} s; see what its container says: docker compose logs`,
      );
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
