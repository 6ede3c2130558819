import type { ObservedTaskDefinition } from "../model/observations.ts";
import { whyOf } from "./ecs-actions.ts";
import { type EcsDraft, type EcsPass, isLeaving, ownVolumes, say } from "./ecs-pass.ts";
import { editRevision } from "./ecs-revision.ts";
import { ROLLOUT_POLL_MS } from "./ecs-rollout.ts";

/** Who makes a service's deployments in Mooring's stead; null = ECS does, so that Mooring can ask it to. */
export function foreignController({ service }: Pick<EcsPass, "service">): string | null {
  if (service === null || service.controller === "ECS") return null;
  return service.controller === "CODE_DEPLOY" ? "CodeDeploy" : "an external controller";
}

/**
 * True if others make the deployments: with these controllers UpdateService cannot change the task definition
 * (AWS-FACTS 3.3), not even for a removal. Says to each binding that would need another revision what its
 * source lacks; one whose mount is there as it should be needs none.
 */
export function isLeftToController(pass: EcsPass, base: ObservedTaskDefinition): boolean {
  const whose = foreignController(pass);
  if (whose === null) return false;
  for (const draft of pass.drafts) {
    if (draft.edit === null || !editRevision(base.register, [draft.edit]).changed) continue;
    if (isOnItsWay(pass, draft)) {
      pass.endings.wait(ROLLOUT_POLL_MS, `${pass.name} is being deployed`);
      say(
        draft,
        "False",
        "InTransition",
        `Revisions are exchanged in ${pass.name} by ${whose}, and not all of them are as they should be: ${whyOf(draft, base)}.`,
      );
      continue;
    }
    const message = `${whyOf(draft, base)}; but deployments of ${pass.name} are made by ${whose}, so Mooring cannot change its task definition. ${whatToDo(draft)}`;
    say(draft, "False", "UnsupportedController", message);
    pass.endings.stall(`${draft.name}: UnsupportedController`);
  }
  return true;
}

/** One of the revisions that are being exchanged is as it should be; the one that serves most is not, or not yet. */
function isOnItsWay({ service, input }: EcsPass, draft: EcsDraft): boolean {
  return service!.deployments.some(({ taskDefinitionArn }) => {
    const reading = input.observed.revisions.get(taskDefinitionArn);
    if (!reading?.known || reading.value === null) return false;
    const present = ownVolumes(reading.value, draft);
    return !editRevision(reading.value.register, [{ ...draft.edit!, present }]).changed;
  });
}

function whatToDo(draft: EcsDraft): string {
  const { present, name } = draft;
  if (isLeaving(draft))
    return `Deploy a revision without its volume ${present.join(", ")}, or set deletionPolicy to Retain.`;
  return `Put what "mooring render ${name} -o taskdef" prints (or -o terraform, -o cdk) into the task definition that it deploys; a revision that has this volume is left as it is.`;
}
