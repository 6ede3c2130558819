import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { assertPortFree, parsePort } from "./ports.ts";

test("a port in use is an error that names the port, its use and the flag", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(assertPortFree("127.0.0.1", port, { what: "the API", flag: "--port" })).rejects.toThrow(
    `Port ${port} on 127.0.0.1, for the API, is in use by another process. Free it, or choose another with --port PORT.`,
  );
  await new Promise((resolve) => taken.close(resolve));
  await assertPortFree("127.0.0.1", port, { what: "the API", flag: "--port" });
});

test.each(["", "-1", "65536", "8080x", "0x50"])("the port %j is refused with what is allowed", (text) => {
  expect(() => parsePort(text, "--port")).toThrow(/--port is ".*"; allowed is a port from 0 to 65535/);
});

test("0 lets the system choose", () => {
  expect(parsePort("0", "--port")).toBe(0);
});
