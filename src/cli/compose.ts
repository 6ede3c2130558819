import { pino, type Logger } from "pino";
import { buildApi } from "../api/server.ts";
import type { AwsConnection } from "../aws/create-aws.ts";
import { createAws } from "../aws/create-aws.ts";
import { startService, type Service } from "../controller/service.ts";
import type { Settings } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import { createQueueClients } from "../queue/clients.ts";
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

export interface MooringOptions {
  home: Home;
  settings: Settings;
  /** Where the API listens. `flag` names the option that changes the port, for messages. */
  listen: { host: string; port: number; flag: string };
  /** What the store stands on; closed with everything else. */
  engine: Engine;
  /** Absent = the SDK's ordinary chain and addresses. */
  aws?: { endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  /** null = found, or made, by the installation's name. */
  queues: { fastUrl: string; slowUrl: string } | null;
  eventBus: string;
  log: Logger;
}

/** One running Mooring: store, queue, controller and API. */
export interface Mooring {
  /** Where the API answers. */
  url: string;
  service: Service;
  store: Store;
  /** Ends everything in the order in which nothing is lost: no new requests, runs end, store closes. */
  close(): Promise<void>;
}

/** What `dev`, `serve` and the benchmark run: the same parts, put together in the same way. */
export async function startMooring(options: MooringOptions): Promise<Mooring> {
  const { home, settings, log } = options;
  const undo: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const store = await openStore({
      engine: options.engine,
      clock: realClock,
      chance: realChance,
      installation: settings.installation,
    });
    undo.push(() => store.close());
    const aws = connectAws(options);
    undo.push(() => aws.destroy());
    const work = await connectQueues(options);
    undo.push(() => work.destroy());
    const service = await startService({
      ...work.ports,
      home,
      store,
      aws,
      ownArn: await ownArn((await aws.sts.getCallerIdentity()).arn, { region: home.region, ...options.aws }),
      clock: realClock,
      chance: realChance,
      settings,
      logError: (message, error) => log.error({ err: error }, message),
    });
    undo.push(() => service.stop());
    const api = buildApi({
      store,
      home,
      clock: realClock,
      chance: realChance,
      dryRun: service.dryRun,
      wake: service.wake,
      metrics: service.metrics,
      ready: service.ready,
      log,
    });
    undo.push(() => api.close());
    const url = await listen(api, options.listen);
    return { url, service, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function connectAws({ home, settings, aws }: MooringOptions): AwsConnection {
  return createAws({
    ...home,
    ...aws,
    callDeadlineMs: settings.callDeadlineMs,
    quotaShare: settings.quotaShare,
    clock: realClock,
    chance: realChance,
    customUserAgent: `mooring/${readVersion()} (${settings.installation})`,
  });
}

async function connectQueues({ home, settings, aws, queues, eventBus, log }: MooringOptions) {
  const clients = createQueueClients({ region: home.region, ...aws });
  const index = createEventIndex(realClock);
  const found = queues ?? (await provision(clients, home, settings));
  const queue = createSqsQueue({
    client: clients.sqs,
    fastQueueUrl: found.fastUrl,
    slowQueueUrl: found.slowUrl,
    clock: realClock,
    ...home,
    index,
    onMalformed: (message) => log.warn(message, "a message that nobody can read was dropped"),
  });
  const eventsOut = createEventsOut({ client: clients.eventBridge, clock: realClock, eventBusName: eventBus });
  return { ports: { queue, eventsOut, index }, destroy: () => clients.destroy() };
}

async function provision(clients: ReturnType<typeof createQueueClients>, home: Home, settings: Settings) {
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
