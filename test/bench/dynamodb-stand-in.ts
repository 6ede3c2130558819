import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The model of DynamoDB behind a socket, in a process of its own. */
export interface DynamoDbStandIn {
  url: string;
  /** Every answer is so late from now on; at first 0. */
  setLatency(ms: number): Promise<void>;
  /** Processor time, user and system, since its start. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("dynamodb-process.ts", import.meta.url));

export async function startDynamoDbStandIn(): Promise<DynamoDbStandIn> {
  const child = spawn(process.execPath, ["--max-old-space-size=4096", SCRIPT], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const first = await Promise.race([once(child.stdout!, "data"), ended.then(() => null)]);
  if (first === null) throw new Error("the database ended before it said where it listens");
  const ask = async (message: "cpu" | { latencyMs: number }): Promise<number> => {
    const answer = once(child, "message");
    child.send(message);
    return ((await answer)[0] as { cpuMs: number }).cpuMs;
  };
  return {
    url: String(first[0]).trim(),
    setLatency: async (latencyMs) => void (await ask({ latencyMs })),
    cpuMs: () => ask("cpu"),
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
