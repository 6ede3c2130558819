import type { Clock } from "../model/clock.ts";
import { toQueueError } from "./queue-error.ts";

/**
 * Makes one call to SQS or EventBridge that ends, at the latest, after `deadlineMs`.
 *
 * @param outer ends the call early.
 * @throws {AwsError} always of that kind.
 */
export async function boundedCall<T>(
  operation: string,
  clock: Clock,
  deadlineMs: number,
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const call = new AbortController();
  const timer = new AbortController();
  const end = () => call.abort();
  outer?.addEventListener("abort", end, { once: true });
  if (outer?.aborted === true) end();
  void clock.sleep(deadlineMs, timer.signal).then(() => {
    if (!timer.signal.aborted) end();
  });
  try {
    return await send({ abortSignal: call.signal });
  } catch (error) {
    throw toQueueError(operation, error);
  } finally {
    // A reason of our own: without one, every abort would make a DOMException with its stack.
    timer.abort("the call is over");
    outer?.removeEventListener("abort", end);
  }
}
