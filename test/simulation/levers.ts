import type { ServiceName } from "../../src/simulator/core.ts";
import type { FurnishedAccount } from "../../src/simulator/furnish/furnish-account.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { Manifest } from "../integration/world.ts";
import type { ApiRequest } from "./api-client.ts";
import type { AwsCall } from "./aws-port.ts";
import type { Database } from "./database.ts";
import type { EventWeather } from "./event-weather.ts";
import type { Interference } from "./interference.ts";
import type { Replica } from "./replica.ts";
import type { SimulatedTime } from "./time.ts";

/** What disturbances have their hands on. */
export interface Levers {
  time: SimulatedTime;
  simulator: Simulator;
  account: FurnishedAccount;
  interference: Interference;
  events: EventWeather;
  database: Database;
  replicas: Replica[];
  fileSystem: Manifest;
  bindings: Manifest[];
  /** A user's request to the API. */
  request(actor: string, request: ApiRequest): void;
  /** A call by somebody else, past all faults; null = AWS refused it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as with the SDK's untyped answers, each caller knows what it asked for
  foreign(actor: string, service: ServiceName, operation: string, input: object): Promise<any>;
  /** Kills a replica, and starts it anew after a while. */
  crash(replica: Replica, downMs: number): void;
  /** Doubles the next message that is received. */
  doubleMessage(): void;
  /** Puts the store back to what `backUp` kept, with all replicas down. */
  restoreStore(bringBack: () => void): void;
}

/** Whom Mooring calls AWS as. */
export const MOORING = "mooring";

/** All mutating calls that Mooring makes to the objects it looks after. */
export const MUTATIONS: ReadonlySet<string> = new Set([
  "efs.CreateAccessPoint",
  "efs.TagResource",
  "efs.DeleteAccessPoint",
  "efs.PutFileSystemPolicy",
  "lambda.UpdateFunctionConfiguration",
  "ecs.RegisterTaskDefinition",
  "ecs.UpdateService",
]);

export function nameOfCall({ service, operation }: Pick<AwsCall, "service" | "operation">): string {
  return `${service}.${operation}`;
}

export function isMutation(call: Pick<AwsCall, "service" | "operation">): boolean {
  return MUTATIONS.has(nameOfCall(call));
}

/** Reads leave no trace; whatever else leaves a process is a place to die at. */
export function isSideEffect(call: AwsCall): boolean {
  return !/^(Describe|List|Get|Receive)/.test(call.operation);
}
