import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ReplicaMessage, Used } from "./replica-messages.ts";
import type { SimulatedAws } from "./simulated-aws.ts";

const SCRIPT = fileURLToPath(new URL("replica-process.ts", import.meta.url));

/** A replica that was started for a measurement. */
export class ReplicaUnderTest {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(message: ReplicaMessage) => void>();
  url = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => {
      for (const listener of this.#listeners) listener(message as ReplicaMessage);
    });
  }

  static async start(
    databaseUrl: string,
    aws: Pick<SimulatedAws, "url" | "account" | "region">,
  ): Promise<ReplicaUnderTest> {
    const child = fork(SCRIPT, [databaseUrl, aws.url, aws.account, aws.region]);
    const replica = new ReplicaUnderTest(child);
    const died = once(child, "exit").then(() => Promise.reject(new Error("a replica ended before it served")));
    died.catch(() => {});
    replica.url = await Promise.race([replica.#next((message) => ("url" in message ? message.url : null)), died]);
    return replica;
  }

  onConverged(listener: (key: string) => void): () => void {
    const listen = (message: ReplicaMessage): void => {
      if ("converged" in message) listener(message.converged);
    };
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  async used(): Promise<Used> {
    const answer = this.#next((message) => ("used" in message ? message.used : null));
    this.#child.send("used");
    return answer;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.send("close");
    await ended;
  }

  #next<T>(read: (message: ReplicaMessage) => T | null): Promise<T> {
    return new Promise((resolve) => {
      const listen = (message: ReplicaMessage): void => {
        const found = read(message);
        if (found === null) return;
        this.#listeners.delete(listen);
        resolve(found);
      };
      this.#listeners.add(listen);
    });
  }
}
