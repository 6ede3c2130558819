/**
 * Items by id, in the order of their creation, with pages that stay correct while items come and
 * go between two pages: a token names the place of the last item served, not a count.
 */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  next: string | undefined;
}

interface Slot<T> {
  readonly place: number;
  readonly id: string;
  readonly item: T;
}

export class OrderedIndex<T> {
  readonly #byId = new Map<string, Slot<T>>();
  #slots: Slot<T>[] = [];
  #nextPlace = 1;

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id)?.item;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds an item at the end; an id that is already there keeps its place and gets the new item. */
  set(id: string, item: T): void {
    const known = this.#byId.get(id);
    const slot = { place: known?.place ?? this.#nextPlace++, id, item };
    this.#byId.set(id, slot);
    if (known) this.#slots[this.#after(known.place - 1)] = slot;
    else this.#slots.push(slot);
  }

  delete(id: string): boolean {
    const slot = this.#byId.get(id);
    if (!slot) return false;
    this.#byId.delete(id);
    this.#slots.splice(this.#after(slot.place - 1), 1);
    return true;
  }

  clear(): void {
    this.#byId.clear();
    this.#slots = [];
  }

  values(): T[] {
    return this.#slots.map((slot) => slot.item);
  }

  /**
   * Up to `limit` items after `token` (from the start without one).
   *
   * @returns null if the token is not one of this index's.
   */
  page(limit: number, token: string | undefined): Page<T> | null {
    const place = token === undefined ? 0 : placeOf(token);
    if (place === null) return null;
    const start = this.#after(place);
    const slots = this.#slots.slice(start, start + limit);
    const last = slots.at(-1);
    const more = last !== undefined && start + limit < this.#slots.length;
    return { items: slots.map((slot) => slot.item), next: more ? tokenOf(last.place) : undefined };
  }

  /** Position of the first slot whose place is above `place`. */
  #after(place: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle] as Slot<T>).place <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A page of a list that needs no index of its own; the token is the count of items served so far. */
export function pageOf<T>(items: readonly T[], limit: number, token: string | undefined): Page<T> | null {
  const start = token === undefined ? 0 : placeOf(token);
  if (start === null) return null;
  const end = start + limit;
  return { items: items.slice(start, end), next: end < items.length ? tokenOf(end) : undefined };
}

/** Tokens look opaque, so that no client comes to rely on what is inside. */
function tokenOf(place: number): string {
  return Buffer.from(`after:${place}`).toString("base64url");
}

function placeOf(token: string): number | null {
  const match = /^after:(\d+)$/.exec(Buffer.from(token, "base64url").toString());
  return match ? Number(match[1]) : null;
}
