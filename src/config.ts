import { z } from "zod";
import { DEFAULT_SETTINGS, type Settings } from "./model/settings.ts";

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
/** `setTimeout` holds 31 bits of milliseconds, which is a little more than 24 days. */
const DURATION_MAX_MS = 24 * UNITS_MS.d;

/**
 * Reads "500ms", "10s", "5m", "2h" or "7d".
 *
 * @returns milliseconds, or null if `text` has another form.
 */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  const match = DURATION.exec(text);
  if (match === null) return null;
  return Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
}

const given = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));

const duration = (fallbackMs: number) =>
  z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== null && ms <= DURATION_MAX_MS) return ms;
      context.addIssue({
        code: "custom",
        message: `is ${given(text)}; allowed is a number and a unit (ms, s, m, h, d) up to 24d, e.g. "10s"`,
      });
      return z.NEVER;
    })
    .default(fallbackMs);

const whole = (min: number, max: number, fallback: number) =>
  z
    .string()
    .transform((text, context) => {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (number >= min && number <= max) return number;
      context.addIssue({
        code: "custom",
        message: `is ${given(text)}; allowed is a whole number from ${min} to ${max}`,
      });
      return z.NEVER;
    })
    .default(fallback);

const flag = z
  .string()
  .transform((text, context) => {
    if (["1", "true", "yes"].includes(text)) return true;
    if (["0", "false", "no", ""].includes(text)) return false;
    context.addIssue({ code: "custom", message: `is ${given(text)}; allowed is true or false` });
    return z.NEVER;
  })
  .default(false);

const matching = (pattern: RegExp, allowed: string) =>
  z
    .string()
    .refine((text) => pattern.test(text), { error: (issue) => `is ${given(issue.input)}; allowed is ${allowed}` });

const httpUrl = z.string().refine((text) => URL.canParse(text) && /^https?:/.test(text), {
  error: (issue) => `is ${given(issue.input)}; allowed is an http or https URL, e.g. "http://127.0.0.1:8080"`,
});

/** `sqlite:FILE` or `dynamodb:TABLE_PREFIX`. */
export type StoreChoice = { engine: "sqlite"; file: string } | { engine: "dynamodb"; tablePrefix: string };

const store = z
  .string()
  .transform((text, context): StoreChoice => {
    const [engine, rest] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
    if (engine === "sqlite" && rest !== "") return { engine, file: rest };
    if (engine === "dynamodb" && /^[A-Za-z0-9_.-]{3,200}$/.test(rest)) return { engine, tablePrefix: rest };
    context.addIssue({
      code: "custom",
      message: `is ${given(text)}; allowed is "sqlite:FILE" or "dynamodb:TABLE_PREFIX" (3-200 letters, digits, "_", ".", "-")`,
    });
    return z.NEVER;
  })
  .default({ engine: "sqlite", file: "mooring.db" });

const D = DEFAULT_SETTINGS;

/** Every variable that Mooring reads, with its default. A MOORING_ variable that is not here is a mistake, and reported. */
const SERVE_VARIABLES = z.object({
  MOORING_HOST: z.string().min(1, { error: "is empty; allowed is an address, e.g. 127.0.0.1" }).default("127.0.0.1"),
  MOORING_PORT: whole(0, 65_535, 8080),
  MOORING_STORE: store,
  MOORING_CREATE_TABLES: flag,
  MOORING_FAST_QUEUE_URL: httpUrl.optional(),
  MOORING_SLOW_QUEUE_URL: httpUrl.optional(),
  MOORING_EVENT_BUS: matching(/^[A-Za-z0-9_./-]{1,256}$/, "the name of an EventBridge bus").default("default"),
  MOORING_INSTALLATION: matching(/^[a-z0-9]{1,16}$/, "1 to 16 lower-case letters and digits").default(D.installation),
  MOORING_READ_ONLY: flag,
  MOORING_PROPAGATION: duration(D.propagationMs),
  MOORING_SETTLE: duration(D.settleMs),
  MOORING_ABSENCE_GAP: duration(D.absenceGapMs),
  MOORING_QUARANTINE: duration(D.quarantineMs),
  MOORING_GATHER_QUIET: duration(D.gatherQuietMs),
  MOORING_GATHER_MAX: duration(D.gatherMaxMs),
  MOORING_SWEEP_INTERVAL: duration(D.sweepIntervalMs),
  MOORING_RUN_MAX: duration(D.runMaxMs),
  MOORING_CALL_DEADLINE: duration(D.callDeadlineMs),
  MOORING_LEASE: duration(D.leaseMs),
  MOORING_ACTIONS_PER_RUN: whole(1, 1_000, D.actionsPerRunMax),
  MOORING_CONCURRENCY: whole(1, 256, D.concurrency),
  MOORING_QUOTA_SHARE_PERCENT: whole(1, 100, D.quotaShare * 100),
  MOORING_BACKOFF_BASE: duration(D.backoffBaseMs),
  MOORING_BACKOFF_CAP: duration(D.backoffCapMs),
  MOORING_CONTENDED_WINDOW: duration(D.contendedWindowMs),
  MOORING_CONTENDED_BASE: duration(D.contendedBackoffBaseMs),
  MOORING_CONTENDED_CAP: duration(D.contendedBackoffCapMs),
});

