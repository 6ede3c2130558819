import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { parseKey } from "../model/keys.ts";
import type { Activity } from "../reconcilers/ports.ts";

/** What an operator watches: how runs end, what AWS answers, how long repairs take, what is stuck. */
export function createMetrics(state: { active(): number; bindings(): number; head(): number; pending(): number }) {
  const registers = [new Registry()];
  const registry = registers[0]!;
  const calls = new Counter({
    name: "mooring_aws_mutations_total",
    help: "Mutating AWS calls by operation and outcome.",
    labelNames: ["operation", "outcome"] as const,
    registers,
  });
  const ended = new Counter({
    name: "mooring_runs_ended_total",
    help: "Runs that acted, waited or stalled, by kind of key and ending.",
    labelNames: ["kind", "ending"] as const,
    registers,
  });
  const drifts = new Counter({
    name: "mooring_drifts_total",
    help: "Drifts seen, by kind of key.",
    labelNames: ["kind"] as const,
    registers,
  });
  const contended = new Counter({
    name: "mooring_contended_corrections_total",
    help: "Corrections that wait because the same actor keeps undoing them, by kind of key.",
    labelNames: ["kind"] as const,
    registers,
  });
  const repair = new Histogram({
    name: "mooring_repair_seconds",
    help: "From the event (or the first sight) of a drift to its verified repair.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
    registers,
  });
  const stalled = new Set<string>();
  gauge("mooring_stalled_keys", "Keys of this replica whose last run stalled.", () => stalled.size);
  gauge("mooring_active_runs", "Runs under way on this replica.", state.active);
  gauge("mooring_bindings", "Bindings in the commit log.", state.bindings);
  gauge("mooring_log_head", "Highest slot of the commit log applied.", state.head);
  gauge("mooring_pending_keys", "Keys woken by a commit that no run has answered yet.", state.pending);

  function gauge(name: string, help: string, read: () => number): void {
    // Registered by its constructor; the value is read at each scrape.
    void new Gauge({ name, help, registers, collect() { this.set(read()); } }); // prettier-ignore
  }

  function count(activity: Activity): void {
    const { kind } = parseKey(activity.key);
    if (activity.type === "stalled") stalled.add(activity.key);
    else if (activity.type === "converged" || activity.type === "waiting") stalled.delete(activity.key);
    if (activity.type === "action") calls.inc({ operation: activity.action.type, outcome: "Done" });
    else if (activity.type === "actionFailed") calls.inc({ operation: activity.action.type, outcome: activity.code });
    else if (activity.type === "drift") drifts.inc({ kind });
    else if (activity.type === "contended") contended.inc({ kind });
    else ended.inc({ kind, ending: activity.type });
    if (activity.type === "converged" && activity.tookMs !== null) repair.observe(activity.tookMs / 1_000);
  }

  return { registry, count };
}
