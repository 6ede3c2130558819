/**
 * Lambda behind the control endpoint: what no AWS has.
 *
 * - PUT lambda {quotaFactor}: null = it may be called as often as one likes (default); 1 = the published quotas hold;
 *   2 = an account with twice as much
 */
import type { World } from "../../world.ts";

export const LAMBDA_VERBS: Record<string, (given: { world: World }, body: unknown) => unknown> = {
  "PUT lambda": ({ world }, body) => {
    const { quotaFactor } = body as { quotaFactor?: unknown };
    if (quotaFactor !== null && !(typeof quotaFactor === "number" && quotaFactor > 0))
      throw new Error(`quotaFactor is ${JSON.stringify(quotaFactor)}: use a number above 0, or null for no quotas`);
    world.service("lambda").setQuotas(quotaFactor);
    return { quotaFactor };
  },
};
