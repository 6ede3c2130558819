import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { World } from "./world.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Short, so that what a crash leaves is taken up in seconds; otherwise as in production. */
const QUICK = {
  MOORING_INSTALLATION: "test",
  MOORING_CALL_DEADLINE: "1s",
  MOORING_RUN_MAX: "2s",
  MOORING_LEASE: "5s",
  MOORING_PROPAGATION: "0s",
  MOORING_SETTLE: "0s",
  MOORING_ABSENCE_GAP: "0s",
  MOORING_GATHER_QUIET: "20ms",
  MOORING_BACKOFF_BASE: "100ms",
  MOORING_BACKOFF_CAP: "1s",
  MOORING_QUOTA_SHARE_PERCENT: "100",
  MOORING_LOG: "error",
};

/** `mooring serve` as a process of its own, on the world's simulated account and on its store file. */
export class ServeProcess {
  readonly #child: ChildProcess;
  #said = "";
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Where its API answers. Rejects if it ends before it says so. */
  readonly url: Promise<string>;

  /** @param env beyond, or instead of, what every such process is given. */
  constructor(world: World, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN, "serve", "--port", "0"], {
      cwd: world.directory,
      env: {
        PATH: "/usr/bin:/bin",
        NO_COLOR: "1",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_ENDPOINT_URL: world.simulator.url,
        AWS_REGION: world.simulator.simulator.world.region,
        AWS_ACCESS_KEY_ID: "mooring",
        AWS_SECRET_ACCESS_KEY: "none",
        MOORING_STORE: `sqlite:${join(world.directory, "store.db")}`,
        ...QUICK,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => this.#child.once("exit", (code, signal) => resolve({ code, signal })));
    this.url = new Promise((resolve, reject) => {
      const listen = (data: Buffer): void => {
        this.#said += data.toString("utf8");
        const match = /mooring serves (\S+) for account/.exec(this.#said);
        if (match !== null) resolve(match[1]!);
      };
      this.#child.stderr!.on("data", listen);
      this.#child.stdout!.on("data", listen);
      void this.ended.then(() => reject(new Error(`mooring serve ended: ${this.#said}`)));
    });
    // Whoever waits for it is told; nobody has to wait.
    this.url.catch(() => {});
  }

  get said(): string {
    return this.#said;
  }

  /** Stops it where it stands, as a host does that is overcommitted: it learns nothing of it. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends it where it stands. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to end, and waits. */
  async stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}
