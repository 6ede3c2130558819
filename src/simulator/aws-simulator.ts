/** AWS in a process: all services, the state file and the socket door, put together. */
import { createRealClock } from "./clocks.ts";
import type { SimClock, Timings } from "./core.ts";
import { createDataFile } from "./data-file.ts";
import { furnishAccount, isFurnished } from "./furnish/furnish-account.ts";
import { createEc2Service } from "./services/ec2/ec2.ts";
import { createEcsService } from "./services/ecs/ecs.ts";
import { createEfsService } from "./services/efs/efs.ts";
import { createEventBridgeService } from "./services/eventbridge/eventbridge.ts";
import { createIamService } from "./services/iam/iam.ts";
import { createLambdaService } from "./services/lambda/lambda.ts";
import { createSchedulerService } from "./services/scheduler/scheduler.ts";
import { createSqsService } from "./services/sqs/sqs.ts";
import { createStsService } from "./services/sts/sts.ts";
import type { ServiceFactory, Simulator } from "./simulator.ts";
import { createSimulator } from "./simulator.ts";
import { listen } from "./socket.ts";
import { createWorld } from "./world.ts";

/** Every service that is simulated. IAM comes before those whose restored keys it must know. */
export const ALL_SERVICES: readonly ServiceFactory[] = [
  createIamService,
  createStsService,
  createEc2Service,
  createEfsService,
  createLambdaService,
  createEcsService,
  createSqsService,
  createEventBridgeService,
  createSchedulerService,
];

export interface StartOptions {
  /** 0 takes a free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where the state is kept between runs; without it nothing is. */
  dataFile?: string;
  /** How long AWS takes behind the calls' backs; default 0 ms each. */
  timings?: Partial<Timings>;
  /** Default: the machine's clock. */
  clock?: SimClock;
  account?: string;
  region?: string;
  /** Starts an account that has no furniture yet with that of `furnishAccount`; default false. */
  furnish?: boolean;
}

export interface RunningSimulator {
  simulator: Simulator;
  url: string;
  port: number;
  /** Whether state was found in the data file. */
  restored: boolean;
  /** Closes the door and saves. */
  close(): Promise<void>;
}

/** Starts the simulator. @throws EADDRINUSE if the port is taken; an Error if the data file is not a state. */
export async function startSimulator(options: StartOptions): Promise<RunningSimulator> {
  const { port, host = "127.0.0.1", dataFile, timings = {}, clock = createRealClock(), account, region } = options;
  const world = createWorld({
    clock,
    timings,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
  });
  const simulator = createSimulator({ world, services: ALL_SERVICES });
  const file = dataFile === undefined ? undefined : createDataFile(dataFile, simulator, clock);
  const restored = (await file?.load()) ?? false;
  file?.follow();
  if (options.furnish && !isFurnished(world)) await furnishAccount(world);
  const door = await listen(simulator, { host, port });
  return {
    simulator,
    url: door.url,
    port: door.port,
    restored,
    async close() {
      await door.close();
      await file?.flush();
    },
  };
}
