import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseManifests, readManifests } from "./manifests.ts";

const directory = mkdtempSync(join(tmpdir(), "mooring-manifests-"));
afterAll(() => rmSync(directory, { recursive: true }));

const binding = "kind: Binding\nmetadata: {name: thumbnailer, namespace: media}\n";
const fileSystem = "kind: FileSystem\nmetadata: {name: shared}\n";

test("a file of several documents is several records; empty documents are none", () => {
  const documents = parseManifests(`---\n${binding}---\n---\n${fileSystem}`, "all.yaml");
  expect(documents).toMatchObject([
    { kind: "Binding", namespace: "media", name: "thumbnailer" },
    { kind: "FileSystem", namespace: "", name: "shared" },
  ]);
});

test("a directory is read in the order of its names, file systems first", () => {
  writeFileSync(join(directory, "a.yaml"), binding);
  writeFileSync(join(directory, "b.yml"), fileSystem);
  writeFileSync(join(directory, "notes.txt"), "not a record");
  expect(readManifests(directory).map(({ name }) => name)).toEqual(["shared", "thumbnailer"]);
});

test("a Binding without a namespace goes where kubectl would put it", () => {
  expect(parseManifests("kind: Binding\nmetadata: {name: a}\n", "a.yaml")[0]!.namespace).toBe("default");
});

test.each([
  ["a: [", /bad\.yaml is not YAML: .*line 1/],
  ["kind: Pod\nmetadata: {name: a}", /bad\.yaml, document 1: kind is "Pod"; allowed are Binding and FileSystem/],
  ["just text", /document 1: kind is missing/],
  ["kind: Binding", /document 1: metadata\.name is missing; give the Binding a name/],
  ["kind: Binding\nmetadata: {name: 5}", /metadata\.name is 5/],
])("%j is refused with its place and what is allowed", (text, message) => {
  expect(() => parseManifests(text, "bad.yaml")).toThrow(message);
});

test("a file without records is refused", () => {
  const file = join(directory, "empty.txt");
  writeFileSync(file, "# nothing\n");
  expect(() => readManifests(file)).toThrow(/holds no record/);
});
