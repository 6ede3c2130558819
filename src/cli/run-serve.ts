import type { ServeConfig } from "../config.ts";
import type { Home } from "../model/validate.ts";
import { StoppedWhileStarting } from "../controller/service.ts";
import type { Engine } from "../store/engine.ts";
import { createLog, startMooring } from "./compose.ts";
import { untilStopped } from "./signals.ts";
import type { Terminal } from "./terminal.ts";
import { EXIT, UserError } from "./user-error.ts";
import { whoAmI } from "./who-am-i.ts";

/** Runs the service until it is told to stop; runs that have begun end first. */
export async function runServe(config: ServeConfig, terminal: Terminal): Promise<void> {
  // Listened for before anything is begun, so that a stop is graceful at every stage.
  const stopping = new AbortController();
  const stopped = untilStopped().finally(() => stopping.abort());
  const home = await whoAmI(config.settings);
  const log = createLog(config.logLevel, null);
  const mooring = await startMooring({
    home,
    settings: config.settings,
    listen: { host: config.host, port: config.port, flag: "--port" },
    engine: await openEngine(config, home.region),
    queues: config.queues,
    eventBus: config.eventBus,
    log,
    signal: stopping.signal,
  }).catch(async (error: unknown) => {
    if (error instanceof StoppedWhileStarting) return null;
    throw await explained(error, config, home);
  });
  if (mooring === null) return;
  const mode = config.settings.readOnly ? ", read-only" : "";
  terminal.err(`mooring serves ${mooring.url} for account ${home.account} in ${home.region}${mode}`);
  // A replica that cannot follow the log must not take work from those that can: it hands over and ends.
  const why = await Promise.race([stopped, mooring.store.stopped]);
  log.info({ why: String(why) }, "stopping");
  await mooring.close();
  if (why instanceof Error) throw new UserError(why.message, EXIT.failed, { cause: why });
}

/** The one obstacle that everybody meets who starts on DynamoDB for the first time. */
async function explained(error: unknown, { store }: ServeConfig, { account, region }: Home): Promise<unknown> {
  const isMissing = error instanceof Error && error.name === "ResourceNotFoundException";
  if (store.engine !== "dynamodb" || !isMissing) return error;
  const { tableDefinitions } = await import("../store/dynamodb-tables.ts");
  const names = tableDefinitions(store.tablePrefix).map(({ TableName }) => TableName);
  return new UserError(
    `Account ${account} has no DynamoDB tables ${names.join(", ")} in ${region}. Deploy them, start once with --create-tables, or correct the prefix in --store dynamodb:TABLE_PREFIX.`,
    EXIT.usage,
    { cause: error },
  );
}

async function openEngine({ store: choice, createTables }: ServeConfig, region: string): Promise<Engine> {
  if (choice.engine === "sqlite") {
    const { openSqliteEngine } = await import("../store/sqlite-engine.ts");
    try {
      return openSqliteEngine(choice.file, { fsync: true });
    } catch (error) {
      throw new UserError((error as Error).message, EXIT.failed, { cause: error });
    }
  }
  const [{ DynamoDBClient }, { openDynamoDbEngine }] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("../store/dynamodb-engine.ts"),
  ]);
  const client = new DynamoDBClient({ region });
  const engine = openDynamoDbEngine({ client, tablePrefix: choice.tablePrefix });
  if (createTables) await engine.ensureTables();
  return engine;
}
