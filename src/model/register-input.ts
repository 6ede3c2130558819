/**
 * What RegisterTaskDefinition takes, tags excepted: the whole of a revision, kept word for word so that a copy
 * differs only where we mean it to. It holds environment variables and the names of secrets, so it shows nothing
 * of itself to JSON, to logs or to the audit: whoever really needs the content says `reveal()`.
 */
export class RegisterInput {
  readonly #input: Readonly<Record<string, unknown>>;

  constructor(input: Readonly<Record<string, unknown>>) {
    this.#input = input;
  }

  reveal(): Readonly<Record<string, unknown>> {
    return this.#input;
  }

  /** UTF-8 bytes as compact JSON; AWS's limit is 64 KiB. */
  get bytes(): number {
    return new TextEncoder().encode(JSON.stringify(this.#input)).length;
  }

  toJSON(): string {
    return "[task definition]";
  }
}
