import { createServer } from "node:net";
import { EXIT, UserError } from "./user-error.ts";

/**
 * Reads a port from the command line.
 *
 * @throws {UserError} unless it is a whole number from 0 to 65535; 0 lets the system choose.
 */
export function parsePort(text: string, flag: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UserError(`${flag} is "${text}"; allowed is a port from 0 to 65535 (0 = any free one).`, EXIT.usage);
}

/**
 * Says clearly that a port is taken, before anything was started or written.
 *
 * @param use.flag the option that chooses another port.
 * @throws {UserError} if the port cannot be listened on.
 */
export async function assertPortFree(host: string, port: number, use: { what: string; flag: string }): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, host, port, use)));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}

/** What a failed `listen` means for whoever typed the command. */
export function portError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  use: { what: string; flag: string },
): UserError {
  const why =
    error.code === "EADDRINUSE"
      ? "is in use by another process"
      : error.code === "EACCES"
        ? "needs more rights than this process has"
        : `cannot be listened on (${error.code ?? error.message})`;
  return new UserError(
    `Port ${port} on ${host}, for ${use.what}, ${why}. Free it, or choose another with ${use.flag} PORT.`,
    EXIT.failed,
    { cause: error },
  );
}
