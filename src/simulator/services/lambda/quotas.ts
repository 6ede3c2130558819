/**
 * How often Lambda's control plane lets itself be called, by account and region: GetFunction 100 requests a second,
 * GetPolicy 15, all others together 15 (Lambda's quotas). That a bucket holds one second's worth: not verified.
 */
import { lambdaError, type LambdaContext } from "./state.ts";

const PER_SECOND = { GetFunction: 100, GetPolicy: 15, control: 15 };

type BucketName = keyof typeof PER_SECOND;

/** Counts a call. Does nothing while quotas are off. */
export type TakeToken = (operation: string) => void;

/** @throws TooManyRequestsException (HTTP 429) from an empty bucket. */
export function createQuotas({ state, world }: LambdaContext): TakeToken {
  const levels = new Map<BucketName, { tokens: number; atMs: number }>();
  return (operation) => {
    // Invocations are no calls of the control plane: they are limited by concurrency.
    if (state.quotaFactor === null || operation === "Invoke") return;
    const name: BucketName = operation === "GetFunction" || operation === "GetPolicy" ? operation : "control";
    const perSecond = PER_SECOND[name] * state.quotaFactor;
    const nowMs = world.clock.nowMs();
    const level = levels.get(name) ?? { tokens: perSecond, atMs: nowMs };
    level.tokens = Math.min(perSecond, level.tokens + ((nowMs - level.atMs) / 1_000) * perSecond);
    level.atMs = nowMs;
    levels.set(name, level);
    if (level.tokens < 1) throw lambdaError("TooManyRequestsException", 429, "Rate exceeded");
    level.tokens -= 1;
  };
}
