/** What the next task of a deployment, or of a task set, is made from. */
import { ServiceError } from "../../core.ts";
import { clusterOf, findDefinition } from "./names.ts";
import { checkedPlacement } from "./placement.ts";
import { revisionOf } from "./rollouts.ts";
import type { DeploymentRecord, EcsContext, ServiceRecord } from "./state.ts";
import { roleFault, type TaskOrder } from "./task-life.ts";

/** What to start; a text if that is not possible now, e.g. since a role or subnet is gone. */
export function orderOf(
  context: EcsContext,
  service: ServiceRecord,
  { id, revisionId }: DeploymentRecord,
): TaskOrder | string {
  const spec = revisionOf(service, revisionId)?.spec ?? {};
  const definition = findDefinition(context, spec.taskDefinition ?? "");
  if (!definition) return "TaskDefinition not found.";
  const fault = roleFault(context, definition.definition);
  if (fault !== null) return fault;
  try {
    const cluster = clusterOf(context, service.cluster);
    const placement = checkedPlacement(context, cluster, definition.definition, spec);
    const { propagateTags } = service.settings;
    return {
      cluster: service.cluster,
      definition,
      service: service.name,
      deploymentId: id,
      group: `service:${service.name}`,
      startedBy: id,
      placement,
      network: spec.networkConfiguration?.awsvpcConfiguration,
      place: 0,
      tags: propagateTags === "SERVICE" ? service.tags : propagateTags === "TASK_DEFINITION" ? definition.tags : [],
      enableExecuteCommand: service.settings.enableExecuteCommand,
    };
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}