const CLIENT_VARIABLES = z.object({
  MOORING_URL: httpUrl.default("http://127.0.0.1:8080"),
});

/** pino's levels. */
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
const COMMON_VARIABLES = z.object({
  MOORING_LOG: z
    .enum(LOG_LEVELS, { error: (issue) => `is ${given(issue.input)}; allowed is one of ${LOG_LEVELS.join(", ")}` })
    .optional(),
});

/** How `mooring serve` runs. */
export interface ServeConfig {
  host: string;
  port: number;
  store: StoreChoice;
  /** Create the DynamoDB tables that are missing. */
  createTables: boolean;
  /** Both, or neither: without them the queues are found (or made) by the installation's name. */
  queues: { fastUrl: string; slowUrl: string } | null;
  eventBus: string;
  settings: Settings;
  logLevel: (typeof LOG_LEVELS)[number];
}

/** Everything that is wrong with the configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((p) => `  - ${p}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what `serve` needs. `flags` come from the command line, by variable name, and win.
 *
 * @throws {ConfigError} naming all problems at once.
 */
export function readServeConfig(flags: Environment = {}, environment: Environment = process.env): ServeConfig {
  const merged = { ...environment, ...withoutUndefined(flags) };
  const parsed = SERVE_VARIABLES.extend(COMMON_VARIABLES.shape).safeParse(merged);
  const problems = parsed.success ? crossChecks(parsed.data) : problemsOf(parsed.error);
  problems.push(...unknownVariables(environment));
  if (!parsed.success || problems.length > 0) throw new ConfigError(namingOptions(problems, flags));
  const v = parsed.data;
  return {
    host: v.MOORING_HOST,
    port: v.MOORING_PORT,
    store: v.MOORING_STORE,
    createTables: v.MOORING_CREATE_TABLES,
    queues:
      v.MOORING_FAST_QUEUE_URL === undefined || v.MOORING_SLOW_QUEUE_URL === undefined
        ? null
        : { fastUrl: v.MOORING_FAST_QUEUE_URL, slowUrl: v.MOORING_SLOW_QUEUE_URL },
    eventBus: v.MOORING_EVENT_BUS,
    settings: settingsOf(v),
    logLevel: v.MOORING_LOG ?? "info",
  };
}

function settingsOf(v: z.output<typeof SERVE_VARIABLES>): Settings {
  return {
    installation: v.MOORING_INSTALLATION,
    readOnly: v.MOORING_READ_ONLY,
    propagationMs: v.MOORING_PROPAGATION,
    settleMs: v.MOORING_SETTLE,
    absenceGapMs: v.MOORING_ABSENCE_GAP,
    quarantineMs: v.MOORING_QUARANTINE,
    gatherQuietMs: v.MOORING_GATHER_QUIET,
    gatherMaxMs: v.MOORING_GATHER_MAX,
    sweepIntervalMs: v.MOORING_SWEEP_INTERVAL,
    runMaxMs: v.MOORING_RUN_MAX,
    callDeadlineMs: v.MOORING_CALL_DEADLINE,
    leaseMs: v.MOORING_LEASE,
    actionsPerRunMax: v.MOORING_ACTIONS_PER_RUN,
    concurrency: v.MOORING_CONCURRENCY,
    quotaShare: v.MOORING_QUOTA_SHARE_PERCENT / 100,
    backoffBaseMs: v.MOORING_BACKOFF_BASE,
    backoffCapMs: v.MOORING_BACKOFF_CAP,
    contendedWindowMs: v.MOORING_CONTENDED_WINDOW,
    contendedBackoffBaseMs: v.MOORING_CONTENDED_BASE,
    contendedBackoffCapMs: v.MOORING_CONTENDED_CAP,
  };
}

/**
 * Reads what the verbs that talk to a running service need: its URL.
 *
 * @throws {ConfigError} naming all problems at once.
 */
export function readClientConfig(flags: Environment = {}, environment: Environment = process.env): { url: string } {
  const parsed = CLIENT_VARIABLES.safeParse({ ...environment, ...withoutUndefined(flags) });
  if (!parsed.success) throw new ConfigError(namingOptions(problemsOf(parsed.error), flags));
  return { url: parsed.data.MOORING_URL.replace(/\/+$/, "") };
}

