import { pino, type Logger } from "pino";
import { buildApi } from "../api/server.ts";
import type { AwsClients, AwsConnection } from "../aws/create-aws.ts";
import { createAws } from "../aws/create-aws.ts";
import { startService, type Service } from "../controller/service.ts";
import type { Chance, Clock } from "../model/clock.ts";
import type { Settings } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import { createQueueClients, type QueueClients } from "../queue/clients.ts";
import { createEventIndex } from "../queue/event-index.ts";
import { createEventsOut } from "../queue/events-out.ts";
import { provisionQueues } from "../queue/provision.ts";
import { createSqsQueue } from "../queue/sqs-queue.ts";
import type { Engine } from "../store/engine.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { realChance, realClock } from "./clock.ts";
import { ownArn } from "./own-arn.ts";
import { portError } from "./ports.ts";
import { readVersion } from "./version.ts";

/** Where and as whom AWS is called, if not by the SDK's own configuration. */
export interface AwsAddress {
  /** One address for all services. */
  endpoint?: string;
  /** Addresses of single services; they win over `endpoint`. */
  endpoints?: Partial<Record<"efs" | "lambda" | "ecs" | "iam" | "sts" | "sqs" | "eventbridge" | "scheduler", string>>;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** What one replica's controller stands on. */
export interface ControllerOptions {
  home: Home;
  settings: Settings;
  /** What the store stands on; closed with everything else. */
  engine: Engine;
  /** Absent = the SDK's ordinary chain and addresses. */
  aws?: AwsAddress;
  /** null = found, or made, by the installation's name. */
  queues: { fastUrl: string; slowUrl: string } | null;
  eventBus: string;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** Ends a start that waits. @throws {StoppedWhileStarting} from it. */
  signal?: AbortSignal;
  /** Time, chance and AWS of a simulated world; default: the machine's own, and the SDK's clients. */
  world?: { clock: Clock; chance: Chance; clients: AwsClients & Pick<QueueClients, "sqs" | "eventBridge"> };
}

export interface MooringOptions extends ControllerOptions {
  /** Where the API listens. `flag` names the option that changes the port, for messages. */
  listen: { host: string; port: number; flag: string };
}

/** Store, queue and controller of one replica, without its API. */
export interface Controller {
  service: Service;
  store: Store;
  /** Lets runs end, then closes the store. */
  close(): Promise<void>;
}

/** One running Mooring: store, queue, controller and API. */
export interface Mooring extends Controller {
  /** Where the API answers. */
  url: string;
  /** Ends everything in the order in which nothing is lost: no new requests, runs end, store closes. */
  close(): Promise<void>;
}

/** What `dev`, `serve` and the benchmark run: the same parts, put together in the same way. */
export async function startMooring(options: MooringOptions): Promise<Mooring> {
  const { home, log } = options;
  const controller = await startController(options);
  const { service, store } = controller;
  const api = buildApi({
    store,
    home,
    ...timeOf(options),
    dryRun: service.dryRun,
    wake: service.wake,
    metrics: service.metrics,
    ready: service.ready,
    log,
  });
  const close = async (): Promise<void> => {
    await api.close();
    await controller.close();
  };
  try {
    return { ...controller, url: await listen(api, options.listen), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The part of a replica that works without being asked; the simulation runs just this. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { home, settings, log } = options;
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { engine } = options;
    const store = await openStore({ engine, ...timeOf(options), installation: settings.installation });
    undo.push(() => store.close());
    const aws = connectAws(options, store.tokens);
    undo.push(() => aws.destroy());
    const work = await connectQueues(options);
    undo.push(() => work.destroy());
    const service = await startService({
      ...work.ports,
      home,
      store,
      aws,
      ownArn: await ownArn((await aws.sts.getCallerIdentity()).arn, iamConnection(options)),
      ...timeOf(options),
      settings,
      logError: (message, error) => log.error({ err: error }, message),
      ...(options.signal && { signal: options.signal }),
    });
    undo.push(() => service.stop());
    return { service, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function timeOf({ world }: ControllerOptions): { clock: Clock; chance: Chance } {
  return { clock: world?.clock ?? realClock, chance: world?.chance ?? realChance };
}

function connectAws(options: ControllerOptions, tokens: Store["tokens"]): AwsConnection {
  const { home, settings, aws, world } = options;
  return createAws({
    ...home,
    ...aws,
    callDeadlineMs: settings.callDeadlineMs,
    quotaShare: settings.quotaShare,
    tokens,
    ...timeOf(options),
    ...(world === undefined ? {} : { clients: world.clients }),
    customUserAgent: `mooring/${readVersion()} (${settings.installation})`,
  });
}

function iamConnection({ home, aws }: ControllerOptions): NonNullable<Parameters<typeof ownArn>[1]> {
  const endpoint = aws?.endpoints?.iam ?? aws?.endpoint;
  return {
    region: home.region,
    ...(aws === undefined ? {} : { credentials: aws.credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

async function connectQueues(options: ControllerOptions) {
  const { home, settings, aws, queues, eventBus, log, world } = options;
  const { clock } = timeOf(options);
  const clients = world?.clients ?? createQueueClients({ region: home.region, ...aws });
  const index = createEventIndex(clock);
  const found = queues ?? (await provision(clients, home, settings));
  const queue = createSqsQueue({
    client: clients.sqs,
    fastQueueUrl: found.fastUrl,
    slowQueueUrl: found.slowUrl,
    clock,
    ...home,
    index,
    onMalformed: (message) => log.warn(message, "a message that nobody can read was dropped"),
  });
  const eventsOut = createEventsOut({ client: clients.eventBridge, clock, eventBusName: eventBus });
  return { ports: { queue, eventsOut, index }, destroy: () => ("destroy" in clients ? clients.destroy() : undefined) };
}

async function provision(clients: Pick<QueueClients, "sqs" | "eventBridge">, home: Home, settings: Settings) {
  const made = await provisionQueues({ ...clients, ...home, prefix: `mooring-${settings.installation}` });
  return { fastUrl: made.fastQueueUrl, slowUrl: made.slowQueueUrl };
}

async function listen(
  api: { listen(at: { host: string; port: number }): Promise<string> },
  { host, port, flag }: MooringOptions["listen"],
): Promise<string> {
  try {
    return await api.listen({ host, port });
  } catch (error) {
    throw portError(error as NodeJS.ErrnoException, host, port, { what: "the API", flag });
  }
}

/** JSON lines. @param file null = standard output. */
export function createLog(level: string, file: string | null): Logger {
  return pino({ level }, pino.destination({ dest: file ?? 1, sync: false, mkdir: true }));
}
