import { expect, test } from "vitest";
import { asApplied } from "./samples.ts";

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
