import { EXIT, UserError } from "./user-error.ts";

const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/;

/**
 * `dev` plays with accounts, so it must never reach a real one: every endpoint goes through here.
 *
 * @param what names the endpoint in the message. Default "AWS endpoint".
 * @throws {UserError} if `url` is not http on this machine itself.
 */
export function assertLoopback(url: string, what = "AWS endpoint"): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname)) return url;
  throw new UserError(
    `Refusing the ${what} ${url}: mooring dev talks to this machine only. Give one on http://127.0.0.1, or use mooring serve for a real account.`,
    EXIT.usage,
  );
}
