import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { startMooring } from "../../src/cli/compose.ts";
import { forgetAmbientAws } from "../../src/config.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { ReplicaMessage } from "./replica-messages.ts";
import { BENCH_SETTINGS, SERVICE_USER } from "./service-under-test.ts";

const TABLE_PREFIX = "bench-";

/**
 * One replica in a process of its own, on a store that it shares. Tells its parent of each key that has converged,
 * and on demand what it has used.
 *
 * argv: DynamoDB's URL, the simulator's URL, account, region.
 */
const [database = "", endpoint = "", account = "", region = ""] = process.argv.slice(2);
forgetAmbientAws();
const tell = (message: ReplicaMessage): void => void process.send?.(message);
const credentials = { accessKeyId: SERVICE_USER, secretAccessKey: "not-a-secret" };
const client = new DynamoDBClient({ endpoint: database, region, credentials });
const databaseCalls: Record<string, number> = {};
client.middlewareStack.add(
  (next, { commandName }) =>
    (args) => {
      const { TableName, RequestItems } = args.input as { TableName?: string; RequestItems?: object };
      const table = (TableName ?? Object.keys(RequestItems ?? {})[0] ?? "").replace(TABLE_PREFIX, "");
      const name = `${commandName?.replace("Command", "")} ${table}`;
      databaseCalls[name] = (databaseCalls[name] ?? 0) + 1;
      return next(args);
    },
  { step: "initialize" },
);
const engine = openDynamoDbEngine({ client, tablePrefix: TABLE_PREFIX });
await engine.ensureTables();
const mooring = await startMooring({
  home: { account, region },
  settings: BENCH_SETTINGS,
  listen: { host: "127.0.0.1", port: 0, flag: "--port" },
  engine,
  aws: { endpoint, credentials },
  queues: null,
  eventBus: "default",
  log: pino({ level: "error" }, pino.destination(2)),
});
mooring.service.onActivity(({ type, key }) => {
  if (type === "converged") tell({ converged: key });
});
process.on("message", (asked) => {
  const { user, system } = process.cpuUsage();
  if (asked === "used") tell({ used: { cpuUs: user + system, databaseCalls } });
  if (asked === "close") void mooring.close().then(() => process.exit(0));
});
tell({ url: mooring.url });