/** Reads the log level; null = not set, each verb has its own default. */
export function readLogLevel(environment: Environment = process.env): (typeof LOG_LEVELS)[number] | null {
  const parsed = COMMON_VARIABLES.safeParse(environment);
  if (!parsed.success) throw new ConfigError(problemsOf(parsed.error));
  return parsed.data.MOORING_LOG ?? null;
}

/**
 * Whether colours are wanted, by the conventions of no-color.org and force-color.org.
 *
 * @param isTty whether the stream that is written to is a terminal.
 */
export function wantsColour(isTty: boolean, environment: Environment = process.env): boolean {
  if ((environment.NO_COLOR ?? "") !== "") return false;
  if ((environment.FORCE_COLOR ?? "") !== "") return environment.FORCE_COLOR !== "0";
  return isTty && environment.TERM !== "dumb";
}

/**
 * Takes every ambient AWS setting out of this process: profiles, credentials, endpoints, FIPS, config files.
 * `dev` and the tests call it first, so that nothing a person has set up for real accounts can leak in.
 */
export function forgetAmbientAws(environment: Record<string, string | undefined> = process.env): void {
  for (const name of Object.keys(environment)) if (name.startsWith("AWS_")) delete environment[name];
  environment.AWS_CONFIG_FILE = "/dev/null";
  environment.AWS_SHARED_CREDENTIALS_FILE = "/dev/null";
  environment.AWS_EC2_METADATA_DISABLED = "true";
}

/**
 * Where the SDK's own variable says that DynamoDB is; null = it says nothing. `dev` asks before it forgets the rest,
 * and refuses what is not on this machine.
 */
export function readDynamoDbEndpoint(environment: Environment = process.env): string | null {
  return environment.AWS_ENDPOINT_URL_DYNAMODB ?? null;
}

/** The environment for child processes. Only this file may read it. */
export function childEnvironment(environment: Environment = process.env): Record<string, string> {
  return withoutUndefined(environment);
}

/** DESIGN section 6: a lease must outlive a whole run plus one call that was begun at its end. */
function crossChecks(v: z.output<typeof SERVE_VARIABLES>): string[] {
  const problems: string[] = [];
  const leaseMinMs = v.MOORING_RUN_MAX + v.MOORING_CALL_DEADLINE + 2_000;
  if (v.MOORING_LEASE < leaseMinMs) {
    problems.push(
      `MOORING_LEASE is ${v.MOORING_LEASE / 1_000} s; it must be at least MOORING_RUN_MAX + MOORING_CALL_DEADLINE + 2 s = ${leaseMinMs / 1_000} s`,
    );
  }
  if (v.MOORING_BACKOFF_CAP < v.MOORING_BACKOFF_BASE)
    problems.push("MOORING_BACKOFF_CAP is below MOORING_BACKOFF_BASE; raise it or lower the base");
  if (v.MOORING_CONTENDED_CAP < v.MOORING_CONTENDED_BASE)
    problems.push("MOORING_CONTENDED_CAP is below MOORING_CONTENDED_BASE; raise it or lower the base");
  if (v.MOORING_GATHER_MAX < v.MOORING_GATHER_QUIET)
    problems.push("MOORING_GATHER_MAX is below MOORING_GATHER_QUIET; raise it or lower the quiet time");
  if ((v.MOORING_FAST_QUEUE_URL === undefined) !== (v.MOORING_SLOW_QUEUE_URL === undefined)) {
    problems.push(
      "only one of MOORING_FAST_QUEUE_URL and MOORING_SLOW_QUEUE_URL is set; set both, or neither to have the queues found by the installation's name",
    );
  }
  return problems;
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
}

/** What was given as an option is called by that name: nobody has set its variable. */
function namingOptions(problems: string[], flags: Environment): string[] {
  return problems.map((problem) =>
    problem.replaceAll(/\bMOORING_[A-Z_]+\b/g, (name) => (flags[name] === undefined ? name : optionOf(name))),
  );
}

function optionOf(variable: string): string {
  if (variable === "MOORING_URL") return "--server";
  return `--${variable.slice("MOORING_".length).toLowerCase().replaceAll("_", "-")}`;
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set([
    ...Object.keys(SERVE_VARIABLES.shape),
    ...Object.keys(CLIENT_VARIABLES.shape),
    ...Object.keys(COMMON_VARIABLES.shape),
  ]);
  return Object.keys(environment)
    .filter((name) => name.startsWith("MOORING_") && !known.has(name))
    .map((name) => `${name} is not a setting of Mooring; remove it, or take one of ${[...known].sort().join(", ")}`);
}

function withoutUndefined(values: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
