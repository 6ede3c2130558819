import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** How one emulator is started. */
export interface EmulatorSettings {
  name: EmulatorName;
  /** As published, or as EMULATOR_…_IMAGE names it. */
  image: string;
  /** The published one's equal, built by `images/build` where nothing can be pulled; null where another one is named. */
  builtImage: string | null;
  /** That it listens on, inside. */
  port: number;
  /** Answers 2xx once requests are served. */
  healthPath: string;
}

export type EmulatorName = "ministack" | "moto" | "localstack" | "dynamodb-local";

export interface Settings {
  emulators: Readonly<Record<EmulatorName, EmulatorSettings>>;
  /** Of one container, from its creation to its first healthy answer, ms. */
  startMaxMs: number;
  /** Of one pull, ms. */
  pullMaxMs: number;
  /** null = only what LocalStack serves without one. */
  localstackToken: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const VERSIONS = fileURLToPath(new URL("images/versions", import.meta.url));
const REPOSITORY = "mooring-emulators";

/** The versions that `images/build` builds. */
function readVersions(): Record<string, string> {
  const lines = readFileSync(VERSIONS, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => line.split(" ") as [string, string]));
}

/**
 * Which images are started, and how. Each can be set: EMULATOR_MINISTACK_IMAGE, EMULATOR_MINISTACK_PORT,
 * EMULATOR_MINISTACK_HEALTH, and so for MOTO, LOCALSTACK and DYNAMODB_LOCAL; EMULATOR_START_SECONDS,
 * EMULATOR_PULL_SECONDS, LOCALSTACK_AUTH_TOKEN.
 *
 * @throws with all that is wrong, if something is.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const versions = readVersions();
  const token = environment["LOCALSTACK_AUTH_TOKEN"] ?? "";
  const problems: string[] = [];
  const emulator = (name: EmulatorName, image: string, port: number, healthPath: string): EmulatorSettings => {
    const prefix = `EMULATOR_${name.toUpperCase().replace("-", "_")}`;
    const named = environment[`${prefix}_IMAGE`];
    const health = environment[`${prefix}_HEALTH`] ?? healthPath;
    if (!health.startsWith("/"))
      problems.push(`${prefix}_HEALTH is "${health}"; allowed is a path, e.g. "${healthPath}"`);
    return {
      name,
      image: named ?? image,
      builtImage: named === undefined ? `${REPOSITORY}/${name}:${versions[name]}` : null,
      port: whole(environment, `${prefix}_PORT`, port, 65_535, problems),
      healthPath: health,
    };
  };
  const settings: Settings = {
    emulators: {
      ministack: emulator("ministack", `ministackorg/ministack:${versions["ministack"]}`, 4566, "/_localstack/health"),
      moto: emulator("moto", `motoserver/moto:${versions["moto"]}`, 5000, "/moto-api/"),
      // 4.14.0 is the last one that starts without a token.
      localstack: emulator(
        "localstack",
        `localstack/localstack:${token === "" ? "4.14.0" : "latest"}`,
        4566,
        "/_localstack/health",
      ),
      "dynamodb-local": emulator("dynamodb-local", `amazon/dynamodb-local:${versions["dynamodb-local"]}`, 8000, "/"),
    },
    startMaxMs: whole(environment, "EMULATOR_START_SECONDS", 90, 3_600, problems) * 1_000,
    pullMaxMs: whole(environment, "EMULATOR_PULL_SECONDS", 120, 3_600, problems) * 1_000,
    localstackToken: token === "" ? null : token,
  };
  if (problems.length > 0)
    throw new Error(`The emulators' settings are wrong:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
  return settings;
}

function whole(environment: Environment, name: string, fallback: number, max: number, problems: string[]): number {
  const text = environment[name];
  if (text === undefined) return fallback;
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > max) problems.push(`${name} is "${text}"; allowed is a whole number from 1 to ${max}`);
  return number;
}
