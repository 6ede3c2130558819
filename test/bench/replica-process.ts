import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { startMooring } from "../../src/cli/compose.ts";
import { forgetAmbientAws } from "../../src/config.ts";
import { openDynamoDbEngine } from "../../src/store/dynamodb-engine.ts";
import type { ReplicaMessage } from "./replica-messages.ts";
import { BENCH_SETTINGS, SERVICE_USER } from "./service-under-test.ts";

/**
 * One replica in a process of its own, on a store that it shares. Tells its parent of each key that has converged,
 * and on demand what processor time it has taken.
 *
 * argv: DynamoDB's URL, the simulator's URL, account, region.
 */
const [database = "", endpoint = "", account = "", region = ""] = process.argv.slice(2);
forgetAmbientAws();
const tell = (message: ReplicaMessage): void => void process.send?.(message);
const credentials = { accessKeyId: SERVICE_USER, secretAccessKey: "not-a-secret" };
const client = new DynamoDBClient({ endpoint: database, region, credentials });
const engine = openDynamoDbEngine({ client, tablePrefix: "bench-" });
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
  if (asked === "cpu") tell({ cpuUs: user + system });
  if (asked === "close") void mooring.close().then(() => process.exit(0));
});
tell({ url: mooring.url });
