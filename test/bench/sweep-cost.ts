import type { Fleet } from "./fleet.ts";
import type { Measurement } from "./report.ts";
import { awaitRest, SERVICE_USER } from "./service-under-test.ts";

/** Services whose calls cost quota; queue polling goes on whether a sweep runs or not. */
const CONTROL_PLANE = /^(efs|lambda|ecs|iam|ec2|sts|scheduler)\.|^eventbridge\.List/;

const REST_MS = 300;
const REST_DEADLINE_MS = 60_000;

export interface SweepCost {
  calls: number;
  byOperation: Record<string, number>;
  wokenKeys: number;
}

/** One sweep, from rest to rest, counted by the simulator. */
export async function sweepOnce({ aws, mooring }: Fleet): Promise<SweepCost> {
  await aws.clearCalls();
  const woken = await mooring.service.sweepNow();
  await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
  const all = Object.entries(await aws.callsBy(SERVICE_USER)).filter(([operation]) => CONTROL_PLANE.test(operation));
  return {
    calls: all.reduce((sum, [, n]) => sum + n, 0),
    byOperation: Object.fromEntries(all),
    wokenKeys: woken.length,
  };
}

/** Warm: the process has swept before. Cold: it has just started. */
export async function measureSweeps(fleet: Fleet, what: string, warmTarget: number): Promise<Measurement[]> {
  await sweepOnce(fleet);
  const warm = await sweepOnce(fleet);
  await fleet.restart();
  const cold = await sweepOnce(fleet);
  return [
    measurement(`sweep without drift, warm, ${what}`, warm, fleet.bindings, { is: "at most", value: warmTarget }),
    measurement(`sweep without drift, cold, ${what}`, cold, fleet.bindings, null),
  ];
}

function measurement(what: string, cost: SweepCost, bindings: number, target: Measurement["target"]): Measurement {
  const operations = Object.entries(cost.byOperation).toSorted(([, a], [, b]) => b - a);
  const note = operations.map(([operation, n]) => `${n} ${operation}`).join(", ");
  return {
    what,
    value: cost.calls / bindings,
    unit: "calls/binding",
    target,
    needsFullScale: true,
    note: `${cost.calls} calls: ${note}; ${cost.wokenKeys} keys woken`,
    parts: cost.byOperation,
  };
}
