import { LocalstackContainer } from "@testcontainers/localstack";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { assertEngine } from "./engine.ts";
import { findImage } from "./images.ts";
import { type EmulatorName, type EmulatorSettings, readSettings, type Settings } from "./settings.ts";

// Testcontainers reads these when it starts something. Its reaper is an image of its own, which cannot be built here;
// whoever starts an emulator stops it.
process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";
if (process.env["DOCKER_HOST"] === undefined) process.env["TESTCONTAINERS_HOST_OVERRIDE"] ??= "127.0.0.1";

/** A container that answers. */
export interface Emulator {
  name: EmulatorName;
  /** The image that runs, with its tag. */
  image: string;
  /** "http://127.0.0.1:PORT" */
  url: string;
  stop(): Promise<void>;
}

/** What an emulator must be told about the account that it plays. */
export interface PlayedAccount {
  account: string;
  region: string;
}

/**
 * Starts one emulator, and waits until it answers requests.
 *
 * @throws one line that says what is wrong and what to do; never hangs longer than the settings allow.
 */
export async function startEmulator(
  name: EmulatorName,
  played: PlayedAccount,
  settings: Settings = readSettings(),
): Promise<Emulator> {
  await assertEngine();
  const own = settings.emulators[name];
  const image = await findImage(own, settings.pullMaxMs);
  let lastStatus: number | null = null;
  const isUp = (status: number): boolean => {
    lastStatus = status;
    return isHealthy(name, status);
  };
  const container = containerOf(own, image)
    .withExposedPorts(own.port)
    .withEnvironment(environmentOf(name, played, settings))
    .withWaitStrategy(Wait.forHttp(own.healthPath, own.port).forStatusCodeMatching(isUp))
    .withStartupTimeout(settings.startMaxMs);
  const started = await container.start().catch((error: unknown) => {
    const isUnhealthy = lastStatus !== null || /not accessible|timed? ?out/i.test((error as Error).message);
    throw new Error(
      isUnhealthy ? notHealthy(own, image, lastStatus, settings.startMaxMs) : notStarted(own, image, error as Error),
      { cause: error },
    );
  });
  return { name, image, url: urlOf(started, own), stop: async () => void (await started.stop({ timeout: 0 })) };
}

/** Several at once; all or none. */
export async function startEmulators<Name extends EmulatorName>(
  names: readonly Name[],
  played: PlayedAccount,
  settings: Settings = readSettings(),
): Promise<{ byName: Record<Name, Emulator>; stop(): Promise<void> }> {
  const results = await Promise.allSettled(names.map((name) => startEmulator(name, played, settings)));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(started.map((emulator) => emulator.stop())));
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return { byName: Object.fromEntries(started.map((each) => [each.name, each])) as Record<Name, Emulator>, stop };
}

/** What to say of a container that Docker does not start, or that ends at once. */
export function notStarted({ name }: EmulatorSettings, image: string, { message }: Error): string {
  return `${name} (${image}) does not start: ${message.split("\n")[0]}. See what it says: docker run --rm ${image}; is it the right image?`;
}

/** What to say of an emulator that was started and does not serve. */
export function notHealthy(
  { name, port, healthPath }: EmulatorSettings,
  image: string,
  lastStatus: number | null,
  startMaxMs: number,
): string {
  const answered = lastStatus === null ? "was not answered" : `was answered with ${lastStatus}`;
  const prefix = `EMULATOR_${name.toUpperCase().replace("-", "_")}`;
  return `${name} (${image}) was started, but GET ${healthPath} on its port ${port} ${answered} for ${startMaxMs / 1_000} s. See what it says: docker run --rm ${image}; if it listens elsewhere or needs longer, set ${prefix}_PORT, ${prefix}_HEALTH or EMULATOR_START_SECONDS.`;
}

function containerOf({ name }: EmulatorSettings, image: string): GenericContainer {
  return name === "localstack" ? new LocalstackContainer(image) : new GenericContainer(image);
}

/** DynamoDB Local has no health path: a request without a signature is refused by what serves all others. */
function isHealthy(name: EmulatorName, status: number): boolean {
  return (status >= 200 && status < 300) || (name === "dynamodb-local" && status === 400);
}

function urlOf(started: StartedTestContainer, { port }: EmulatorSettings): string {
  return `http://${started.getHost()}:${started.getMappedPort(port)}`;
}

function environmentOf(
  name: EmulatorName,
  { account, region }: PlayedAccount,
  settings: Settings,
): Record<string, string> {
  switch (name) {
    case "ministack":
      return { MINISTACK_ACCOUNT_ID: account, MINISTACK_REGION: region };
    case "moto":
      return { MOTO_ACCOUNT_ID: account };
    case "localstack":
      return {
        AWS_DEFAULT_REGION: region,
        DISABLE_EVENTS: "1",
        SKIP_SSL_CERT_DOWNLOAD: "1",
        ...(settings.localstackToken === null ? {} : { LOCALSTACK_AUTH_TOKEN: settings.localstackToken }),
      };
    case "dynamodb-local":
      return {};
  }
}
