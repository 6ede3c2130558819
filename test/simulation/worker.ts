import { parentPort, workerData } from "node:worker_threads";
import { startBlockCoverage } from "./branches/block-coverage.ts";
import type { FromWorker, WorkerTask } from "./run-seeds.ts";

const task = workerData as WorkerTask;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

const coverage = task.measure === null ? null : await startBlockCoverage();
// Only what is loaded from here on is measured.
const { here } = await import("./run-seeds.ts");
await here(task, (result) => tell({ result }), new AbortController().signal);
if (coverage !== null) tell({ blocks: await coverage.take(task.measure ?? []) });
