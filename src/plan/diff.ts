/** One line of a difference between two JSON values. */
export interface DiffLine {
  sign: "+" | "-" | "~";
  /** Dotted path; elements of named lists by their name, e.g. `Statement[MooringAllow1].Action`. */
  path: string;
  before?: unknown;
  after?: unknown;
}

/** Members by which an element of a list is known, so that an inserted element does not make all later ones differ. */
const NAMES = ["Sid", "Key", "key", "arn", "name"] as const;

/**
 * What has to change from `before` to `after`, as lines for people. Order does not count;
 * null and undefined both mean "is not there". Equal values give no line.
 */
export function diffJson(before: unknown, after: unknown, path = ""): DiffLine[] {
  if (isAbsent(before) && isAbsent(after)) return [];
  if (path.endsWith("]") && (isAbsent(before) || isAbsent(after))) return wholeElement(before, after, path);
  const [named, objects] = [asNamed(before, after), asObjects(before, after)];
  const members = named ?? objects;
  if (members !== null) {
    const keys = [...new Set([...members.before.keys(), ...members.after.keys()])];
    return keys.flatMap((key) =>
      diffJson(members.before.get(key), members.after.get(key), join(path, key, named !== null)),
    );
  }
  if (comparable(before) === comparable(after)) return [];
  if (isAbsent(before)) return [{ sign: "+", path, after }];
  if (isAbsent(after)) return [{ sign: "-", path, before }];
  return [{ sign: "~", path, before, after }];
}

/** An element that comes or goes is one line: its members one by one would hide what it is. */
function wholeElement(before: unknown, after: unknown, path: string): DiffLine[] {
  return isAbsent(before) ? [{ sign: "+", path, after }] : [{ sign: "-", path, before }];
}

/** The order of plain values means nothing in what Mooring writes: actions, principals, gids, subnets. */
function comparable(value: unknown): string {
  const isPlainList = Array.isArray(value) && value.every((element) => typeof element !== "object");
  return JSON.stringify(isPlainList ? value.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)) : value);
}

interface Members {
  before: Map<string, unknown>;
  after: Map<string, unknown>;
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Members of objects; a value that is absent on one side has none there. */
function asObjects(before: unknown, after: unknown): Members | null {
  const sides = [before, after].filter((side) => !isAbsent(side));
  if (!sides.every(isObject)) return null;
  const members = (side: unknown): Map<string, unknown> => new Map(isObject(side) ? Object.entries(side) : []);
  return { before: members(before), after: members(after) };
}

/** Elements of lists whose elements all carry one of the NAMES, each once. */
function asNamed(before: unknown, after: unknown): Members | null {
  const sides = [before, after].filter((side) => !isAbsent(side));
  if (!sides.every(Array.isArray)) return null;
  for (const name of NAMES) {
    const [b, a] = [byName(before, name), byName(after, name)];
    if (b !== null && a !== null && b.size + a.size > 0) return { before: b, after: a };
  }
  return null;
}

function byName(list: unknown, name: string): Map<string, unknown> | null {
  const elements = Array.isArray(list) ? list : [];
  const named = new Map<string, unknown>();
  for (const element of elements) {
    const key = isObject(element) ? element[name] : undefined;
    if (typeof key !== "string" || named.has(key)) return null;
    named.set(key, element);
  }
  return named;
}

function join(path: string, key: string, isElement: boolean): string {
  if (isElement) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}
