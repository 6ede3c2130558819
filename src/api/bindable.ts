/** An address on which nobody but this machine can reach us. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/**
 * Refuses to open the API to the network without authentication.
 *
 * @param binding.host the address that the server is going to listen on.
 * @param binding.auth true if every request has to prove who it is.
 * @throws {Error} if the address is not loopback and `auth` is false.
 */
export function assertBindable(binding: { host: string; auth: boolean }): void {
  if (binding.auth || isLoopback(binding.host)) return;
  throw new Error(
    `Refusing to listen on ${binding.host}: without authentication only loopback addresses are allowed ` +
      `(127.0.0.1, ::1, localhost). Listen on 127.0.0.1, or configure authentication first.`,
  );
}

/**
 * True if a request's Host header names this machine itself. Without authentication a web page on
 * another origin could otherwise reach the API through a name that resolves to 127.0.0.1.
 */
export function isLoopbackHostHeader(header: string | undefined): boolean {
  if (header === undefined || header === "") return true;
  const host = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(header)?.[1];
  return host !== undefined && isLoopback(host);
}
