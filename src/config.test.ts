import { describe, expect, test } from "vitest";
import {
  ConfigError,
  forgetAmbientAws,
  parseDuration,
  readClientConfig,
  readServeConfig,
  wantsColour,
} from "./config.ts";
import { DEFAULT_SETTINGS } from "./model/settings.ts";

const problemsOf = (flags: Record<string, string>, environment: Record<string, string> = {}): string[] => {
  try {
    readServeConfig(flags, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe("the configuration of serve", () => {
  test("is production's defaults when nothing is set", () => {
    const config = readServeConfig({}, {});
    expect(config.settings).toEqual(DEFAULT_SETTINGS);
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      queues: null,
      store: { engine: "sqlite", file: "mooring.db" },
    });
  });

  test("takes a flag over the environment", () => {
    expect(readServeConfig({ MOORING_PORT: "9000" }, { MOORING_PORT: "7000" }).port).toBe(9000);
    expect(readServeConfig({}, { MOORING_PORT: "7000" }).port).toBe(7000);
  });

  test("reports all problems at once, each with what was given and what is allowed", () => {
    const problems = problemsOf(
      { MOORING_PORT: "http", MOORING_STORE: "postgres:x" },
      { MOORING_SETTLE: "ten", MOORING_READ_ONLY: "maybe" },
    );
    expect(problems).toHaveLength(4);
    expect(problems.join("\n")).toMatch(/--port is "http"; allowed is a whole number from 0 to 65535/);
    expect(problems.join("\n")).toMatch(/--store is "postgres:x"; allowed is "sqlite:FILE" or/);
  });

  test("refuses a misspelt variable instead of ignoring it", () => {
    expect(problemsOf({}, { MOORING_SETLE: "10s" })).toEqual([
      expect.stringContaining("MOORING_SETLE is not a setting"),
    ]);
  });

  test("calls what was given as an option by that name, and the rest by its variable", () => {
    expect(problemsOf({ MOORING_PORT: "x" }, { MOORING_SETTLE: "x" })).toEqual([
      expect.stringMatching(/^--port is "x"/),
      expect.stringMatching(/^MOORING_SETTLE is "x"/),
    ]);
    expect(problemsOf({ MOORING_FAST_QUEUE_URL: "http://127.0.0.1:1/q" })[0]).toMatch(
      /--fast-queue-url and MOORING_SLOW/,
    );
    expect(() => readClientConfig({ MOORING_URL: "x" }, {})).toThrow(/--server is "x"/);
  });

  test("refuses a lease that a run could outlive", () => {
    expect(problemsOf({}, { MOORING_LEASE: "19s" })).toEqual([expect.stringContaining("must be at least")]);
  });

  test("refuses one queue without the other", () => {
    expect(problemsOf({ MOORING_FAST_QUEUE_URL: "http://127.0.0.1:1/q" })).toEqual([
      expect.stringContaining("set both"),
    ]);
  });

  test("reads the DynamoDB prefix and the share of the quotas", () => {
    const config = readServeConfig({ MOORING_STORE: "dynamodb:mooring-prod" }, { MOORING_QUOTA_SHARE_PERCENT: "25" });
    expect(config.store).toEqual({ engine: "dynamodb", tablePrefix: "mooring-prod" });
    expect(config.settings.quotaShare).toBe(0.25);
  });
});

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["1.5m", 90_000],
  ["7d", 604_800_000],
  ["0", 0],
  ["10", null],
  ["-1s", null],
  ["s", null],
])("the duration %s is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test("the service's URL loses its trailing slash and must be http", () => {
  expect(readClientConfig({ MOORING_URL: "http://127.0.0.1:9/" }, {}).url).toBe("http://127.0.0.1:9");
  expect(() => readClientConfig({ MOORING_URL: "127.0.0.1:9" }, {})).toThrow(/allowed is an http or https URL/);
});

test("colours are for terminals, unless the environment says otherwise", () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(false, {})).toBe(false);
  expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColour(false, { FORCE_COLOR: "1" })).toBe(true);
});

test("ambient AWS settings are forgotten, whatever their names", () => {
  const environment: Record<string, string | undefined> = {
    AWS_PROFILE: "prod",
    AWS_ENDPOINT_URL_EFS: "https://real",
    AWS_USE_FIPS_ENDPOINT: "true",
    PATH: "/bin",
  };
  forgetAmbientAws(environment);
  expect(environment).toEqual({
    PATH: "/bin",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  });
});
