/** A small account for the tests of single services: virtual time, calls by name, restarts. */
import { createVirtualClock, type VirtualClock } from "../clocks.ts";
import type { ServiceName, Timings } from "../core.ts";
import { createSimulator, type Simulator } from "../simulator.ts";
import { createWorld, type World } from "../world.ts";
import { createEc2Service } from "./ec2/ec2.ts";
import { createEcsService } from "./ecs/ecs.ts";
import { createEfsService } from "./efs/efs.ts";
import { createEventBridgeService } from "./eventbridge/eventbridge.ts";
import { createIamService } from "./iam/iam.ts";
import { createLambdaService } from "./lambda/lambda.ts";
import { createSqsService } from "./sqs/sqs.ts";

export interface TestWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  /** @param as access key of the caller; default `tester`. */
  // The answers of some 150 operations: tests say what they expect of each.
  // oxlint-disable-next-line typescript/no-explicit-any
  call(service: ServiceName, operation: string, input?: unknown, as?: string): Promise<any>;
  /** Saves all state as JSON text and goes on with what can be read back from it. */
  restart(): void;
}

const SERVICES = [
  createEc2Service,
  createIamService,
  createEfsService,
  createLambdaService,
  createEcsService,
  createSqsService,
  createEventBridgeService,
];

export function createTestWorld(timings: Partial<Timings> = {}): TestWorld {
  const clock = createVirtualClock();
  let simulator = createSimulator({ world: createWorld({ clock, timings }), services: SERVICES });
  return {
    get world() {
      return simulator.world;
    },
    clock,
    get simulator() {
      return simulator;
    },
    call: (service, operation, input = {}, as = "tester") =>
      simulator.call(service, operation, input, simulator.callerOf(as)),
    restart() {
      const saved = JSON.stringify(simulator.snapshot());
      simulator = createSimulator({ world: createWorld({ clock, timings }), services: SERVICES });
      simulator.restore(JSON.parse(saved) as Record<string, unknown>);
    },
  };
}
