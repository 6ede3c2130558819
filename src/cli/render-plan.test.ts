import { expect, test } from "vitest";
import { renderPlan } from "./render-plan.ts";
import { palette } from "./terminal.ts";

const put = {
  operation: "elasticfilesystem:PutFileSystemPolicy",
  target: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0",
  why: "media/thumbnailer may mount its access point only",
  before: JSON.stringify({ Statement: [{ Sid: "Theirs", Effect: "Allow" }] }),
  after: JSON.stringify({
    Statement: [
      { Sid: "Theirs", Effect: "Allow" },
      { Sid: "Ours", Effect: "Deny" },
    ],
  }),
};

const thumbnailer = { kind: "Binding" as const, namespace: "media", name: "thumbnailer", verb: "create" as const };
const file = { kind: "Plan" as const, records: [thumbnailer], plan: [put], problems: [] };

test("a policy's difference is shown by statement", () => {
  const text = renderPlan(file, palette(false)).join("\n");
  expect(text).toContain("Binding media/thumbnailer (create)");
  expect(text).toContain("~ elasticfilesystem:PutFileSystemPolicy");
  expect(text).toContain('+ Statement[Ours]: {"Sid":"Ours","Effect":"Deny"}');
  expect(text).not.toContain("Theirs");
  expect(text).toContain("1 AWS call: 0 to make, 1 to change, 0 to delete.");
});

test("problems are shown and counted, and nothing to do is said", () => {
  const lines = renderPlan({ ...file, plan: [], problems: ["function thumbnailer does not exist"] }, palette(false));
  expect(lines).toContain("! function thumbnailer does not exist");
  expect(lines.at(-1)).toBe("No AWS call is due. 1 problem stands in the way.");
});

test("a record that would be refused is shown with each of its faults", () => {
  const faults = [
    { field: "spec.a", message: "is wrong" },
    { field: "spec.b", message: "is wrong, too" },
  ];
  const refused = { ...thumbnailer, refused: { message: "both", faults } };
  const lines = renderPlan({ ...file, records: [refused, thumbnailer] }, palette(false));
  expect(lines).toEqual(expect.arrayContaining(["Binding media/thumbnailer (refused)", "  ! spec.b: is wrong, too"]));
  expect(lines.at(-1)).toContain("1 of 2 records would be refused.");
});
