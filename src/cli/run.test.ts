import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { run } from "./run.ts";
import { palette } from "./terminal.ts";

async function mooring(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    paint: palette(false),
  };
  const code = await run(argv, terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test.each([
  [["frobnicate"], 64, /unknown command 'frobnicate'/],
  [["plan"], 64, /required option '-f, --filename <file>'/],
  [["plan", "-f", "nowhere.yaml"], 64, /^mooring: Cannot read nowhere\.yaml: ENOENT/],
  [["dev", "--port", "http"], 64, /^mooring: --port is "http"; allowed is a port from 0 to 65535/],
  [["history", "thumbnailer"], 64, /write: mooring history --file-system thumbnailer/],
  [["history", "media/thumbnailer", "--limit", "0"], 64, /--limit is "0"; allowed is a whole number from 1 to 1000/],
  [["reconcile", "Media/Thumbnailer"], 64, /names no record; write NAMESPACE\/NAME for a Binding/],
  [["serve", "--host", "0.0.0.0"], 64, /Refusing to listen on 0\.0\.0\.0/],
  [["serve", "--port", "x", "--store", "y"], 64, /2 problems:\n {2}- --port is "x".*\n {2}- --store is "y"/],
])("mooring %j ends with %i and one clear message", async (argv, code, message) => {
  const ended = await mooring(...(argv as string[]));
  expect(ended.err).toMatch(message as RegExp);
  expect(ended.code).toBe(code);
});

test("a service that is not there is named, with how to start or find one", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { code, err } = await mooring("history", "verify", "--server", `http://127.0.0.1:${port}`);
  expect(err).toContain(`No Mooring answers at http://127.0.0.1:${port} (ECONNREFUSED)`);
  expect(code).toBe(69);
});

test("asking for help is no error", async () => {
  const { code, out } = await mooring("history", "--help");
  expect(code).toBe(0);
  expect(out).toContain("mooring history verify");
});
