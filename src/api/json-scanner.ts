/**
 * Finds keys that stand twice in one object of a JSON text that JSON.parse has accepted: JSON.parse
 * silently keeps the last one, so a typo could hide a setting.
 *
 * @returns paths such as "spec.policy.mode", in the order of the text.
 */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const open: Level[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;
  let previous = "";
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const token = match[0];
    const level = open.at(-1);
    if (token === "{") open.push({ keys: new Set(), at: "" });
    else if (token === "[") open.push({ keys: null, at: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (token === "," && level?.keys === null) level.at = Number(level.at) + 1;
    else if (token.startsWith('"') && level?.keys && (previous === "{" || previous === ",")) {
      enterKey(level, level.keys, token, open, found);
    }
    previous = token;
  }
  return found;
}

/** An object (with the keys seen so far) or an array (keys null), and where in it we are. */
interface Level {
  keys: Set<string> | null;
  at: string | number;
}

function enterKey(level: Level, keys: Set<string>, token: string, open: Level[], found: string[]): void {
  level.at = JSON.parse(token) as string;
  if (keys.has(level.at)) found.push(pathOf(open));
  keys.add(level.at);
}

function pathOf(open: Level[]): string {
  return open.map(({ at }, index) => (typeof at === "number" ? `[${at}]` : index === 0 ? at : `.${at}`)).join("");
}
