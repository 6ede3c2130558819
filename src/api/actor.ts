import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "./api-error.ts";

/** Whoever gives no name. */
export const ANONYMOUS = "anonymous@loopback";

const ACTOR_LENGTH_MAX = 256;

/**
 * Who asks, for the history. On loopback there is no authentication: the name is what the client says,
 * in this order: `kubectl --as` (Impersonate-User), the kubeconfig's basic user, a proxy's X-Remote-User.
 *
 * @throws {ApiError} 400 if the name is longer than 256 characters or holds control characters.
 */
export function actorOf(headers: IncomingHttpHeaders): string {
  const name =
    single(headers["impersonate-user"]) ?? basicUser(headers.authorization) ?? single(headers["x-remote-user"]);
  if (name === undefined || name === "") return ANONYMOUS;
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  if (name.length > ACTOR_LENGTH_MAX || /[\u0000-\u001f\u007f]/.test(name)) {
    throw badRequest(
      `The user name has ${name.length} characters; allowed are up to ${ACTOR_LENGTH_MAX} without control characters.`,
    );
  }
  return name;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, "base64").toString("utf8").split(":")[0];
}
