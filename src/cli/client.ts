import { EXIT, UserError } from "./user-error.ts";

/** A request that the service answered with a refusal, as Kubernetes' Status. */
export class Refusal extends UserError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message, EXIT.failed);
    this.status = status;
  }
}

export interface Client {
  readonly url: string;
  /** @throws {Refusal} for every answer that is not 2xx, {UserError} if nobody answers. */
  request<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
}

const CONTENT_TYPE = { PATCH: "application/merge-patch+json" } as Record<string, string>;

/**
 * A client of Mooring's own HTTP API.
 *
 * @param url of the service, without a trailing slash.
 * @param user who is asking, for the history; on loopback the service believes it.
 */
export function connect(url: string, user?: string): Client {
  return {
    url,
    async request<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await send(url, path, {
        method,
        headers: {
          accept: "application/json",
          "user-agent": "mooring-cli",
          ...(user === undefined ? {} : { "x-remote-user": user }),
          ...(body === undefined ? {} : { "content-type": CONTENT_TYPE[method] ?? "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Refusal(response.status, refusalMessage(response.status, text, `${method} ${path}`));
      return parse(text, url, path) as T;
    },
  };
}

async function send(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, init);
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    throw new UserError(
      `No Mooring answers at ${url} (${cause?.code ?? cause?.message ?? String(error)}). Start one with "mooring dev" or "mooring serve", or name it with --server URL or MOORING_URL.`,
      EXIT.unavailable,
      { cause: error },
    );
  }
}

function parse(text: string, url: string, path: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(
      `${url}${path} answered something that is not JSON; is this really Mooring? Check --server or MOORING_URL.`,
      EXIT.unavailable,
    );
  }
}

/** Kubernetes puts each fault of a refused record into `details.causes`; its `message` alone may be cut. */
function refusalMessage(status: number, text: string, request: string): string {
  try {
    const body = JSON.parse(text) as {
      message?: string;
      details?: { causes?: { field?: string; message?: string }[] };
    };
    const causes = body.details?.causes ?? [];
    if (causes.length > 1)
      return `refused, ${causes.length} faults:\n${causes.map((c) => `  - ${c.field}: ${c.message}`).join("\n")}`;
    if (body.message !== undefined) return body.message;
  } catch {
    // Not a Status; the raw text follows.
  }
  return `${request} was answered with HTTP ${status}: ${text.slice(0, 200)}`;
}

/** Path of one record, or of its collection if `name` is left out. */
export function recordPath(kind: "Binding" | "FileSystem", namespace: string, name?: string): string {
  const base =
    kind === "Binding"
      ? `/apis/mooring.dev/v1/namespaces/${encodeURIComponent(namespace)}/bindings`
      : "/apis/mooring.dev/v1/filesystems";
  return name === undefined ? base : `${base}/${encodeURIComponent(name)}`;
}
