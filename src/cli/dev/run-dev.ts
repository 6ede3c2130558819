import { join } from "node:path";
import { StoppedWhileStarting } from "../../controller/service.ts";
import { forgetAmbientAws, readLogLevel } from "../../config.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../model/settings.ts";
import { connect } from "../client.ts";
import { realClock } from "../clock.ts";
import { createLog, startMooring, type Mooring } from "../compose.ts";
import type { DevOptions } from "../dev.ts";
import { assertLoopback } from "../loopback.ts";
import { assertPortFree } from "../ports.ts";
import type { Terminal } from "../terminal.ts";
import { EXIT } from "../user-error.ts";
import { openDataDirectory, type DataDirectory } from "./data-directory.ts";
import { openSimulatedAccount, type DevAccount } from "./dev-account.ts";
import { openDevStore, type DevStore } from "./dev-store.ts";
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
  // A story told again and again within the hour repeats what its people do: they are held off, but not for long.
  contendedBackoffBaseMs: 2_000,
  contendedBackoffCapMs: 10_000,
  absenceGapMs: 0,
  quotaShare: Number.POSITIVE_INFINITY,
};

/** Between sweeps where no event tells what others did. */
const BLIND_SWEEP_MS = 5_000;

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
  let account: DevAccount | undefined;
  let mooring: Mooring | undefined;
  try {
    await assertPortFree(HOST, options.port, { what: "the API", flag: "--port" });
    if (options.awsEndpoint === null)
      await assertPortFree(HOST, options.awsPort, { what: "the simulated AWS", flag: "--aws-port" });
    store = await openDevStore(options.store, directory);
    account = await openAccount(options, store);
    mooring = await openMooring(options, { directory, store, account, stopped });
    writeShellFiles({
      dataDirectory: directory.path,
      apiUrl: mooring.url,
      awsUrl: account.awsUrl,
      region: account.home.region,
      actor: PERSON,
    });
    transcript.say(`API ${mooring.url}, ${account.told}, state in ${options.dataDirectory}`);
    if (options.store.engine !== "sqlite") transcript.say(`records in ${store.told}`);
    const problems = options.isEmpty
      ? []
      : await tellStory({
          client: connect(mooring.url, PERSON),
          clock: realClock,
          account,
          installation: INSTALLATION,
          onActivity: mooring.service.onActivity,
          catchUp: catchUpOf(mooring),
          transcript,
          signal: stopped,
        });
    return await ending(options, {
      problems,
      sampleFileSystemId: options.isEmpty ? null : account.fileSystemId,
      directory,
      url: mooring.url,
      transcript,
      terminal,
      stopped,
    });
  } catch (error) {
    if (error instanceof StoppedWhileStarting) return stopping(options, transcript);
    throw error;
  } finally {
    await mooring?.close();
    await account?.close();
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
  sampleFileSystemId: string | null;
  directory: DataDirectory;
  url: string;
  transcript: Transcript;
  terminal: Terminal;
  stopped: AbortSignal;
}

function stopping({ isOnce }: DevOptions, transcript: Transcript): number {
  transcript.say("stopping");
  return isOnce ? EXIT.interrupted : EXIT.ok;
}

async function ending(
  options: DevOptions,
  { problems, sampleFileSystemId, directory, url, transcript, terminal, stopped }: Ending,
): Promise<number> {
  // What a stop cut short is no problem, and whoever stopped it knows.
  if (stopped.aborted) return stopping(options, transcript);
  const { isOnce } = options;
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
    sampleFileSystemId,
  });
  commands.forEach((command) => transcript.detail(command === "" ? "" : `  ${command}`));
  transcript.detail("");
  await new Promise<void>((resolve) => stopped.addEventListener("abort", () => resolve(), { once: true }));
  transcript.say("stopping");
  return EXIT.ok;
}

async function openAccount(
  { awsPort, isEmpty, awsEndpoint }: DevOptions,
  { accountFile }: DevStore,
): Promise<DevAccount> {
  if (awsEndpoint === null)
    return openSimulatedAccount({ host: HOST, port: awsPort, file: accountFile, isFurnished: !isEmpty });
  const { openEmulatedAccount } = await import("./emulated-account.ts");
  return openEmulatedAccount(awsEndpoint);
}

async function openMooring(
  { port }: DevOptions,
  {
    directory,
    store,
    account,
    stopped,
  }: { directory: DataDirectory; store: DevStore; account: DevAccount; stopped: AbortSignal },
): Promise<Mooring> {
  return startMooring({
    home: account.home,
    settings: account.hasEvents ? DEV_SETTINGS : { ...DEV_SETTINGS, sweepIntervalMs: BLIND_SWEEP_MS },
    listen: { host: HOST, port, flag: "--port" },
    engine: store.engine,
    aws: {
      endpoint: assertLoopback(account.awsUrl),
      credentials: { accessKeyId: "mooring", secretAccessKey: "not-a-secret" },
    },
    queues: null,
    eventBus: "default",
    log: createLog(readLogLevel() ?? "info", join(directory.path, "mooring.log")),
    signal: stopped,
  });
}
