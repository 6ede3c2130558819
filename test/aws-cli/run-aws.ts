import { execFile } from "node:child_process";

export interface Ran {
  code: number;
  stdout: string;
  /** What the CLI printed as JSON; {} if it printed nothing. */
  output: Record<string, unknown>;
  stderr: string;
}

/** Names of services that the CLI spells otherwise. */
export const CLI_SERVICES: Readonly<Record<string, string>> = { eventbridge: "events" };

/** `CreateVpc` → `create-vpc`, as botocore does it. */
export function commandOf(operation: string): string {
  return operation
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

/** Runs one operation by the real aws CLI against `url`, with nothing of this machine's configuration. */
export function runAws(url: string, service: string, operation: string, input: unknown): Promise<Ran> {
  const given =
    operation === "Invoke" ? invocation(input as InvokeInput) : ["--cli-input-json", JSON.stringify(input, blobs)];
  return runCommand(url, [CLI_SERVICES[service] ?? service, commandOf(operation), "--no-paginate", ...given]);
}

/** Runs `aws ARGS…`, as somebody would type it. */
export function runCommand(url: string, args: readonly string[]): Promise<Ran> {
  const everywhere = ["--endpoint-url", url, "--region", "eu-west-1"];
  const output = args.includes("--output") ? [] : ["--output", "json"];
  return new Promise((resolve) => {
    const options = { env: environment(), maxBuffer: 2 ** 24 };
    execFile("aws", [...args, ...everywhere, ...output], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, stdout, output: output.length === 0 ? {} : parsed(stdout), stderr });
    });
  });
}

interface InvokeInput {
  FunctionName: string;
  Payload?: Uint8Array;
}

/** The one command here that writes a file, and so takes its input as options. */
function invocation({ FunctionName, Payload }: InvokeInput): string[] {
  const payload = Payload === undefined ? [] : ["--payload", Buffer.from(Payload).toString()];
  return ["--function-name", FunctionName, ...payload, "/dev/null"];
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    AWS_ACCESS_KEY_ID: "cli-user",
    AWS_SECRET_ACCESS_KEY: "not-a-secret",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    AWS_MAX_ATTEMPTS: "1",
    NO_PROXY: "127.0.0.1",
  };
}

/** The first version of the CLI takes blobs as text, the second as base64; both take this one. */
function blobs(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

function parsed(stdout: string): Record<string, unknown> {
  return stdout.trim() === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}
