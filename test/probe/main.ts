import { writeFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { BEHAVIOURS } from "./behaviours.ts";
import { SERVICES, type ServiceName } from "./behaviour.ts";
import { openCaller, type Caller, type Target } from "./clients.ts";
import { countVerdicts, probe, type ProbeReport } from "./probe.ts";
import { summary, table } from "./report.ts";

interface Options {
  endpoint?: string;
  only?: string;
  region: string;
  json?: string;
  patience: string;
  allowRemote?: true;
  [endpointOfOneService: `endpoint${string}`]: string | undefined;
}

const HELP = `
Asks something that speaks AWS's protocols for each behaviour that AWS documents, and says where it differs.
Everything that it makes begins with "mprobe" and is taken away again. Without --allow-remote it talks to this machine
only; with it, and without --endpoint, it makes and deletes resources in the account of your credentials.

Exit codes: 0 all was asked, whatever was answered; 1 it could not be asked; 64 wrong usage.`;

class Refused extends Error {}

function program(): Command {
  const command = new Command("npm run probe --")
    .option("--endpoint <url>", "what to probe, e.g. http://127.0.0.1:4566")
    .option("--only <services>", `some of ${SERVICES.join(", ")}, separated by commas`)
    .option("--region <region>", "region", "eu-west-1")
    .option("--json <file>", "write the results there too")
    .option("--patience <seconds>", "how long to wait for what AWS does behind the calls' backs", "5")
    .option("--allow-remote", "probe what is not on this machine")
    .addHelpText("after", HELP)
    .exitOverride();
  for (const service of [...SERVICES, "ec2"])
    command.option(`--endpoint-${service} <url>`, `another address for ${service}`);
  return command;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

function targetOf(options: Options): Target {
  const endpoints: Target["endpoints"] = {};
  for (const service of [...SERVICES, "ec2"] as ServiceName[]) {
    const given = options[`endpoint${service[0]!.toUpperCase()}${service.slice(1)}`];
    if (given !== undefined) endpoints[service] = given;
  }
  const remote = [options.endpoint ?? "AWS itself", ...Object.values(endpoints)].filter(
    (url) => !URL.canParse(url) || !LOOPBACK.test(new URL(url).hostname),
  );
  if (remote.length > 0 && options.allowRemote !== true)
    throw new Refused(
      `${remote.join(", ")} is not this machine. Give --endpoint http://127.0.0.1:PORT, or --allow-remote.`,
    );
  const fake = { accessKeyId: "probe", secretAccessKey: "not-a-secret" };
  return {
    region: options.region,
    endpoint: options.endpoint ?? null,
    endpoints,
    ...(remote.length === 0 && { credentials: fake }),
  };
}

function chosen({ only }: Options): typeof BEHAVIOURS {
  if (only === undefined) return BEHAVIOURS;
  const services = only.split(",");
  const unknown = services.filter((service) => !(SERVICES as readonly string[]).includes(service));
  if (unknown.length > 0)
    throw new Refused(`--only does not know ${unknown.join(", ")}; allowed is ${SERVICES.join(", ")}.`);
  return BEHAVIOURS.filter(({ service }) => services.includes(service));
}

/** One line where nothing answers, or nothing but failures, instead of as many as there are behaviours. */
async function assertAnswers({ endpoint, endpoints }: Target): Promise<void> {
  for (const url of new Set([...(endpoint === null ? [] : [endpoint]), ...Object.values(endpoints)])) {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch((error: Error) => {
      const { code } = (error.cause ?? {}) as { code?: string };
      throw new Refused(`Nothing answers at ${url} (${code ?? error.message}). Start it, or correct the address.`);
    });
    if (status >= 500)
      throw new Refused(`${url} answers HTTP ${status}. See what its log says, or correct the address.`);
  }
}

async function sayWhose(caller: Caller): Promise<void> {
  const outcome = await caller.make({ service: "sts", operation: "GetCallerIdentity", input: {} });
  if ("error" in outcome) throw new Refused(`Whose account is it? ${outcome.error.name}: ${outcome.error.message}`);
  console.log(`Probing account ${String(outcome.answer.Account)} as ${String(outcome.answer.Arn)}`);
}

async function run(options: Options): Promise<ProbeReport> {
  const target = targetOf(options);
  const behaviours = chosen(options);
  const patienceMs = Number(options.patience) * 1_000;
  if (!(patienceMs >= 0)) throw new Refused(`--patience is ${options.patience}; allowed is a number of seconds.`);
  await assertAnswers(target);
  const caller = openCaller(target);
  try {
    if (options.allowRemote === true) await sayWhose(caller);
    return await probe(behaviours, {
      caller,
      region: target.region,
      run: `mprobe${Date.now().toString(36)}`,
      patienceMs,
      pollMs: 100,
      nowMs: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      onResult: (result) => console.log(table([result])),
    });
  } finally {
    caller.close();
  }
}

try {
  const options = program().parse().opts<Options>();
  const { results, leftOver } = await run(options);
  console.log(`\n${summary(results)}`);
  for (const line of leftOver) console.log(`left over: ${line}`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ counts: countVerdicts(results), results, leftOver }, null, 2)}\n`);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
  else if (error instanceof Refused) {
    console.error(`probe: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}
