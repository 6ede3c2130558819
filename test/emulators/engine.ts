import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const ANSWER_MAX_MS = 10_000;

/** Runs the docker client. Behind an interface, so that its troubles can be told without an engine. */
export type Docker = (args: readonly string[], maxMs: number) => Promise<string>;

export const docker: Docker = async (args, maxMs) => {
  const { stdout } = await run("docker", [...args], { timeout: maxMs, killSignal: "SIGKILL" });
  return stdout.trim();
};

/** @throws one line that says what to do, unless an engine answers. */
export async function assertEngine(ask: Docker = docker): Promise<void> {
  try {
    await ask(["version", "--format", "{{.Server.Version}}"], ANSWER_MAX_MS);
  } catch (error) {
    const { code, killed } = error as { code?: string; killed?: boolean };
    const why =
      code === "ENOENT"
        ? "the docker command is not installed"
        : killed === true
          ? `it did not answer within ${ANSWER_MAX_MS / 1_000} s`
          : lastLine(error);
    throw new Error(
      `No Docker engine answers (${why}). Start one, e.g. as root on Debian: apt-get install docker.io && dockerd &; or set DOCKER_HOST.`,
      { cause: error },
    );
  }
}

/** What a command said last, in one line. */
export function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const said = stderr === undefined || stderr.trim() === "" ? message : stderr;
  return said.trim().split("\n").at(-1)!;
}
