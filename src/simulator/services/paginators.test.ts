/**
 * Goal:   every paginator that the SDK exports for a simulated operation comes to its end and finds everything once.
 * Method: the list is read from the SDK itself, so that a new operation cannot be forgotten; each goes over the socket
 *         in small pages, and must find what one call without pages finds.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL_SERVICES } from "../aws-simulator.ts";
import { createVirtualClock } from "../clocks.ts";
import type { ServiceName } from "../core.ts";
import { serviceModel } from "../model/service-model.ts";
import { type Doors, openDoors } from "../test-support.ts";
import { fillAccount } from "./paginated-account.ts";
import { PAGINATED } from "./paginated.ts";

type Page = Record<string, unknown[] | undefined>;
type Paginator = (config: { client: object; pageSize: number }, input: object) => AsyncIterable<Page>;

const CASES = Object.entries(PAGINATED).flatMap(([service, operations]) =>
  Object.entries(operations).map(([operation, given]) => ({ service: service as ServiceName, operation, ...given })),
);

let doors: Doors;
let ids: Record<string, string>;

beforeAll(async () => {
  doors = await openDoors({ services: ALL_SERVICES, clock: createVirtualClock({ seed: 3 }) });
  ids = await fillAccount(doors.simulator);
});
afterAll(() => doors.close());

test("the table holds every paginator whose operation is simulated", () => {
  const exported = doors.simulator.world.services().flatMap(({ name, operations }) =>
    Object.keys(serviceModel(name).sdk)
      .filter((key) => key.startsWith("paginate") && key.slice("paginate".length) in operations)
      .map((key) => `${name} ${key.slice("paginate".length)}`),
  );
  expect(CASES.map(({ service, operation }) => `${service} ${operation}`).toSorted()).toEqual(exported.toSorted());
});

test.each(CASES)(
  "$service $operation, page by page",
  async ({ service, operation, input, items, pageSize = 2, ...more }) => {
    const paginate = serviceModel(service).sdk[`paginate${operation}`] as Paginator;
    const found: unknown[] = [];
    let pages = 0;
    for await (const page of paginate({ client: doors.socketClient(service), pageSize }, filled(input))) {
      expect(page[items]?.length ?? 0).toBeLessThanOrEqual(pageSize);
      found.push(...(page[items] ?? []));
      pages += 1;
    }
    expect(keysOf(found)).toEqual(keysOf(await whole(service, operation, filled(input), items)));
    if (more.alwaysEmpty !== undefined) return expect(found).toEqual([]);
    expect(new Set(keysOf(found)).size).toBe(found.length);
    expect(pages).toBeGreaterThan(1);
  },
);

/** All items by one call without a page size: the account is small enough. */
async function whole(service: ServiceName, operation: string, input: object, items: string): Promise<unknown[]> {
  const { sdk } = serviceModel(service);
  const commandClass = sdk[`${operation}Command`] as new (input: object) => object;
  const client = doors.socketClient<{ send(command: object): Promise<Page> }>(service);
  return (await client.send(new commandClass(input)))[items] ?? [];
}

const keysOf = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).toSorted();

function filled(input: object = {}): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]) => [
    name,
    typeof value === "string" && value.startsWith("$") ? ids[value.slice(1)] : (value as unknown),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
