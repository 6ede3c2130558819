/** Lets rules with a schedule fire by the simulator's clock. */
import type { World } from "../../world.ts";
import { parseSchedule } from "../schedule-expression.ts";
import type { Buses, Rule } from "./buses.ts";

/** Timers of Node end at 24.8 days; longer waits are cut into pieces. */
const WAIT_MAX_MS = 20 * 24 * 60 * 60 * 1_000;

/**
 * Waits for the rule's next time, fires it, and waits again, for as long as this very rule stands. A rule that is
 * put anew is another one, which wants a call of its own.
 */
export function startTimer(world: World, buses: Buses, rule: Rule, fire: (rule: Rule) => void): void {
  const { schedule, scheduledAtMs = 0 } = rule;
  const expression = schedule === undefined ? null : parseSchedule(schedule);
  const stands = () => buses.get(rule.busName)?.rules.get(rule.name) === rule;
  const waitFor = (dueMs: number | null): void => {
    if (dueMs === null) return;
    const nowMs = world.clock.nowMs();
    world.clock.after(Math.min(Math.max(dueMs - nowMs, 1), WAIT_MAX_MS), () => {
      if (!stands()) return;
      if (world.clock.nowMs() < dueMs) return waitFor(dueMs);
      if (rule.state !== "DISABLED") fire(rule);
      waitFor(expression!.next(world.clock.nowMs(), scheduledAtMs));
    });
  };
  if (expression) waitFor(expression.next(world.clock.nowMs(), scheduledAtMs));
}
