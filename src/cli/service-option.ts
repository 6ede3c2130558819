import { userInfo } from "node:os";
import { Option } from "commander";
import { readClientConfig } from "../config.ts";
import { connect, type Client } from "./client.ts";

/** `--server URL`, for the verbs that ask a running service. */
export function serverOption(): Option {
  return new Option("--server <url>", "URL of the running Mooring (default: MOORING_URL, else http://127.0.0.1:8080)");
}

/** A client of the service that flag, environment or default name. */
export function connectTo(options: { server?: string }): Client {
  return connect(readClientConfig({ MOORING_URL: options.server }).url, userName());
}

/** The name at the keyboard; a user id without an entry in the user database has none. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
