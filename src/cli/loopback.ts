import { UserError } from "./user-error.ts";

const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/;

/**
 * `dev` plays with accounts, so it must never reach a real one: every endpoint goes through here.
 *
 * @throws {UserError} if `url` is not http on this machine itself.
 */
export function assertLoopback(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname)) return url;
  throw new UserError(
    `Refusing the AWS endpoint ${url}: mooring dev talks to its own simulator on http://127.0.0.1 only.`,
  );
}
