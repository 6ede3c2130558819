/** What may come next while a JSON text is read. */
type Expecting = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "nothing";

const TOKEN =
  // oxlint-disable-next-line no-control-regex -- control characters must not stand in JSON strings
  /\s*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y;

/**
 * Where a text stops being JSON: line and column, both from 1. V8's own messages leave it out for many errors.
 *
 * @param text one that JSON.parse has refused.
 */
export function jsonErrorPosition(text: string): { line: number; column: number } {
  const offset = errorOffset(text);
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

function errorOffset(text: string): number {
  const open: string[] = [];
  let expecting: Expecting = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const start = at + /^\s*/.exec(text.slice(at))![0].length;
    if (!match) return start;
    const next = step(expecting, match[1] ?? (match[2] === undefined ? "scalar" : "string"), open);
    if (next === null) return start;
    expecting = next;
    at = TOKEN.lastIndex;
  }
}

/** @returns what may follow `token`, or null if it must not stand here. */
function step(expecting: Expecting, token: string, open: string[]): Expecting | null {
  const isKeyPlace = expecting === "key" || expecting === "key or }";
  const isValuePlace = expecting === "value" || expecting === "value or ]";
  if (token === "}" || token === "]") return close(expecting, token, open);
  if (token === ":") return expecting === "colon" ? "value" : null;
  if (token === ",") return expecting === "comma or end" ? (open.at(-1) === "{" ? "key" : "value") : null;
  if (isKeyPlace) return token === "string" ? "colon" : null;
  if (!isValuePlace) return null;
  if (token !== "{" && token !== "[") return after(open);
  open.push(token);
  return token === "{" ? "key or }" : "value or ]";
}

function close(expecting: Expecting, token: string, open: string[]): Expecting | null {
  const isEnd = expecting === "comma or end" || expecting === (token === "}" ? "key or }" : "value or ]");
  if (!isEnd || open.at(-1) !== (token === "}" ? "{" : "[")) return null;
  open.pop();
  return after(open);
}

function after(open: string[]): Expecting {
  return open.length === 0 ? "nothing" : "comma or end";
}
