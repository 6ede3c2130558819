import { stringify } from "yaml";
import type { Home } from "../../model/validate.ts";
import type { Adoptable, FoundRecord } from "./adoptable.ts";

/** The records as one YAML file, with what its reader should know as comments. */
export function adoptableYaml({ records, leftOut }: Adoptable, { account, region }: Home): string {
  const head = [
    `Found by "mooring adopt --scan" in account ${account}, region ${region}.`,
    "Applied as it is, it changes nothing: policy.mode Observe writes no policy, driftPolicy Observe makes no call.",
    'Look at it with "mooring plan -f" first. Set driftPolicy: Correct for what Mooring shall keep from then on.',
    ...(leftOut.length === 0 ? [] : ["", "Left out:", ...leftOut.map((line) => `- ${line}`)]),
  ];
  return [comments(head), ...records.map(recordYaml)].join("---\n");
}

function recordYaml({ notes, body }: FoundRecord): string {
  return comments(notes) + stringify(body, { lineWidth: 0 });
}

function comments(lines: string[]): string {
  return lines.map((line) => `# ${line}`.trimEnd() + "\n").join("");
}
