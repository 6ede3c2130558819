import { AwsError, RATE_BUDGET_EXHAUSTED } from "../model/errors.ts";
import type { Clock } from "../model/clock.ts";
import { type Attempt, toAwsError } from "./errors.ts";
import { bucketOf } from "./quotas.ts";
import type { Turn } from "./fair-line.ts";
import type { RateBudget } from "./rate-budget.ts";

/** The part of an SDK command that we need: a place to watch its attempts from. */
interface Command {
  middlewareStack: { add(middleware: never, options: never): void };
}

/**
 * Makes one SDK call: waits for the rate budget, obeys the deadline, throws AwsError only.
 *
 * @param send hands the command to the service's client; the signal ends the call.
 */
export type Call = <C extends Command, Output>(
  operation: string,
  command: C,
  send: (command: C, options: { abortSignal: AbortSignal }) => Promise<Output>,
) => Promise<Output>;

export interface CallSettings {
  service: "efs" | "lambda" | "ecs" | "iam" | "eventbridge" | "scheduler" | "sts";
  /** As in IAM: "elasticfilesystem". */
  iamPrefix: string;
  /** For one call, the SDK's retries and (unless in the background) the wait for the budget included, ms. */
  callDeadlineMs: number;
  /** True = waits for the budget without a limit. */
  inBackground: boolean;
  /** On whose behalf a call is made that begins now. */
  turn(): Turn;
  budget: RateBudget;
  clock: Clock;
}

/**
 * The wait for the budget counts towards the deadline, so that a call begun within a lease cannot outlive it;
 * half of the deadline is kept for the call itself. In the background the wait is free.
 */
export function createCall(settings: CallSettings): Call {
  return async (operation, command, send) => {
    const name = `${settings.iamPrefix}:${operation}`;
    const startedMs = settings.clock.nowMs();
    await waitForBudget(name, operation, settings);
    const waitedMs = settings.inBackground ? 0 : settings.clock.nowMs() - startedMs;
    const attempts = watchAttempts(command);
    const { signal, expired, cancel } = deadlineIn(Math.max(1, settings.callDeadlineMs - waitedMs), settings.clock);
    const sent = send(command, { abortSignal: signal });
    try {
      return await Promise.race([sent, expired]);
    } catch (error) {
      throw signal.aborted
        ? tooLate(name, settings.callDeadlineMs, attempts, error)
        : toAwsError(name, error, attempts);
    } finally {
      cancel();
    }
  };
}

/** A reason of our own: without one, every abort would make a DOMException with its stack. */
const OVER = "the call is over";

async function waitForBudget(name: string, operation: string, settings: CallSettings): Promise<void> {
  const { service, inBackground, budget, clock, callDeadlineMs } = settings;
  const giveUp = new AbortController();
  const timer = new AbortController();
  const taking = budget.take(bucketOf(service, operation), settings.turn(), giveUp.signal);
  if (!inBackground) {
    void clock.sleep(callDeadlineMs / 2, timer.signal).then(() => {
      if (!timer.signal.aborted) giveUp.abort(OVER);
    });
  }
  const granted = await taking;
  timer.abort(OVER);
  if (granted) return;
  throw new AwsError({
    kind: "Transient",
    operation: name,
    code: RATE_BUDGET_EXHAUSTED,
    message: `no request was free within ${callDeadlineMs / 2} ms under Mooring's own share of AWS's quota; it is tried again later`,
    certainlyNotDone: true,
  });
}

function deadlineIn(ms: number, clock: Clock) {
  const call = new AbortController();
  const timer = new AbortController();
  const expired = clock.sleep(ms, timer.signal).then(() => {
    // A sleep also ends when it is cancelled, which is not the deadline.
    if (timer.signal.aborted) return new Promise<never>(() => {});
    call.abort();
    throw new DOMException("the deadline has passed", "AbortError");
  });
  return { signal: call.signal, expired, cancel: () => timer.abort(OVER) };
}

function tooLate(operation: string, deadlineMs: number, attempts: readonly Attempt[], cause: unknown): AwsError {
  return new AwsError({
    kind: "Transient",
    operation,
    code: "CallDeadlineExceeded",
    message: `AWS gave no final answer within ${deadlineMs} ms`,
    // Without a single attempt on record we cannot tell whether one is under way.
    certainlyNotDone:
      attempts.length > 0 && attempts.every(({ status }) => status !== null && status >= 400 && status < 500),
    cause,
  });
}

/**
 * Records what each attempt came to. Sits in the "deserialize" step, inside the SDK's retries, so
 * that it sees every answer and nothing that failed before a request was sent.
 */
function watchAttempts(command: Command): Attempt[] {
  const attempts: Attempt[] = [];
  const middleware = (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
    const attempt: Attempt = { status: null };
    attempts.push(attempt);
    try {
      return await next(args);
    } catch (error) {
      attempt.status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? null;
      throw error;
    }
  };
  command.middlewareStack.add(
    middleware as never,
    { step: "deserialize", priority: "high", name: "mooringAttempts", override: true } as never,
  );
  return attempts;
}
