import { ADMISSION_RULES, RECORD_RULES } from "../../src/model/rules/table.ts";
import type { Rule } from "../../src/model/rules/rule.ts";

const HEAD = `# What a record may say

Every rule that is checked before a record is stored, so before any call to AWS. All faults of a record are
reported at once, each with the field, the value and what to write instead. The table is made from
\`src/model/rules/\` by \`npm run docs\`; each rule's own examples are tests.

Types, required fields, unknown fields and enumerated values come on top (\`wrong-type\`, \`required\`,
\`unknown-field\`, \`enum\`, \`kind\`): they follow from the schemas that \`kubectl explain binding --recursive\`
and \`kubectl explain filesystem --recursive\` print. Values are never coerced: \`permissions: 0750\` without
quotes is a number in YAML, and the message shows the quoted form.

Sources: AWS-FACTS is the project's sheet of facts about AWS, with the public source in brackets (\`[b-efs]\`,
\`[b-lam]\`: AWS's published service models; \`[efs-docs]\`, \`[lam-docs]\`: its user guides; \`[svc-auth]\`: its
Service Authorization Reference). DESIGN is the project's design.
`;

/** The text of docs/rules.md. */
export function rulesPage(): string {
  const own = RECORD_RULES.map(row);
  const among = ADMISSION_RULES.map(row);
  return [
    HEAD,
    "## One record by itself\n",
    table(own),
    "\n## A record among the others\n",
    "Checked again whenever the record is written, against everything that is stored at that moment.\n",
    table(among),
    "",
  ].join("\n");
}

function table(rows: readonly string[]): string {
  return ["| rule | kind | field | allowed | source |", "|---|---|---|---|---|", ...new Set(rows)].join("\n");
}

function row(rule: Rule): string {
  const cells = [`\`${rule.id}\``, rule.appliesTo.join(", "), `\`${rule.field}\``, rule.states, rule.source];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
