import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import dynalite from "dynalite";
import { startEmulator } from "../emulators/start-emulator.ts";
import { BEHAVIOURS } from "./behaviours.ts";
import { openCaller } from "./clients.ts";
import { fidelityPage } from "./fidelity-page.ts";
import { COLUMNS, keepResults, type ColumnId } from "./fidelity-results.ts";
import { probe, type ProbeOptions, type ProbeReport } from "./probe.ts";
import { summary } from "./report.ts";
import { simulatedProbe } from "./simulated.ts";

const HELP = `
Probes the simulator and dynalite in this process, and each emulator that is named, and writes docs/fidelity.md.
An emulator that is not named keeps what was found last. KIND is one of moto, ministack, localstack, dynamodb-local.

  --container KIND        started in a container, as the emulator tests do (may be repeated)
  --at KIND=URL=VERSION   one that runs already, e.g. moto=http://127.0.0.1:5000="5.2.5, from PyPI"`;

const OTHERS = ["moto", "ministack", "localstack", "dynamodb-local"] as const;
type Other = (typeof OTHERS)[number];

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function other(kind: string): Other {
  const found = OTHERS.find((each) => each === kind);
  if (found === undefined) throw new Error(`${kind} is no emulator; allowed is ${OTHERS.join(", ")}`);
  return found;
}

function overSocket(endpoint: string): ProbeOptions {
  const credentials = { accessKeyId: "probe", secretAccessKey: "not-a-secret" };
  return {
    caller: openCaller({ region: "eu-west-1", endpoint, endpoints: {}, credentials }),
    region: "eu-west-1",
    run: `mprobe${Date.now().toString(36)}`,
    patienceMs: 5_000,
    pollMs: 100,
    nowMs: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

async function keep(id: ColumnId, probed: string, options: ProbeOptions): Promise<void> {
  const services = COLUMNS.find((column) => column.id === id)!.services as readonly string[];
  const behaviours = BEHAVIOURS.filter(({ service }) => services.includes(service));
  const report: ProbeReport = await probe(behaviours, options);
  options.caller.close();
  keepResults(id, { probed, results: report.results });
  console.log(`\n${id}: ${probed}\n${summary(report.results)}`);
}

async function keepDynalite(): Promise<void> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await keep("dynalite", "in process, as by `npm start -- --store dynamodb`", overSocket(`http://127.0.0.1:${port}`));
  await new Promise((resolve) => server.close(resolve));
}

async function keepContainer(kind: Other): Promise<void> {
  const emulator = await startEmulator(kind, { account: "111122223333", region: "eu-west-1" });
  try {
    await keep(kind, `\`${emulator.image}\`, in a container`, overSocket(emulator.url));
  } finally {
    await emulator.stop();
  }
}

const { container = [], at = [] } = new Command("npm run fidelity --")
  .option("--container <kind>", "", collect)
  .option("--at <kind=url=version>", "", collect)
  .addHelpText("after", HELP)
  .parse()
  .opts<{ container?: string[]; at?: string[] }>();

mkdirSync(fileURLToPath(new URL("results", import.meta.url)), { recursive: true });
await keep("simulator", "in process, on virtual time", simulatedProbe());
await keepDynalite();
for (const kind of container) await keepContainer(other(kind));
for (const given of at) {
  const [kind = "", url = "", version = ""] = given.split("=");
  await keep(other(kind), version, overSocket(url));
}
writeFileSync(fileURLToPath(new URL("../../docs/fidelity.md", import.meta.url)), fidelityPage());
