import { expect, test } from "vitest";
import { Refusal, type Client } from "../client.ts";
import { asApplied, writeSamples } from "./samples.ts";

test("a sample carries the note that kubectl apply would have left", () => {
  const body = {
    kind: "Binding",
    apiVersion: "mooring.dev/v1",
    metadata: { name: "a" },
    spec: { b: [{ d: 1, c: 2 }] },
  };
  const { metadata, ...rest } = asApplied(body, "media") as { metadata: { annotations: Record<string, string> } };
  expect(rest).toEqual({ kind: "Binding", apiVersion: "mooring.dev/v1", spec: body.spec });
  expect(metadata).toEqual({
    name: "a",
    namespace: "media",
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration":
        '{"apiVersion":"mooring.dev/v1","kind":"Binding","metadata":{"annotations":{},"name":"a","namespace":"media"},"spec":{"b":[{"c":2,"d":1}]}}\n',
    },
  });
});

test("what was there before counts as found, samples or not", async () => {
  const namesThere = ["thumbnailer", "mine"];
  const client: Client = {
    url: "",
    request: async <T>(method: string, _path: string, body?: unknown): Promise<T> => {
      if (method === "GET") return { items: namesThere.map((name) => ({ metadata: { name } })) } as T;
      if (namesThere.includes((body as { metadata: { name: string } }).metadata.name)) throw new Refusal(409, "exists");
      return {} as T;
    },
  };
  const count = await writeSamples(client, { account: "111122223333", fileSystemId: "fs-1" });
  expect(count).toEqual({ written: 5, found: 2 });
});
