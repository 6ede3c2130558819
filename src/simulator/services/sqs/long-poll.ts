/** Waiting for messages: woken by a send, by a delay or visibility timeout that ends, or by the end of the wait. */
import type { SimClock } from "../../core.ts";
import type { Queue, Received } from "./queue.ts";

/**
 * Takes messages as soon as there are any; an empty list after `waitMs`, or once `isOver`.
 *
 * @param take takes what is visible now.
 */
export async function pollForMessages(given: {
  clock: SimClock;
  queue: Queue;
  waitMs: number;
  take(): Received[];
  isOver(): boolean;
}): Promise<Received[]> {
  const { clock, queue, waitMs, take, isOver } = given;
  const untilMs = clock.nowMs() + waitMs;
  for (;;) {
    const received = take();
    const leftMs = untilMs - clock.nowMs();
    if (received.length > 0 || leftMs <= 0 || isOver()) return received;
    await untilSomethingChanges(clock, queue, leftMs);
  }
}

function untilSomethingChanges(clock: SimClock, queue: Queue, leftMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      queue.waiters.delete(done);
      resolve();
    };
    queue.waiters.add(done);
    const nextMs = queue.messages.nextVisibleMs();
    const dueInMs = nextMs === undefined ? leftMs : Math.min(leftMs, Math.max(nextMs - clock.nowMs(), 1));
    clock.after(dueInMs, done);
  });
}
