import { stringify } from "yaml";

/**
 * The text of a kubeconfig for this API, e.g. for `.mooring/kubeconfig`.
 *
 * @param url e.g. "http://127.0.0.1:8080".
 * @param user the name that the history shows for what kubectl does; omitted = anonymous.
 */
export function kubeconfig(url: string, user?: string): string {
  // On loopback nobody checks the password; kubectl just sends no user name without one.
  const credentials = user === undefined ? {} : { username: user, password: "not-checked-on-loopback" };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "mooring", cluster: { server: url } }],
    users: [{ name: "mooring", user: credentials }],
    contexts: [{ name: "mooring", context: { cluster: "mooring", user: "mooring", namespace: "default" } }],
    "current-context": "mooring",
  });
}
