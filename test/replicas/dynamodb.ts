import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface DynamoDb {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("dynamodb-process.ts", import.meta.url));

/** Starts a database that no replica shares a process with. */
export async function startDynamoDb(): Promise<DynamoDb> {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const first = await Promise.race([once(child.stdout, "data"), ended.then(() => null)]);
  if (first === null) throw new Error("the database ended before it said where it listens");
  return {
    url: String(first[0]).trim(),
    pid: child.pid!,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
