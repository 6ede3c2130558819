import { parentPort, workerData } from "node:worker_threads";
import { here, type WorkerTask } from "./run-seeds.ts";

await here(workerData as WorkerTask, (result) => parentPort?.postMessage(result), new AbortController().signal);
