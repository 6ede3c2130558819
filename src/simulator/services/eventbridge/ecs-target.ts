/** ECS clusters as targets: what PutTargets demands of them, and the tasks that a matching event starts. */
import type { Caller } from "../../core.ts";
import type { World } from "../../world.ts";
import type { EcsParameters, Rule, Target } from "./buses.ts";
import { constraint, invalid } from "./buses.ts";

export const CLUSTER_ARN = /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:cluster\/[a-zA-Z0-9_-]+$/;

const TASK_DEFINITION_ARN = /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:task-definition\/[a-zA-Z0-9_-]+(:\d+)?$/;
const LAUNCH_TYPES = ["EC2", "FARGATE", "EXTERNAL"];

/**
 * That RoleArn is required is AWS's own wording; those of the other two refusals are not verified.
 *
 * @throws ValidationException
 */
export function checkEcsTarget({ Arn, RoleArn, EcsParameters: parameters }: Target): void {
  if (RoleArn === undefined) throw invalid(`RoleArn is required for target ${Arn}.`);
  if (parameters === undefined) throw invalid(`Parameter EcsParameters is required for target ${Arn}.`);
  const { TaskDefinitionArn, TaskCount = 1, LaunchType } = parameters;
  const at = "targets.1.member.ecsParameters";
  if (!TASK_DEFINITION_ARN.test(TaskDefinitionArn))
    throw invalid(`Parameter ${TaskDefinitionArn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (TaskCount < 1)
    throw constraint(TaskCount, `${at}.taskCount`, "Member must have value greater than or equal to 1");
  if (LaunchType !== undefined && !LAUNCH_TYPES.includes(LaunchType))
    throw constraint(
      LaunchType,
      `${at}.launchType`,
      `Member must satisfy enum value set: [${LAUNCH_TYPES.join(", ")}]`,
    );
}

/**
 * Starts the tasks that a target asks for. Who may do so is not looked at: the target's role is taken for granted.
 *
 * @returns the error code if ECS refused; undefined if it did not, or if this world has no ECS.
 */
export async function runTasks(world: World, rule: Rule, target: Target): Promise<string | undefined> {
  const runTask = world.find("ecs")?.operations["RunTask"];
  if (!runTask || !target.EcsParameters) return undefined;
  const input = runTaskInput(target.Arn, rule, target.EcsParameters);
  const context = { caller: eventBridgeItself(world), region: world.region, requestId: world.clock.uuid() };
  try {
    const { failures = [] } = (await runTask(input, context)) as { failures?: { reason?: string }[] };
    world.changed();
    return failures[0]?.reason;
  } catch (error) {
    return (error as { code?: string }).code ?? "InternalException";
  }
}

function runTaskInput(cluster: string, rule: Rule, parameters: EcsParameters): object {
  const { Subnets, SecurityGroups, AssignPublicIp } = parameters.NetworkConfiguration?.awsvpcConfiguration ?? {};
  const awsvpcConfiguration = {
    subnets: Subnets,
    ...(SecurityGroups && { securityGroups: SecurityGroups }),
    ...(AssignPublicIp && { assignPublicIp: AssignPublicIp }),
  };
  return {
    cluster,
    taskDefinition: parameters.TaskDefinitionArn,
    count: parameters.TaskCount ?? 1,
    startedBy: `events-rule/${rule.name}`.slice(0, 36),
    ...(parameters.LaunchType && { launchType: parameters.LaunchType }),
    ...(parameters.PlatformVersion && { platformVersion: parameters.PlatformVersion }),
    ...(parameters.Group && { group: parameters.Group }),
    ...(Subnets && { networkConfiguration: { awsvpcConfiguration } }),
  };
}

function eventBridgeItself({ account }: World): Caller {
  const name = "events.amazonaws.com";
  return {
    accountId: account,
    type: "AWSService",
    arn: name,
    principalId: name,
    userName: name,
    accessKeyId: name,
    sourceIp: name,
    userAgent: name,
  };
}
