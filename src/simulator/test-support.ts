/** For tests: a simulator with both doors open, on virtual or real time. */
import { createRealClock, createVirtualClock } from "./clocks.ts";
import type { VirtualClock } from "./clocks.ts";
import type { ServiceName, SimClock, Timings } from "./core.ts";
import { serviceModel } from "./model/service-model.ts";
import type { ServiceFactory, Simulator } from "./simulator.ts";
import { createSimulator } from "./simulator.ts";
import { listen } from "./socket.ts";
import { standIn } from "./stand-in.ts";
import { createWorld } from "./world.ts";

export interface Doors {
  simulator: Simulator;
  url: string;
  /** A real SDK client over the socket, one attempt a call; `user` is the access key and so the user's name. */
  socketClient<T extends object>(service: ServiceName, user?: string): T;
  /** The stand-in for the same client. */
  standInClient<T extends object>(service: ServiceName, user?: string): T;
  close(): Promise<void>;
}

export interface DoorsOptions {
  services: readonly ServiceFactory[];
  timings?: Partial<Timings>;
  /** Default: the machine's clock. */
  clock?: SimClock;
}

/** A simulator listening on a free port of 127.0.0.1. Close it when the test is over. */
export async function openDoors({ services, timings = {}, clock = createRealClock() }: DoorsOptions): Promise<Doors> {
  const simulator = createSimulator({ world: createWorld({ clock, timings }), services });
  const door = await listen(simulator, { port: 0 });
  const clients: { destroy(): void }[] = [];
  return {
    simulator,
    url: door.url,
    socketClient<T extends object>(service: ServiceName, user = "tester"): T {
      const client = sdkClient(service, door.url, user, simulator.world.region);
      clients.push(client);
      return client as unknown as T;
    },
    standInClient: (service, user = "tester") => standIn(simulator, service, simulator.callerOf(user)),
    async close() {
      for (const client of clients) client.destroy();
      await door.close();
    },
  };
}

/** A client of the SDK that can reach nothing but the given endpoint and has no real credentials. */
export function sdkClient(
  service: ServiceName,
  endpoint: string,
  user: string,
  region = "eu-west-1",
): { destroy(): void } {
  const { sdk, address } = serviceModel(service);
  const clientClass = sdk[address.clientClass] as new (config: object) => { destroy(): void };
  const credentials = { accessKeyId: user, secretAccessKey: "not-checked" };
  return new clientClass({ region, endpoint, credentials, maxAttempts: 1 });
}

export interface StandInWorld {
  simulator: Simulator;
  clock: VirtualClock;
  client<T extends object>(service: ServiceName, user?: string): T;
}

/** A simulator without a socket, on virtual time that starts at 2026-01-01T00:00:00Z. */
export function standInWorld(given: {
  services: readonly ServiceFactory[];
  timings?: Partial<Timings>;
  seed?: number;
}): StandInWorld {
  const clock = createVirtualClock({ seed: given.seed ?? 1 });
  const world = createWorld({ clock, timings: given.timings ?? {} });
  const simulator = createSimulator({ world, services: given.services });
  return {
    simulator,
    clock,
    client: (service, user = "tester") => standIn(simulator, service, simulator.callerOf(user)),
  };
}
