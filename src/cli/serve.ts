import type { Command } from "commander";
import { assertBindable } from "../api/bindable.ts";
import { readServeConfig, type ServeConfig } from "../config.ts";
import type { Shell } from "./run.ts";
import { EXIT, UserError } from "./user-error.ts";

const HELP = `
Region, credentials and endpoints are the AWS SDK's ordinary ones (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …);
the account is whose credentials they are. Every option can be set as a variable instead:
  MOORING_HOST MOORING_PORT MOORING_STORE MOORING_FAST_QUEUE_URL MOORING_SLOW_QUEUE_URL MOORING_EVENT_BUS
  MOORING_INSTALLATION MOORING_READ_ONLY MOORING_CREATE_TABLES MOORING_LOG
and these by variable only, with production's defaults:
  MOORING_PROPAGATION=5m  MOORING_SETTLE=10s  MOORING_ABSENCE_GAP=5s  MOORING_QUARANTINE=7d  MOORING_SWEEP_INTERVAL=10m
  MOORING_GATHER_QUIET=500ms  MOORING_GATHER_MAX=10s  MOORING_RUN_MAX=10s  MOORING_CALL_DEADLINE=8s  MOORING_LEASE=20s
  MOORING_ACTIONS_PER_RUN=25  MOORING_CONCURRENCY=8  MOORING_QUOTA_SHARE_PERCENT=50  MOORING_BACKOFF_BASE=1s  MOORING_BACKOFF_CAP=5m
  MOORING_CONTENDED_WINDOW=1h  MOORING_CONTENDED_BASE=1m  MOORING_CONTENDED_CAP=30m

Without queue URLs, the queues and event rules named mooring-INSTALLATION-* are found, or made.
Stops gracefully on SIGTERM and Ctrl-C, with exit code 0: runs that have begun end first. A second one ends it at once,
with 130.`;

interface ServeOptions {
  host?: string;
  port?: string;
  store?: string;
  fastQueueUrl?: string;
  slowQueueUrl?: string;
  eventBus?: string;
  installation?: string;
  readOnly?: true;
  createTables?: true;
}

/** `mooring serve`: the service against a real (or any) AWS. */
export function addServe(program: Command, { terminal }: Shell): void {
  program
    .command("serve")
    .description("Run the service against AWS.")
    .option(
      "--host <address>",
      "address of the API; only loopback ones as long as there is no authentication (default: 127.0.0.1)",
    )
    .option("--port <port>", "port of the API (default: 8080)")
    .option("--store <store>", "sqlite:FILE or dynamodb:TABLE_PREFIX (default: sqlite:mooring.db)")
    .option("--fast-queue-url <url>", "SQS queue for changes of records and drift")
    .option("--slow-queue-url <url>", "SQS queue for sweeps")
    .option("--event-bus <name>", "EventBridge bus for what Mooring tells others (default: default)")
    .option(
      "--installation <id>",
      "name of this installation in Sids and tags, 1-16 lower-case letters and digits (default: default)",
    )
    .option("--read-only", "plan and report, but make no call that changes EFS or Lambda")
    .option("--create-tables", "create the DynamoDB tables that are missing; production's are deployed, not made here")
    .addHelpText("after", HELP)
    .action(async (options: ServeOptions) => {
      const config = readServeConfig(variablesOf(options));
      refuseOpenAddress(config);
      const { runServe } = await import("./run-serve.ts");
      await runServe(config, terminal);
    });
}

function variablesOf(options: ServeOptions): Record<string, string | undefined> {
  return {
    MOORING_HOST: options.host,
    MOORING_PORT: options.port,
    MOORING_STORE: options.store,
    MOORING_FAST_QUEUE_URL: options.fastQueueUrl,
    MOORING_SLOW_QUEUE_URL: options.slowQueueUrl,
    MOORING_EVENT_BUS: options.eventBus,
    MOORING_INSTALLATION: options.installation,
    MOORING_READ_ONLY: options.readOnly === true ? "true" : undefined,
    MOORING_CREATE_TABLES: options.createTables === true ? "true" : undefined,
  };
}

function refuseOpenAddress({ host }: ServeConfig): void {
  try {
    assertBindable({ host, auth: false });
  } catch (error) {
    throw new UserError((error as Error).message, EXIT.usage, { cause: error });
  }
}
