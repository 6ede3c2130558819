import { KNOWN_AFTER_APPLY } from "../plan/apply-to.ts";
import { applyToEcs, rolloutEnded } from "../plan/apply-to-ecs.ts";
import type { EcsObservation, EcsPlanInput } from "../plan/ecs-input.ts";
import { type EcsPlan, planEcs } from "../plan/plan-ecs.ts";
import { readMoreOfEcs } from "./observe-ecs.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { RevisionCache } from "./revision-cache.ts";

/** A plan of ECS may ask for tasks, and then for revisions. */
const NEEDS_MAX = 3;

/** One round of a dry-run over a service or family: what is planned, and what it would look like afterwards. */
export async function playEcs(
  ports: ReconcilerPorts,
  revisions: RevisionCache,
  input: EcsPlanInput,
): Promise<{ plan: EcsPlan; observed: EcsObservation }> {
  let { observed } = input;
  let plan = planEcs(input);
  for (let more = 0; plan.needs.length > 0 && more < NEEDS_MAX; more += 1) {
    observed = await readMore(ports, revisions, { ...input, observed }, plan.needs);
    plan = planEcs({ ...input, observed });
  }
  for (const action of plan.actions) observed = applyToEcs(observed, action);
  if (plan.actions.length === 0 && plan.ending.kind === "waiting") observed = rolloutEnded(observed);
  return { plan, observed };
}

/** Of a revision that only this dry-run has made, nobody else has made a copy. */
async function readMore(
  ports: ReconcilerPorts,
  revisions: RevisionCache,
  { observed, target, nowMs }: EcsPlanInput,
  needs: EcsPlan["needs"],
): Promise<EcsObservation> {
  const { base } = observed;
  const isImagined = base.known && base.value?.taskDefinitionArn.endsWith(KNOWN_AFTER_APPLY) === true;
  const readable = isImagined ? needs.filter((need) => need !== "candidates") : needs;
  const read = await readMoreOfEcs(ports, revisions, target, observed, readable);
  if (!isImagined || readable.length === needs.length) return read;
  return { ...read, candidates: { known: true, value: [], readAtMs: nowMs } };
}
