/**
 * Eventual consistency: reads that answer as of some time ago.
 *
 * While a stale-reads fault is active for a service, its state is kept after every change; a
 * stale read is answered by a second instance of the service, restored to the state of that time.
 */
import type { Handler, Service, ServiceName } from "./core.ts";
import type { Faults } from "./faults.ts";
import type { World } from "./world.ts";

export interface StaleReads {
  /** A handler that answers as of `ageMs` ago, or as of when the fault was first seen. */
  handler(service: ServiceName, operation: string, ageMs: number): Handler;
}

interface Moment {
  atMs: number;
  state: string;
}

export function createStaleReads(given: {
  world: World;
  factories: readonly ((world: World) => Service)[];
  faults: Faults;
}): StaleReads {
  const { world, factories, faults } = given;
  const histories = new Map<ServiceName, Moment[]>();
  let shadows: Map<ServiceName, Service> | undefined;

  const keep = (service: Service, maxAgeMs: number) => {
    const history = histories.get(service.name) ?? [];
    histories.set(service.name, history);
    history.push({ atMs: world.clock.nowMs(), state: JSON.stringify(service.snapshot()) });
    // Of the moments older than any read may ask for, the newest still answers; the rest are of no use.
    while (history[1] && history[1].atMs <= world.clock.nowMs() - maxAgeMs) history.shift();
  };
  const keepAll = () => {
    // What changes now is not kept, so that what was kept would be older than any later read may ask for.
    if (faults.list().length === 0) return histories.clear();
    for (const service of world.services()) {
      const maxAgeMs = faults.staleMs(service.name);
      if (maxAgeMs === undefined) histories.delete(service.name);
      else keep(service, maxAgeMs);
    }
  };
  world.onChange(keepAll);
  faults.onAdd(keepAll);
  return {
    handler(service, operation, ageMs) {
      const real = world.service(service);
      if (!histories.has(service)) keep(real, ageMs);
      const dueMs = world.clock.nowMs() - ageMs;
      const history = histories.get(service) ?? [];
      const moment = history.findLast(({ atMs }) => atMs <= dueMs) ?? history[0];
      shadows ??= createShadows(world, factories);
      const shadow = shadows.get(service);
      if (!shadow || !moment) return real.operations[operation] as Handler;
      shadow.restore(JSON.parse(moment.state));
      return shadow.operations[operation] as Handler;
    },
  };
}

/** Services that look like the real ones but reach nothing: their events, keys and timers go nowhere. */
function createShadows(world: World, factories: readonly ((world: World) => Service)[]): Map<ServiceName, Service> {
  const nothing = () => undefined;
  const clock = { ...world.clock, nowMs: () => world.clock.nowMs(), after: nothing };
  const silent = { emit: nothing, onEvent: nothing, changed: nothing, onChange: nothing, register: nothing };
  const apart: World = { ...world, ...silent, clock, enterKey: nothing, removeKey: nothing };
  return new Map(factories.map((create) => create(apart)).map((service) => [service.name, service]));
}
