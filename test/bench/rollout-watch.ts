import type { Simulator } from "../../src/simulator/simulator.ts";
import type { WorldEvent } from "../../src/simulator/world.ts";
import { SERVICE_USER } from "./service-under-test.ts";

/** Between the end of somebody's rollout and the begin of ours on the same service. */
export interface Answer {
  /** From ECS's event that says that the rollout is completed to the UpdateService that ECS accepted, ms; null = none came in time. */
  tookMs: number | null;
  /** Calls of UpdateService by Mooring before that rollout had ended: it should have waited. */
  tooEarly: number;
}

/** Listens to the account's own events: neither what Mooring records nor when a poll looks has a part in the times. */
export interface RolloutWatch {
  /**
   * Waits for Mooring's answer to a deployment.
   *
   * @param begin starts the deployment. @returns its id, ecs-svc/…
   * @param deadlineMs how long after that at most.
   */
  answerTo(service: string, begin: () => Promise<string>, deadlineMs: number): Promise<Answer>;
}

/** What one event says; anything else is undefined. */
type Step =
  | { service: string; kind: "completed"; deploymentId: string; atMs: number }
  | { service: string; kind: "ours"; atMs: number };

export function watchRollouts({ world }: Pick<Simulator, "world">): RolloutWatch {
  const listeners = new Set<(step: Step) => void>();
  world.onEvent((event) => {
    const step = stepOf(event);
    if (step !== undefined) for (const listener of listeners) listener(step);
  });
  return {
    async answerTo(service, begin, deadlineMs) {
      const steps: Step[] = [];
      const seen = Promise.withResolvers<void>();
      const listener = (step: Step): void => {
        if (step.service !== service) return;
        steps.push(step);
        if (step.kind === "ours") seen.resolve();
      };
      listeners.add(listener);
      const deploymentId = await begin();
      const late = setTimeout(() => seen.resolve(), deadlineMs);
      await seen.promise;
      clearTimeout(late);
      listeners.delete(listener);
      return answerIn(steps, deploymentId);
    },
  };
}

function answerIn(steps: readonly Step[], deploymentId: string): Answer {
  const end = steps.findIndex((step) => step.kind === "completed" && step.deploymentId === deploymentId);
  const before = end < 0 ? steps : steps.slice(0, end);
  const ours = end < 0 ? undefined : steps.slice(end).find(({ kind }) => kind === "ours");
  return {
    tookMs: ours === undefined ? null : ours.atMs - steps[end]!.atMs,
    tooEarly: before.filter(({ kind }) => kind === "ours").length,
  };
}

function stepOf({ "detail-type": type, resources = [], detail }: WorldEvent): Step | undefined {
  const { eventName, deploymentId, userIdentity, requestParameters, errorCode } = detail as {
    eventName?: string;
    deploymentId?: string;
    userIdentity?: { userName?: string };
    requestParameters?: { service?: string };
    errorCode?: string;
  };
  const atMs = performance.now();
  if (type === "ECS Deployment State Change" && eventName === "SERVICE_DEPLOYMENT_COMPLETED")
    return { service: lastPart(resources[0] ?? ""), kind: "completed", deploymentId: deploymentId ?? "", atMs };
  if (eventName !== "UpdateService" || errorCode !== undefined || userIdentity?.userName !== SERVICE_USER)
    return undefined;
  return { service: lastPart(requestParameters?.service ?? ""), kind: "ours", atMs };
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
