import type { LambdaFacetDrafts, LambdaPlanInput } from "./lambda-input.ts";
import type { Plan } from "./plan.ts";

/** True if the published versions must be read before `planLambda` can decide. */
export function needsVersions(_input: LambdaPlanInput): boolean {
  throw new Error("not written yet");
}

export function planLambda(_input: LambdaPlanInput): Plan<LambdaFacetDrafts> {
  throw new Error("not written yet");
}
