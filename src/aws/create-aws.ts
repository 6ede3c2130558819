import { AsyncLocalStorage } from "node:async_hooks";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { STSClient } from "@aws-sdk/client-sts";
import type { Chance, Clock } from "../model/clock.ts";
import type { TokenPool } from "../model/token-pool.ts";
import type { Aws } from "./aws.ts";
import { type CallSettings, createCall } from "./call.ts";
import { createEcs } from "./ecs.ts";
import { createEfs } from "./efs.ts";
import { createEvents } from "./events.ts";
import type { Turn } from "./fair-line.ts";
import { createIam } from "./iam.ts";
import { createLambda } from "./lambda.ts";
import { createRateBudget } from "./rate-budget.ts";
import { createScheduler } from "./scheduler.ts";
import { createSts } from "./sts.ts";

/** Runs of reconcilers, sweeps and API calls share one client per service; the SDK's default of 50 would make them queue. */
const SOCKETS_MAX = 128;

type ServiceName = "efs" | "lambda" | "ecs" | "iam" | "eventbridge" | "scheduler" | "sts";

export interface AwsOptions {
  account: string;
  region: string;
  /** Absent = the SDK's ordinary chain (environment, profile, container, instance). */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** One address for all services, e.g. "http://127.0.0.1:4566". */
  endpoint?: string;
  /** Addresses of single services; they win over `endpoint`. */
  endpoints?: Partial<Record<ServiceName, string>>;
  /** Deadline of one AWS call, retries included, ms. */
  callDeadlineMs: number;
  /** Share of AWS's request quotas that is ours; Infinity = no budget. */
  quotaShare: number;
  /** What all replicas of the installation draw from; absent = this process alone has the share. */
  tokens?: TokenPool;
  clock: Clock;
  /** Reserved for jitter of our own; the SDK's retries draw theirs themselves. */
  chance: Chance;
  /** e.g. "mooring/0.1 (prod)": shows in CloudTrail's userAgent. */
  customUserAgent: string;
  /** Stand-ins for the SDK's clients, for calls that never reach a socket. */
  clients?: Partial<AwsClients>;
}

export interface AwsClients {
  efs: Pick<EFSClient, "send">;
  lambda: Pick<LambdaClient, "send">;
  ecs: Pick<ECSClient, "send">;
  /** Repeats nothing, unlike `ecs`. Default where `ecs` is given: `ecs`. */
  ecsOnce?: Pick<ECSClient, "send">;
  iam: Pick<IAMClient, "send">;
  eventbridge: Pick<EventBridgeClient, "send">;
  scheduler: Pick<SchedulerClient, "send">;
  sts: Pick<STSClient, "send">;
}

export interface AwsConnection extends Aws {
  /** The same AWS for background reading: its calls wait for the rate budget behind all others, without a limit. */
  sweep: Aws;
  /** All calls that `work` begins wait for the rate budget in this turn. Without it they are a user's. */
  inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
  /** Closes the sockets. */
  destroy(): void;
}

/** Whoever asks without a reconcile key: a plan, a scan, a start. */
const SOMEBODY: Turn = { priority: "user", key: "" };
const SWEEP: Turn = { priority: "sweep", key: "" };

/** The AWS of one account and region. One client per service, so that the SDK's retry budget and the sockets are shared. */
export function createAws(options: AwsOptions): AwsConnection {
  const given = options.clients ?? {};
  const own: { destroy(): void }[] = [];
  const made = <C extends { destroy(): void }>(client: C): C => {
    own.push(client);
    return client;
  };
  // A client is dear to make, so a stand-in is used instead of one, not beside it.
  const ecs = given.ecs ?? made(new ECSClient(clientConfig(options, "ecs")));
  const clients = {
    efs: given.efs ?? made(new EFSClient(clientConfig(options, "efs"))),
    lambda: given.lambda ?? made(new LambdaClient(clientConfig(options, "lambda"))),
    ecs,
    ecsOnce: given.ecsOnce ?? given.ecs ?? made(new ECSClient({ ...clientConfig(options, "ecs"), maxAttempts: 1 })),
    iam: given.iam ?? made(new IAMClient(clientConfig(options, "iam"))),
    eventbridge: given.eventbridge ?? made(new EventBridgeClient(clientConfig(options, "eventbridge"))),
    scheduler: given.scheduler ?? made(new SchedulerClient(clientConfig(options, "scheduler"))),
    sts: given.sts ?? made(new STSClient(clientConfig(options, "sts"))),
  } satisfies AwsClients;
  const { account, region, quotaShare, clock, tokens } = options;
  const shared = tokens && { pool: tokens, name: `${account}/${region}` };
  const budget = createRateBudget({ quotaShare, clock, ...(shared && { shared }) });
  const turns = new AsyncLocalStorage<Turn>();
  const foreground = (): Turn => turns.getStore() ?? SOMEBODY;
  const awsFor = (inBackground: boolean): Aws => {
    const call = (service: ServiceName, iamPrefix: string) =>
      createCall({
        service,
        iamPrefix,
        inBackground,
        turn: inBackground ? () => SWEEP : foreground,
        budget,
        callDeadlineMs: options.callDeadlineMs,
        clock,
      } satisfies CallSettings);
    return {
      efs: createEfs(clients.efs, call("efs", "elasticfilesystem")),
      lambda: createLambda(clients.lambda, call("lambda", "lambda")),
      ecs: createEcs(clients.ecs, call("ecs", "ecs"), clients.ecsOnce),
      iam: createIam(clients.iam, call("iam", "iam"), options.account),
      events: createEvents(clients.eventbridge, call("eventbridge", "events"), options),
      scheduler: createScheduler(clients.scheduler, call("scheduler", "scheduler"), options),
      sts: createSts(clients.sts, call("sts", "sts")),
    };
  };
  return {
    ...awsFor(false),
    sweep: awsFor(true),
    inTurn: (turn, work) => turns.run(turn, work),
    destroy: () => {
      for (const client of own) client.destroy();
    },
  };
}

/**
 * Standard retries, not adaptive: under throttling, adaptive mode slowed the whole client down by
 * a factor of six where standard retries and our own budgets did not.
 */
function clientConfig(options: AwsOptions, service: ServiceName) {
  const endpoint = options.endpoints?.[service] ?? options.endpoint;
  return {
    region: options.region,
    maxAttempts: 3,
    retryMode: "standard",
    customUserAgent: userAgentPairs(options.customUserAgent),
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/**
 * "mooring/0.1 (prod)" as the SDK's pairs of name and version: in a lone string it would escape the
 * slash's surroundings and the brackets.
 */
function userAgentPairs(agent: string): [string, string][] {
  const sections = agent
    .replace(/[()]/g, "")
    .split(/\s+/)
    .filter((section) => section !== "");
  return sections.map((section) => {
    const [name = "", ...version] = section.split("/");
    return [name, version.join("/")];
  });
}
