import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from "@aws-sdk/client-eventbridge";
import { createActor } from "../../src/cli/dev/actors.ts";
import type { Sabotage } from "../../src/cli/dev/sabotage.ts";
import type { Activity } from "../../src/reconcilers/ports.ts";
import type { Fleet } from "./fleet.ts";
import type { Measurement } from "./report.ts";
import { awaitRest } from "./service-under-test.ts";

const REST_MS = 500;
const REST_DEADLINE_MS = 60_000;

/** One drift of each kind on objects of its own, with every event rule off: only a sweep can find it. */
export async function findPlantedDrift(
  fleet: Fleet,
  sabotages: readonly { kind: string; sabotage: Pick<Sabotage, "carryOut"> }[],
  of: string,
): Promise<Measurement> {
  const { aws, mooring } = fleet;
  await switchEvents(aws, false);
  const saboteur = createActor("mallory", aws.url, aws.region);
  const actions: string[] = [];
  const unsubscribe = mooring.service.onActivity((activity: Activity) => {
    if (activity.type === "action") actions.push(activity.action.type);
  });
  try {
    const planted = [];
    for (const { kind, sabotage } of sabotages)
      planted.push({ kind, ...(await sabotage.carryOut(saboteur, () => {})) });
    const before = actions.length;
    await mooring.service.sweepNow();
    await awaitRest(mooring, REST_MS, REST_DEADLINE_MS);
    const missed = [];
    for (const drift of planted) if (!(await drift.isUndone(saboteur))) missed.push(drift.kind);
    return {
      what: `planted drift of ${of} that the sweep found and repaired, events off`,
      value: planted.length - missed.length,
      unit: `of ${planted.length} kinds`,
      target: { is: "at least", value: planted.length },
      note:
        missed.length > 0 ? `missed: ${missed.join(", ")}` : before > 0 ? "an event got through before the sweep" : "",
    };
  } finally {
    unsubscribe();
    saboteur.destroy();
    await switchEvents(aws, true);
  }
}

/** Events that come while it is off are lost. */
export async function switchEvents({ url, region }: Fleet["aws"], on: boolean): Promise<void> {
  const client = new EventBridgeClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: "operator", secretAccessKey: "not-a-secret" },
  });
  const { Rules = [] } = await client.send(new ListRulesCommand({ NamePrefix: "mooring-" }));
  for (const { Name } of Rules)
    await client.send(on ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
  client.destroy();
}
