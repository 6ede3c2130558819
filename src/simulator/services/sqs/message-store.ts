/**
 * The messages of one queue, by when they can be received.
 *
 * Two orders: messages that are visible, oldest first, and messages that wait for a time
 * (delayed or in flight) in a heap. Deleted ones stay in both until they are met, and are skipped.
 */
import type { Message } from "./message.ts";

export interface MessageStore {
  add(message: Message): void;
  get(id: string): Message | undefined;
  delete(id: string): void;
  clear(): void;
  /** The next visible message, taken out of the visible order; undefined if there is none now. */
  takeVisible(nowMs: number): Message | undefined;
  /** To be called after `visibleAtMs` of a message changed, or to put a taken one back. */
  reschedule(message: Message): void;
  /** When the next waiting message becomes visible; undefined if none waits. */
  nextVisibleMs(): number | undefined;
  all(): IterableIterator<Message>;
  count(): number;
}

interface Waiting {
  atMs: number;
  /** Breaks ties, so that messages of one millisecond keep their order. */
  order: number;
  message: Message;
}

export function createMessageStore(): MessageStore {
  const byId = new Map<string, Message>();
  const entries = new Map<string, Waiting>();
  let made = 0;
  let visible: Message[] = [];
  let head = 0;
  const waiting: Waiting[] = [];
  const schedule = (message: Message) => {
    const entry = { atMs: message.visibleAtMs, order: made++, message };
    entries.set(message.id, entry);
    push(waiting, entry);
  };
  // A reschedule or a deletion leaves the old entry behind in the heap.
  const dropDead = () => {
    while (waiting[0] && entries.get(waiting[0].message.id) !== waiting[0]) pop(waiting);
  };
  const promote = (nowMs: number) => {
    for (dropDead(); waiting[0] && waiting[0].atMs <= nowMs; dropDead()) {
      const { message } = pop(waiting) as Waiting;
      entries.delete(message.id);
      message.inFlight = false;
      visible.push(message);
    }
  };
  const store: MessageStore = {
    add(message) {
      byId.set(message.id, message);
      schedule(message);
    },
    get: (id) => byId.get(id),
    delete(id) {
      byId.delete(id);
      entries.delete(id);
    },
    clear() {
      byId.clear();
      entries.clear();
      visible = [];
      head = 0;
      waiting.length = 0;
    },
    takeVisible(nowMs) {
      promote(nowMs);
      while (head < visible.length) {
        const message = visible[head++] as Message;
        if (head > 1_000 && head * 2 > visible.length) [visible, head] = [visible.slice(head), 0];
        if (byId.get(message.id) === message) return message;
      }
      return undefined;
    },
    reschedule: schedule,
    nextVisibleMs() {
      dropDead();
      return waiting[0]?.atMs;
    },
    all: () => byId.values(),
    count: () => byId.size,
  };
  return store;
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Binary heap, earliest first. */
function push(heap: Waiting[], entry: Waiting): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent] as Waiting)) break;
    heap[at] = heap[parent] as Waiting;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Waiting[]): Waiting | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return top;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Waiting, heap[child] as Waiting)) child++;
    if (!isBefore(heap[child] as Waiting, last)) break;
    heap[at] = heap[child] as Waiting;
    at = child;
  }
  heap[at] = last;
  return top;
}
