import { BEHAVIOURS } from "./behaviours.ts";
import { SERVICES, type Behaviour } from "./behaviour.ts";
import {
  COLUMNS,
  readResults,
  serviceColumns,
  type Column,
  type ColumnId,
  type KeptResults,
} from "./fidelity-results.ts";
import { countVerdicts, type Result, type Verdict } from "./probe.ts";

const SIGNS: Record<Verdict, string> = { agree: "✓", differ: "✗", "not served": "–" };
const TITLES: Record<(typeof SERVICES)[number], string> = {
  efs: "EFS",
  lambda: "Lambda",
  ecs: "ECS",
  eventbridge: "EventBridge",
  sqs: "SQS",
  dynamodb: "DynamoDB",
  sts: "STS",
  iam: "IAM",
};

type Kept = ReadonlyMap<string, KeptResults>;

/** docs/fidelity.md: who behaves as AWS documents, call by call, as the probe found it. */
export function fidelityPage(): string {
  const kept: Kept = new Map(COLUMNS.map(({ id }) => [id, readResults(id as ColumnId)]));
  return [
    INTRODUCTION,
    whatWasProbed(kept),
    "## In numbers\n",
    numbers(kept),
    ...SERVICES.map((service) => serviceSection(service, kept)),
    "## What they do instead\n",
    ...COLUMNS.map((column) => differencesOf(column, kept.get(column.id)!)),
  ]
    .filter((part) => part !== "")
    .join("\n")
    .replace(/\n+$/, "\n");
}

const evidence = (level: Behaviour["evidence"]): number => BEHAVIOURS.filter((each) => each.evidence === level).length;

const INTRODUCTION = `# Who behaves like AWS

Written by \`npm run fidelity\` from what \`npm run probe\` found. Do not edit.

Mooring is tested against a simulated AWS of its own, and against emulators that others wrote. This page says where
each of them does what AWS documents. The probe asks for ${BEHAVIOURS.length} behaviours, each with its sources:
${evidence("documented")} are documented by AWS, ${evidence("reported")} were reported by people who saw AWS do so, and ${evidence("unverified")} are *unverified*: taken from the
context, contradicted by nothing. AWS itself was not asked. \`npm run probe -- --endpoint http://127.0.0.1:4566\` asks
whatever listens there; \`--help\` says the rest. The simulator of \`npm start\` does everything at once, so what AWS does
while an update or a rollout is in progress differs there.

Signs: ${SIGNS.agree} agrees, ${SIGNS.differ} differs, ${SIGNS["not served"]} not served (the call, or what it needs, does not exist there).
A *u* after a behaviour marks it as unverified, an *r* as reported.
`;

function whatWasProbed(kept: Kept): string {
  const rows = COLUMNS.map(({ id, title }) => `| ${title} | ${kept.get(id)!.probed ?? "not probed"} |`);
  return ["| | probed as |", "|---|---|", ...rows, ""].join("\n");
}

function numbers(kept: Kept): string {
  const head = ["| service | behaviours |", "|---|---|"];
  const cell = (service: (typeof SERVICES)[number], column: Column): string => {
    if (!column.services.includes(service)) return "";
    const { probed, results } = kept.get(column.id)!;
    if (probed === null) return "not probed";
    const counts = countVerdicts(results.filter(({ id }) => id.startsWith(`${service}/`)));
    return `${counts.agree} / ${counts.differ} / ${counts["not served"]}`;
  };
  const rows = SERVICES.map((service) => {
    const count = BEHAVIOURS.filter((each) => each.service === service).length;
    return `| ${TITLES[service]} | ${count} | ${COLUMNS.map((column) => cell(service, column)).join(" | ")} |`;
  });
  const titles = COLUMNS.map(({ title }) => ` ${title} |`).join("");
  return [
    "Agree / differ / not served.\n",
    `${head[0]}${titles}`,
    `${head[1]}${COLUMNS.map(() => "---|").join("")}`,
    ...rows,
    "",
  ].join("\n");
}

function serviceSection(service: (typeof SERVICES)[number], kept: Kept): string {
  const columns = serviceColumns(service);
  const rows = BEHAVIOURS.filter((each) => each.service === service).map((behaviour) => {
    const signs = columns.map(({ id }) => signOf(kept.get(id)!, behaviour));
    return `| ${described(behaviour)} | ${signs.join(" | ")} |`;
  });
  return [
    `## ${TITLES[service]}\n`,
    `| what AWS does | ${columns.map(({ title }) => title).join(" | ")} |`,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows,
    "",
  ].join("\n");
}

const MARKS: Record<Behaviour["evidence"], string> = { documented: "", reported: " *r*", unverified: " *u*" };

function described({ states, evidence: level, sources }: Behaviour): string {
  const links = sources.map((url, at) => `[${at + 1}](${url})`).join(" ");
  return `${escaped(states)}${MARKS[level]} ${links}`;
}

function signOf({ probed, results }: KeptResults, { id }: Behaviour): string {
  if (probed === null) return "";
  const found = results.find((result) => result.id === id);
  return found === undefined ? "" : SIGNS[found.verdict];
}

function differencesOf({ title, services }: Column, { probed, results }: KeptResults): string {
  if (probed === null) return "";
  const others = results.filter(
    ({ id, verdict }) => verdict !== "agree" && services.some((s) => id.startsWith(`${s}/`)),
  );
  if (others.length === 0) return `### ${title}\n\nNothing differs.\n`;
  const row = ({ id, verdict, note }: Result): string => `| ${SIGNS[verdict]} | ${id} | ${escaped(note ?? "")} |`;
  return [`### ${title}\n`, "| | behaviour | found |", "|---|---|---|", ...others.map(row), ""].join("\n");
}

/** Text that Markdown takes as it is, inside a table. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>]/g, String.raw`\$&`).replaceAll("|", String.raw`\|`);
}
