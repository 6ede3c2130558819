import { expect, test } from "vitest";
import { diffJson } from "./diff.ts";

test("equal values differ in nothing, whatever the order of their members", () => {
  expect(diffJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toEqual([]);
  expect(diffJson(null, undefined)).toEqual([]);
});

test("a new object shows all that it has", () => {
  expect(diffJson(null, { path: "/app1", posixUser: { uid: 1001 } })).toEqual([
    { sign: "+", path: "path", after: "/app1" },
    { sign: "+", path: "posixUser.uid", after: 1001 },
  ]);
});

test("a statement put first leaves the others alone", () => {
  const before = { Statement: [{ Sid: "A", Effect: "Allow" }] };
  const after = {
    Statement: [
      { Sid: "New", Effect: "Deny" },
      { Sid: "A", Effect: "Allow" },
    ],
  };
  expect(diffJson(before, after)).toEqual([
    { sign: "+", path: "Statement[New]", after: { Sid: "New", Effect: "Deny" } },
  ]);
});

test("a change shows both sides and a removal what goes", () => {
  expect(diffJson({ a: 1, b: 2 }, { a: 3 })).toEqual([
    { sign: "~", path: "a", before: 1, after: 3 },
    { sign: "-", path: "b", before: 2 },
  ]);
});

test("plain values in another order are the same list; another value makes another list", () => {
  expect(diffJson({ gids: [1, 2] }, { gids: [2, 1] })).toEqual([]);
  expect(diffJson({ gids: [1, 2] }, { gids: [2, 3] })).toEqual([
    { sign: "~", path: "gids", before: [1, 2], after: [2, 3] },
  ]);
});
