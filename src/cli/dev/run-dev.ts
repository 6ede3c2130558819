import { join } from "node:path";
import { forgetAmbientAws, readLogLevel } from "../../config.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../model/settings.ts";
import { startSimulator } from "../../simulator/aws-simulator.ts";
import { evaluateClientAccess } from "../../simulator/access/client-access.ts";
import { connect } from "../client.ts";
import { realClock } from "../clock.ts";
import { createLog, startMooring, type Mooring } from "../compose.ts";
import type { DevOptions } from "../dev.ts";
import { assertLoopback } from "../loopback.ts";
import { assertPortFree, portError } from "../ports.ts";
import type { Terminal } from "../terminal.ts";
import { EXIT } from "../user-error.ts";
import { openDataDirectory, type DataDirectory } from "./data-directory.ts";
import { openDevStore, type DevStore } from "./dev-store.ts";
import type { MayMount } from "./matrix.ts";
import { sampleFileSystemId } from "./samples.ts";
import { writeShellFiles } from "./shell-files.ts";
import { tellStory } from "./story.ts";
import { createTranscript, type Transcript } from "./transcript.ts";
import { tryThese } from "./try-these.ts";

const HOST = "127.0.0.1";
/** Whom the simulator, and so the history, sees behind the pasted commands. */
const PERSON = "you";
export const INSTALLATION = "dev";

/** Production waits for AWS to settle; the simulator is at rest at once. */
const DEV_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  installation: INSTALLATION,
  settleMs: 0,
  propagationMs: 0,
  absenceGapMs: 0,
  quotaShare: Number.POSITIVE_INFINITY,
};

type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/**
 * Runs `mooring dev` until it is stopped (or, with `--once`, until its story is told).
 *
 * @param stopped aborts when somebody wants it to end.
 * @returns the exit code.
 */
export async function runDev(options: DevOptions, terminal: Terminal, stopped: AbortSignal): Promise<number> {
  const startMs = realClock.nowMs();
  forgetAmbientAws();
  const directory = openDataDirectory(options.dataDirectory);
  const transcript = createTranscript(terminal, realClock.nowMs, startMs);
  let store: DevStore | undefined;
  let simulator: RunningSimulator | undefined;
  let mooring: Mooring | undefined;
  try {
    await assertPortFree(HOST, options.port, { what: "the API", flag: "--port" });
    await assertPortFree(HOST, options.awsPort, { what: "the simulated AWS", flag: "--aws-port" });
    store = await openDevStore(options.store, directory);
    simulator = await openSimulator(options, store);
    mooring = await openMooring(options, { directory, store, simulator });
    const home = homeOf(simulator);
    writeShellFiles({
      dataDirectory: directory.path,
      apiUrl: mooring.url,
      awsUrl: simulator.url,
      region: home.region,
      actor: PERSON,
    });
    transcript.say(`API ${mooring.url}, simulated AWS ${simulator.url}, state in ${options.dataDirectory}`);
    if (options.store.engine !== "sqlite") transcript.say(`records in ${store.told}`);
    const problems = options.isEmpty
      ? []
      : await tellStory({
          client: connect(mooring.url, PERSON),
          clock: realClock,
          home,
          installation: INSTALLATION,
          awsUrl: simulator.url,
          mayMount: mayMountIn(simulator),
          onActivity: mooring.service.onActivity,
          catchUp: catchUpOf(mooring),
          transcript,
          signal: stopped,
        });
    return await ending(options, {
      problems,
      directory,
      url: mooring.url,
      transcript,
      terminal,
      stopped,
    });
  } finally {
    await mooring?.close();
    await simulator?.close();
    await store?.close();
    directory.release();
  }
}

function catchUpOf({ service }: Mooring): () => Promise<number> {
  return async () => {
    const keys = await service.sweepNow();
    await service.reconcile(keys);
    return keys.length;
  };
}

interface Ending {
  problems: string[];
  directory: DataDirectory;
  url: string;
  transcript: Transcript;
  terminal: Terminal;
  stopped: AbortSignal;
}

async function ending(
  { isOnce, isEmpty }: DevOptions,
  { problems, directory, url, transcript, terminal, stopped }: Ending,
): Promise<number> {
  // What a stop cut short is no problem, and whoever stopped it knows.
  if (stopped.aborted) {
    transcript.say("stopping");
    return isOnce ? EXIT.interrupted : EXIT.ok;
  }
  for (const problem of problems) terminal.err(`${terminal.paint.red("mooring:")} ${problem}`);
  if (isOnce) {
    if (problems.length === 0) transcript.say("all converged, all repaired", "=");
    return problems.length > 0 ? EXIT.failed : EXIT.ok;
  }
  transcript.detail("");
  transcript.detail("It stays up; Ctrl-C ends it. In another terminal, from this directory:");
  transcript.detail("");
  const commands = tryThese({
    dataDirectory: directory.path,
    workingDirectory: process.cwd(),
    apiUrl: url,
    sampleFileSystemId: isEmpty ? null : sampleFileSystemId(),
  });
  commands.forEach((command) => transcript.detail(command === "" ? "" : `  ${command}`));
  transcript.detail("");
  await new Promise<void>((resolve) => stopped.addEventListener("abort", () => resolve(), { once: true }));
  transcript.say("stopping");
  return EXIT.ok;
}

async function openSimulator({ awsPort, isEmpty }: DevOptions, { accountFile }: DevStore): Promise<RunningSimulator> {
  try {
    return await startSimulator({ port: awsPort, dataFile: accountFile, furnish: !isEmpty });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw portError(error as NodeJS.ErrnoException, HOST, awsPort, { what: "the simulated AWS", flag: "--aws-port" });
  }
}

/** The simulated EFS's own verdict, from the policies in force at that moment. */
function mayMountIn({ simulator }: RunningSimulator): MayMount {
  return ({ roleArn, fileSystemId, accessPointId, tls }) => {
    const through = accessPointId === null ? {} : { accessPointId };
    const attempt = { roleArn, fileSystemId, ...through, tls, viaMountTarget: true, action: "ClientMount" } as const;
    return evaluateClientAccess(simulator.world, attempt).decision === "allow";
  };
}

function homeOf({ simulator }: RunningSimulator): { account: string; region: string } {
  return { account: simulator.world.account, region: simulator.world.region };
}

async function openMooring(
  { port }: DevOptions,
  { directory, store, simulator }: { directory: DataDirectory; store: DevStore; simulator: RunningSimulator },
): Promise<Mooring> {
  return startMooring({
    home: homeOf(simulator),
    settings: DEV_SETTINGS,
    listen: { host: HOST, port, flag: "--port" },
    engine: store.engine,
    aws: {
      endpoint: assertLoopback(simulator.url),
      credentials: { accessKeyId: "mooring", secretAccessKey: "not-a-secret" },
    },
    queues: null,
    eventBus: "default",
    log: createLog(readLogLevel() ?? "info", join(directory.path, "mooring.log")),
  });
}
