import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { renderEnvironment, writeShellFiles } from "./shell-files.ts";

const directory = mkdtempSync(join(tmpdir(), "mooring env's "));
afterAll(() => rmSync(directory, { recursive: true }));

const settings = {
  dataDirectory: directory,
  apiUrl: "http://127.0.0.1:8080",
  awsUrl: "http://127.0.0.1:4566",
  region: "eu-west-1",
  actor: "you",
};

const sourced = (shell: string): Record<string, string> => {
  const file = join(directory, "env");
  writeFileSync(file, renderEnvironment(settings));
  const ambient = {
    PATH: "/usr/bin:/bin",
    AWS_PROFILE: "prod",
    AWS_SESSION_TOKEN: "real",
    AWS_ENDPOINT_URL_LAMBDA: "https://lambda.eu-west-1.amazonaws.com",
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
  };
  const text = execFileSync(shell, ["-c", '. "$0"; env', file], {
    env: ambient,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
};

test.each(["bash", "sh"])("sourced in %s it points at this machine and leaves nothing real behind", (shell) => {
  const variables = sourced(shell);
  expect(variables).toMatchObject({
    KUBECONFIG: join(directory, "kubeconfig"),
    AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    AWS_ACCESS_KEY_ID: "you",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    PATH: `${join(directory, "bin")}:/usr/bin:/bin`,
  });
  for (const name of [
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  ]) {
    expect(variables).not.toHaveProperty(name);
  }
});

test("an endpoint that is not on this machine is refused", () => {
  expect(() => renderEnvironment({ ...settings, awsUrl: "https://efs.eu-west-1.amazonaws.com" })).toThrow(
    /Refusing the AWS endpoint/,
  );
});

test("the aws command of the shell names the simulator to the real one, which version 1 of the AWS CLI needs for SQS", () => {
  writeShellFiles(settings);
  const real = join(directory, "real");
  mkdirSync(real, { recursive: true });
  writeFileSync(join(real, "aws"), '#!/bin/sh\necho "$PATH" "$@"\n', { mode: 0o755 });
  const said = execFileSync(
    "sh",
    ["-c", '. "$0"; . "$0"; aws sqs list-queues --max-items "1 2"', join(directory, "env")],
    {
      env: { PATH: `${real}:/usr/bin:/bin` },
      encoding: "utf8",
    },
  );
  expect(said).toBe(`${real}:/usr/bin:/bin --endpoint-url http://127.0.0.1:4566 sqs list-queues --max-items 1 2\n`);
});
