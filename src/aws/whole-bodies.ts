/** The part of an SDK command that we need: a place in the making of its request and the reading of its answer. */
interface Command {
  middlewareStack: { add(middleware: never, options: never): void };
}

type Handler = (args: { request?: { body?: unknown } }) => Promise<{ response?: { body?: unknown } }>;

/**
 * Keeps an answer's JSON as it came, beside what the SDK makes of it: the SDK drops every member that its own version
 * does not know, and whoever copies an object through it loses them without a word.
 *
 * @returns the JSON of the newest answer once the command was sent; null if there was none to be seen, as with a
 *   client that has no wire.
 */
export function keepWholeAnswer(command: Command): () => unknown {
  let whole: unknown = null;
  const middleware = (next: Handler): Handler => {
    return async (args) => {
      const result = await next(args);
      if (result.response?.body !== undefined) {
        const bytes = await collected(result.response.body);
        result.response.body = bytes;
        whole = parsedOrNull(new TextDecoder().decode(bytes));
      }
      return result;
    };
  };
  // Innermost, so that it sees the answer before the SDK's own reading of it.
  add(command, middleware, { step: "deserialize", priority: "low", name: "mooringWholeAnswer" });
  return () => whole;
}

/** Sends `body` as it is instead of what the SDK would leave of the command's input. The SDK signs what is sent. */
export function sendWhole(command: Command, body: object): void {
  const text = JSON.stringify(body);
  const middleware = (next: Handler): Handler => {
    return (args) => {
      if (args.request !== undefined) args.request.body = text;
      return next(args);
    };
  };
  // Before the step in which the SDK counts the body's length.
  add(command, middleware, { step: "build", priority: "high", name: "mooringWholeBody" });
}

function add(command: Command, middleware: (next: Handler) => Handler, options: object): void {
  command.middlewareStack.add(middleware as never, { ...options, override: true } as never);
}

async function collected(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What is no JSON is an error page of something in between, which the SDK reports. */
function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
