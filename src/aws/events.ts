import {
  type EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { clusterArn } from "../model/keys.ts";
import type { ObservedTaskTarget } from "../model/observations.ts";
import { ruleStarter } from "../model/task-targets.ts";
import { orNullIf } from "./answers.ts";
import type { Events } from "./aws.ts";
import type { Call } from "./call.ts";
import { readAllPages } from "./paging.ts";
import { taskDefinitionArnOf } from "./task-target-arn.ts";

/** EventBridge's own maximum for its lists. */
const PER_PAGE = 100;
/** A bus or rule that was deleted since it was listed. */
const GONE = "ResourceNotFoundException";

/** EventBridge's control plane of one account and region, as far as it starts tasks. */
export function createEvents(
  client: Pick<EventBridgeClient, "send">,
  call: Call,
  place: { account: string; region: string },
): Events {
  const buses = () =>
    readAllPages("events:ListEventBuses", async (token) => {
      const command = new ListEventBusesCommand({ Limit: PER_PAGE, ...following(token) });
      const page = await call("ListEventBuses", command, (c, o) => client.send(c, o));
      return { items: page.EventBuses?.flatMap(({ Name }) => Name ?? []), next: page.NextToken };
    });

  const rulesAiming = (EventBusName: string, TargetArn: string) =>
    readAllPages("events:ListRuleNamesByTarget", async (token) => {
      const input = { EventBusName, TargetArn, Limit: PER_PAGE, ...following(token) };
      const command = new ListRuleNamesByTargetCommand(input);
      const page = await call("ListRuleNamesByTarget", command, (c, o) => client.send(c, o));
      return { items: page.RuleNames, next: page.NextToken };
    });

  const targetsOf = (EventBusName: string, Rule: string) =>
    readAllPages("events:ListTargetsByRule", async (token) => {
      const command = new ListTargetsByRuleCommand({ EventBusName, Rule, Limit: PER_PAGE, ...following(token) });
      const page = await call("ListTargetsByRule", command, (c, o) => client.send(c, o));
      return { items: page.Targets, next: page.NextToken };
    });

  return {
    async taskTargets(clusters) {
      const found: ObservedTaskTarget[] = [];
      for (const bus of clusters.length === 0 ? [] : await buses()) {
        const rules = new Set<string>();
        for (const cluster of clusters)
          for (const rule of (await orNullIf(GONE, rulesAiming(bus, clusterArn(place, cluster)))) ?? [])
            rules.add(rule);
        for (const rule of rules)
          for (const { EcsParameters } of (await orNullIf(GONE, targetsOf(bus, rule))) ?? [])
            if (EcsParameters?.TaskDefinitionArn)
              found.push({
                name: ruleStarter(bus, rule),
                taskDefinitionArn: taskDefinitionArnOf(EcsParameters.TaskDefinitionArn, place),
              });
      }
      return found;
    },
  };
}

function following(token: string | undefined): { NextToken?: string } {
  return token === undefined ? {} : { NextToken: token };
}
