/** Conditions as DynamoDB writes them, as far as the store uses them; anything else is an error, never a guess. */

export type Attributes = Record<string, unknown>;

interface Bindings {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}

type Predicate = (item: Attributes | undefined, bindings: Bindings) => boolean;
type Operand = (item: Attributes | undefined, bindings: Bindings) => unknown;

const parsed = new Map<string, Predicate>();

/** Whether the condition holds for an item; undefined = there is none. */
export function holds(expression: string, item: Attributes | undefined, bindings: Bindings): boolean {
  let predicate = parsed.get(expression);
  if (predicate === undefined) parsed.set(expression, (predicate = new Parser(expression).parse()));
  return predicate(item, bindings);
}

/** Carries out `SET a = :a, … REMOVE b, …` on a copy. */
export function updated(expression: string, item: Attributes, bindings: Bindings): Attributes {
  const changed = { ...item };
  const match = /^(?:SET (?<sets>.+?))?\s*(?:REMOVE (?<removes>.+))?$/.exec(expression);
  if (match?.groups === undefined) throw unknownExpression(expression);
  for (const part of match.groups["sets"]?.split(", ") ?? []) {
    const assignment = /^(\S+) = (:\S+)$/.exec(part);
    if (assignment === null) throw unknownExpression(expression);
    changed[nameOf(assignment[1]!, bindings)] = valueOf(assignment[2]!, bindings);
  }
  for (const part of match.groups["removes"]?.split(", ") ?? []) delete changed[nameOf(part, bindings)];
  return changed;
}

export function nameOf(token: string, { ExpressionAttributeNames: names }: Bindings): string {
  if (!token.startsWith("#")) return token;
  const name = names?.[token];
  if (name === undefined) throw new Error(`ValidationException: ${token} is not among ExpressionAttributeNames`);
  return name;
}

export function valueOf(token: string, { ExpressionAttributeValues: values }: Bindings): unknown {
  const value = values?.[token];
  if (value === undefined) throw new Error(`ValidationException: ${token} is not among ExpressionAttributeValues`);
  return value;
}

function unknownExpression(expression: string): Error {
  return new Error(`The model of DynamoDB does not know the expression "${expression}"; add it there`);
}

/** Numbers are compared as numbers, texts as texts; values of different types are never equal nor in any order. */
const COMPARISONS: Record<string, (a: never, b: never) => boolean> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** or → and → term, as in DynamoDB; no parentheses but those of functions. */
class Parser {
  readonly #expression: string;
  readonly #tokens: string[];

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = expression.match(/[A-Za-z_]+\(|[#:]?[\w.]+|<=|>=|[=<>)]/g) ?? [];
  }

  parse(): Predicate {
    const predicate = this.#any();
    if (this.#tokens.length > 0) throw unknownExpression(this.#expression);
    return predicate;
  }

  #any(): Predicate {
    const parts = [this.#all()];
    while (this.#taken("OR")) parts.push(this.#all());
    return parts.length === 1 ? parts[0]! : (item, bindings) => parts.some((part) => part(item, bindings));
  }

  #all(): Predicate {
    const parts = [this.#term()];
    while (this.#taken("AND")) parts.push(this.#term());
    return parts.length === 1 ? parts[0]! : (item, bindings) => parts.every((part) => part(item, bindings));
  }

  #term(): Predicate {
    for (const [name, wanted] of [
      ["attribute_exists(", true],
      ["attribute_not_exists(", false],
    ] as const) {
      if (!this.#taken(name)) continue;
      const path = this.#next();
      if (!this.#taken(")")) throw unknownExpression(this.#expression);
      return (item, bindings) => (item?.[nameOf(path, bindings)] !== undefined) === wanted;
    }
    const left = this.#operand();
    const compare = COMPARISONS[this.#next()];
    if (compare === undefined) throw unknownExpression(this.#expression);
    const right = this.#operand();
    return (item, bindings) => {
      const [a, b] = [left(item, bindings), right(item, bindings)];
      return a !== undefined && typeof a === typeof b && compare(a as never, b as never);
    };
  }

  #operand(): Operand {
    const token = this.#next();
    if (token.startsWith(":")) return (_item, bindings) => valueOf(token, bindings);
    return (item, bindings) => item?.[nameOf(token, bindings)];
  }

  #next(): string {
    const token = this.#tokens.shift();
    if (token === undefined) throw unknownExpression(this.#expression);
    return token;
  }

  #taken(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }
}
