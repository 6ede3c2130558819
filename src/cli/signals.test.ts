import { afterEach, expect, test, vi } from "vitest";
import { untilStopped } from "./signals.ts";

const before = new Map((["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => [name, process.listeners(name)]));

afterEach(() => {
  vi.restoreAllMocks();
  for (const [name, kept] of before) {
    for (const listener of process.listeners(name)) if (!kept.includes(listener)) process.off(name, listener);
  }
});

test("one Ctrl-C that arrives twice is one; a later one ends the process at once", async () => {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
  let nowMs = 1_000;
  const stopped = untilStopped(() => nowMs);
  process.emit("SIGINT");
  nowMs += 100;
  process.emit("SIGINT");
  expect(await stopped).toBe("SIGINT");
  expect(exit).not.toHaveBeenCalled();
  nowMs += 1_000;
  process.emit("SIGINT");
  expect(exit).toHaveBeenCalledWith(130);
});
