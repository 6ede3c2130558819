import { diffJson } from "./diff.ts";

/** One line about what a call changes: "+" makes, "-" takes away, "~" changes. */
export interface ChangeLine {
  sign: "+" | "-" | "~";
  text: string;
}

const VALUE_LENGTH_MAX = 240;

/**
 * What a call would change, line by line, for people. Policies travel as text; compared as documents, a difference
 * of one statement shows as one. ARNs come without what is the same for all of them; a long value is cut.
 */
export function changeLines(before: unknown, after: unknown): ChangeLine[] {
  return diffJson(expanded(before), expanded(after)).map(({ sign, path, before: old, after: now }) => {
    const at = path === "" ? "" : `${path}: `;
    if (sign === "+") return { sign, text: at + valueText(now) };
    if (sign === "-") return { sign, text: at + valueText(old) };
    return { sign, text: `${at}${valueText(old)} -> ${valueText(now)}` };
  });
}

function expanded(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, expanded(v)]));
  return value;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value).replace(/arn:[a-z-]+:[a-z]+:[^:"]*:\d*:([^"]+)/g, "$1");
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}
