import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kubeconfig } from "../../api/kubeconfig.ts";
import { assertLoopback } from "../loopback.ts";

export interface ShellSettings {
  dataDirectory: string;
  apiUrl: string;
  awsUrl: string;
  region: string;
  /** Whom the simulator sees behind the pasted aws commands: it names a caller after its access key. */
  actor: string;
}

/** Variables that would override, or be mixed into, what the file sets. */
const UNSET = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_CA_BUNDLE",
];

/**
 * The text of `.mooring/env`: points kubectl, aws and mooring of one shell at this machine, and takes real
 * credentials out of it, so that a sabotage pasted into it cannot reach a real account.
 */
export function renderEnvironment(settings: ShellSettings): string {
  const exports: [string, string][] = [
    ["KUBECONFIG", join(settings.dataDirectory, "kubeconfig")],
    ["MOORING_URL", settings.apiUrl],
    ["AWS_ENDPOINT_URL", assertLoopback(settings.awsUrl)],
    ["AWS_ACCESS_KEY_ID", settings.actor],
    ["AWS_SECRET_ACCESS_KEY", "not-a-secret"],
    ["AWS_REGION", settings.region],
    ["AWS_DEFAULT_REGION", settings.region],
    ["AWS_CONFIG_FILE", "/dev/null"],
    ["AWS_SHARED_CREDENTIALS_FILE", "/dev/null"],
    ["AWS_EC2_METADATA_DISABLED", "true"],
    ["AWS_PAGER", ""],
  ];
  return [
    "# For bash and zsh: source this file. It points kubectl, aws and mooring at the simulator on this machine",
    "# and hides your real AWS credentials from this one shell. The keys in it open nothing.",
    "# To act as somebody else, change AWS_ACCESS_KEY_ID: the simulator names a caller after the key.",
    `unset ${UNSET.join(" ")}`,
    "# An endpoint for one service would win over AWS_ENDPOINT_URL.",
    "for mooring_name in $(env | sed -n 's/^\\(AWS_ENDPOINT_URL_[A-Z0-9_]*\\)=.*/\\1/p'); do unset \"$mooring_name\"; done; unset mooring_name",
    ...exports.map(([name, value]) => `export ${name}=${quoted(value)}`),
    'export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"',
    `export PATH=${quoted(join(settings.dataDirectory, "bin"))}:"$PATH"`,
    "",
  ].join("\n");
}

/**
 * A command that stands before the real `aws` in PATH: version 1 of the AWS CLI sends SQS calls to AWS itself,
 * whatever AWS_ENDPOINT_URL says, and obeys only this option. A later `--endpoint-url` of the user's own wins.
 */
export function renderAwsCommand(settings: Pick<ShellSettings, "dataDirectory" | "awsUrl">): string {
  return [
    "#!/bin/sh",
    "# Runs the aws command that comes next in PATH, against the simulator on this machine.",
    `here=${quoted(join(settings.dataDirectory, "bin"))}`,
    "rest=:$PATH:",
    'while case $rest in *":$here:"*) true ;; *) false ;; esac; do rest=${rest%%":$here:"*}:${rest#*":$here:"}; done',
    "PATH=${rest#:} PATH=${PATH%:}",
    "export PATH",
    `exec aws --endpoint-url ${quoted(assertLoopback(settings.awsUrl))} "$@"`,
    "",
  ].join("\n");
}

/** Writes `env`, `kubeconfig`, `bin/mooring` and `bin/aws` into the data directory. */
export function writeShellFiles(settings: ShellSettings): void {
  const { dataDirectory } = settings;
  writeFileSync(join(dataDirectory, "env"), renderEnvironment(settings));
  writeFileSync(join(dataDirectory, "kubeconfig"), kubeconfig(settings.apiUrl, settings.actor), { mode: 0o600 });
  const link = join(dataDirectory, "bin", "mooring");
  mkdirSync(join(dataDirectory, "bin"), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(fileURLToPath(new URL("../mooring.mjs", import.meta.url)), link);
  const aws = join(dataDirectory, "bin", "aws");
  writeFileSync(aws, renderAwsCommand(settings));
  chmodSync(aws, 0o755);
}

/** POSIX single quotes: nothing inside is special but the quote itself. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
