import { stringify } from "yaml";

/**
 * The text of a kubeconfig for this API, e.g. for `.mooring/kubeconfig`.
 *
 * @param url e.g. "http://127.0.0.1:8080".
 * @param user the name that the history shows for what kubectl does; omitted = anonymous.
 */
export function kubeconfig(url: string, user?: string): string {
  // Over plain HTTP kubectl sends no credentials at all, but it does say on whose behalf it acts.
  const credentials = user === undefined ? {} : { as: user };
  // There is no TLS to verify; @kubernetes/client-node wants that said before it speaks plain HTTP.
  const plain = url.startsWith("http:") ? { "insecure-skip-tls-verify": true } : {};
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "mooring", cluster: { server: url, ...plain } }],
    users: [{ name: "mooring", user: credentials }],
    contexts: [{ name: "mooring", context: { cluster: "mooring", user: "mooring", namespace: "default" } }],
    "current-context": "mooring",
  });
}
