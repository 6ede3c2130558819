import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BindingRecord, FileSystemRecord, Kind } from "../records.ts";
import { admit, parseManifest } from "../validate.ts";
import { EXAMPLE_HOME, exampleBindingBody, exampleFileSystemBody } from "./example-records.ts";
import { ACCESS_POINT_PATH, PATH_CHARACTERS_MAX } from "./patterns.ts";
import type { ChangeExample, ManifestExample, RecordRule } from "./rule.ts";
import { ADMISSION_RULES, RECORD_RULES, RULES } from "./table.ts";

/** The valid manifest of a kind with the example's differences put in; undefined removes a field. */
function manifestWith(kind: Kind, field: string, example: ManifestExample): unknown {
  const body = kind === "Binding" ? exampleBindingBody() : exampleFileSystemBody();
  for (const [path, value] of Object.entries(example.with)) put(body, path, structuredClone(value));
  if (field.endsWith("[]")) put(body, field.slice(0, -2), [example.value]);
  else put(body, field.replace("[]", ".0"), example.value);
  return body;
}

function put(body: Record<string, unknown>, path: string, value: unknown): void {
  const segments = path.split(".");
  const last = segments.pop()!;
  let object = body;
  for (const segment of segments) object = (object[segment] ??= {}) as Record<string, unknown>;
  if (value === undefined) delete object[last];
  else object[last] = value;
}

function faultsOf(kind: Kind, field: string, example: ManifestExample) {
  const parsed = parseManifest(kind, manifestWith(kind, field, example), EXAMPLE_HOME);
  return parsed.ok ? [] : parsed.faults;
}

function admitted(example: ChangeExample) {
  const bindings: Iterable<BindingRecord> = (example.bindings ?? []).values();
  const fileSystems: Iterable<FileSystemRecord> = (example.fileSystems ?? []).values();
  return admit(example.after, example.before, { bindings, fileSystems });
}

/** A rule of the home region can never be fulfilled together with one about that region itself. */
function isAboutHome(rule: RecordRule): boolean {
  return rule.id === "region-home" || rule.id === "account-home";
}

describe.each(RULES.map((rule) => [rule.id, rule.field, rule] as const))("rule %s of %s", (_id, _field, rule) => {
  test("has examples of both sorts, and says where it comes from", () => {
    expect(rule.examples.good.length).toBeGreaterThan(0);
    expect(rule.examples.bad.length).toBeGreaterThan(0);
    expect(rule.source).not.toBe("");
    expect(rule.states).not.toBe("");
  });
});

describe.each(RECORD_RULES.map((rule) => [rule.id, rule.field, rule] as const))("rule %s of %s", (id, field, rule) => {
  const kinds = rule.appliesTo;
  test.each(kinds.flatMap((kind) => rule.examples.good.map((example) => [kind, example] as const)))(
    "of a %s allows %j",
    (kind, example) => {
      const others = faultsOf(kind, field, example).filter((fault) => !isAboutHome(rule) || fault.rule === id);
      expect(others).toEqual([]);
    },
  );

  test.each(kinds.flatMap((kind) => rule.examples.bad.map((example) => [kind, example] as const)))(
    "of a %s refuses %j",
    (kind, example) => {
      const fault = faultsOf(kind, field, example).find((found) => found.rule === id);
      expect(fault?.message).toMatch(/\.$/);
      expect(fault?.field).toBe(field.replace("[]", "[0]"));
    },
  );
});

describe.each(ADMISSION_RULES.map((rule) => [rule.id, rule] as const))("rule %s among other records", (id, rule) => {
  test.each(rule.examples.good.map((example) => [example.says, example] as const))("allows %s", (_says, example) => {
    expect(admitted(example)).toEqual([]);
  });

  test.each(rule.examples.bad.map((example) => [example.says, example] as const))("refuses %s", (_says, example) => {
    const fault = admitted(example).find((found) => found.rule === id);
    expect(fault?.message).toMatch(/\.$/);
  });
});

describe("the rules of the path together", () => {
  test("allow exactly what AWS's own pattern and length allow, but for the root", () => {
    const path = fc.string({
      unit: fc.constantFrom("/", ".", "a", "-", " ", "$", "\n", "ü", "*"),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(path, (given) => {
        const refused = faultsOf("Binding", "spec.rootDirectory.path", { value: given, with: {} }).length > 0;
        const allowedByAws = ACCESS_POINT_PATH.test(given) && given.length <= PATH_CHARACTERS_MAX;
        expect(refused).toBe(!allowedByAws || given === "/");
      }),
      { seed: 20_261, numRuns: 2_000 },
    );
  });
});
