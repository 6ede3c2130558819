import { Option, type Command } from "commander";
import { readDynamoDbEndpoint } from "../config.ts";
import type { DevStoreChoice } from "./dev/dev-store.ts";
import { assertLoopback } from "./loopback.ts";
import { parsePort } from "./ports.ts";
import type { Shell } from "./run.ts";
import { untilStopped } from "./signals.ts";
import { EXIT, UserError } from "./user-error.ts";

const HELP = `
Everything runs on this machine: a simulated AWS, the service, its API. Nothing of your AWS configuration is used.
State is kept in --data and survives a restart; delete the directory to start over.

--store dynamodb runs on the store of production: DynamoDB in this process (dynalite, its tables in --data), or the
one at --dynamodb-endpoint, which may be set as AWS_ENDPOINT_URL_DYNAMODB too and must be on this machine. Each store
has a simulated account of its own.

--aws-endpoint takes an emulator instead of the simulated AWS. What it cannot do is said: who may mount what is not
shown, and since it sends no CloudTrail events, sweeps find the sabotages.

Ctrl-C and SIGTERM end it gracefully, with exit code 0 at every stage; a second one ends it at once, with 130.
Exit codes with --once: 0 all bindings became ready and every sabotage was repaired; 1 otherwise, with the reasons;
130 stopped before the end.`;

/** What the command line of `mooring dev` says. */
export interface DevOptions {
  port: number;
  awsPort: number;
  dataDirectory: string;
  store: DevStoreChoice;
  /** An emulator on this machine; null = AWS is simulated in this process. */
  awsEndpoint: string | null;
  /** No furnished account, no samples, no sabotages. */
  isEmpty: boolean;
  /** End after the last sabotage instead of staying up. */
  isOnce: boolean;
}

interface DevFlags {
  port: string;
  awsPort: string;
  data: string;
  store: string;
  dynamodbEndpoint?: string;
  awsEndpoint?: string;
  empty?: true;
  once?: true;
}

/** `mooring dev`: watch Mooring do its job, on this machine alone. */
export function addDev(program: Command, shell: Shell): void {
  program
    .command("dev")
    .description(
      "Run everything on this machine: a simulated AWS, the service, sample bindings, and sabotages that get repaired.",
    )
    .option("--port <port>", "port of the API on 127.0.0.1; 0 = any free one", "8080")
    .option("--aws-port <port>", "port of the simulated AWS on 127.0.0.1; 0 = any free one", "4566")
    .option("--data <dir>", "directory that keeps the state", ".mooring")
    .option("--store <store>", "sqlite, dynamodb or dynamodb:TABLE_PREFIX", "sqlite")
    .option("--dynamodb-endpoint <url>", "a DynamoDB on this machine, for --store dynamodb")
    .option("--aws-endpoint <url>", "an emulator on this machine instead of the simulated AWS, e.g. MiniStack")
    .option("--empty", "start with an empty account: no file system, no functions, no samples, no sabotages")
    .addOption(new Option("--once", "end after the last sabotage"))
    .addHelpText("after", HELP)
    .action(async (options: DevFlags) => {
      const parsed = {
        port: parsePort(options.port, "--port"),
        awsPort: parsePort(options.awsPort, "--aws-port"),
        dataDirectory: options.data,
        store: parseStore(options),
        awsEndpoint: parseAwsEndpoint(options),
        isEmpty: options.empty === true,
        isOnce: options.once === true,
      };
      refuseOnePort(parsed);
      // Listened for before anything is begun, so that a stop is graceful at every stage.
      const stopped = new AbortController();
      void untilStopped().then(() => stopped.abort());
      const { runDev } = await import("./dev/run-dev.ts");
      shell.exitWith(await runDev(parsed, shell.terminal, stopped.signal));
    });
}

function refuseOnePort({ port, awsPort }: DevOptions): void {
  if (port !== awsPort || port === 0) return;
  throw new UserError(
    `--port and --aws-port are both ${port}; the API and the simulated AWS need a port each (0 = any free one).`,
    EXIT.usage,
  );
}

function parseAwsEndpoint({ awsEndpoint, empty }: DevFlags): string | null {
  if (awsEndpoint !== undefined && empty === true)
    throw new UserError("--empty is for the simulated AWS; with --aws-endpoint leave it out.", EXIT.usage);
  return awsEndpoint === undefined ? null : assertLoopback(awsEndpoint);
}

const DYNAMODB = /^dynamodb(?::([A-Za-z0-9_.-]{3,200}))?$/;

/** @throws {UserError} if the store is unknown, or its endpoint is not on this machine. */
function parseStore({ store, dynamodbEndpoint }: DevFlags): DevStoreChoice {
  const match = DYNAMODB.exec(store);
  if (store !== "sqlite" && match === null)
    throw new UserError(
      `--store is ${JSON.stringify(store)}; allowed is sqlite, dynamodb, or dynamodb:TABLE_PREFIX (3-200 letters, digits, "_", ".", "-").`,
      EXIT.usage,
    );
  if (match === null && dynamodbEndpoint !== undefined)
    throw new UserError("--dynamodb-endpoint needs --store dynamodb; add it, or leave the endpoint out.", EXIT.usage);
  if (match === null) return { engine: "sqlite" };
  const endpoint = dynamodbEndpoint ?? readDynamoDbEndpoint();
  if (endpoint !== null) assertLoopback(endpoint, "DynamoDB endpoint");
  return { engine: "dynamodb", tablePrefix: match[1] ?? "mooring-dev-", endpoint };
}
