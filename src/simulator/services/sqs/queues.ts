/** The account's queues: by name, by URL and by ARN. */
import { ServiceError } from "../../core.ts";
import type { World } from "../../world.ts";
import type { Queue, QueueState } from "./queue.ts";
import { createQueue, stateOf } from "./queue.ts";

export interface Queues {
  get(name: string): Queue | undefined;
  /** @throws QueueDoesNotExist */
  atUrl(url: string): Queue;
  byArn(arn: string): Queue | undefined;
  all(): Queue[];
  add(state: QueueState): Queue;
  /** Also remembers the name, which SQS keeps blocked for 60 s. */
  remove(queue: Queue): void;
  removedMs(name: string): number | undefined;
  urlOf(queue: Queue): string;
  arnOf(name: string): string;
  snapshot(): unknown;
  restore(state: unknown): void;
}

export function createQueues(world: World): Queues {
  const queues = new Map<string, Queue>();
  const removed = new Map<string, number>();
  const arnOf = (name: string) => `arn:${world.partition}:sqs:${world.region}:${world.account}:${name}`;
  return {
    get: (name) => queues.get(name),
    atUrl(url) {
      // Only account and name count: the same queue has another host through each door.
      const [, account, name = ""] = /(\d{12})\/([^/]+)\/?$/.exec(url) ?? [];
      const queue = account === world.account ? queues.get(name) : undefined;
      if (!queue) throw queueDoesNotExist();
      return queue;
    },
    byArn: (arn) => queues.get(arn.split(":")[5] ?? ""),
    all: () => [...queues.values()],
    add(state) {
      const queue = createQueue(state);
      queues.set(state.name, queue);
      return queue;
    },
    remove(queue) {
      queues.delete(queue.name);
      removed.set(queue.name, world.clock.nowMs());
    },
    removedMs: (name) => removed.get(name),
    urlOf: ({ name }) => `${world.endpoint ?? `https://sqs.${world.region}.amazonaws.com`}/${world.account}/${name}`,
    arnOf,
    snapshot: () => [...queues.values()].map(stateOf),
    restore(state) {
      queues.clear();
      for (const each of state as QueueState[]) queues.set(each.name, createQueue(withBytes(each)));
    },
  };
}

export function queueDoesNotExist(): ServiceError {
  return new ServiceError("QueueDoesNotExist", 400, "The specified queue does not exist.");
}

/** JSON turns bytes into objects of numbers; this turns them back. */
function withBytes(state: QueueState): QueueState {
  for (const { attributes } of state.messages) {
    for (const attribute of Object.values(attributes)) {
      if (attribute.BinaryValue) attribute.BinaryValue = Uint8Array.from(Object.values(attribute.BinaryValue));
    }
  }
  return state;
}
