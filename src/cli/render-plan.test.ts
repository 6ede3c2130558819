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

test("a policy's difference is shown by statement", () => {
  const text = renderPlan(
    [{ title: "Binding media/thumbnailer", verb: "create", plan: { calls: [put], problems: [] } }],
    palette(false),
  ).join("\n");
  expect(text).toContain("~ elasticfilesystem:PutFileSystemPolicy");
  expect(text).toContain('+ Statement[Ours]: {"Sid":"Ours","Effect":"Deny"}');
  expect(text).not.toContain("Theirs");
  expect(text).toContain("1 AWS call: 0 to make, 1 to change, 0 to delete.");
});

test("a call that two records share is counted once", () => {
  const one = { title: "a", verb: "create" as const, plan: { calls: [put], problems: [] } };
  expect(renderPlan([one, one], palette(false)).at(-1)).toMatch(/^1 AWS call/);
});

test("problems are shown and counted, and nothing to do is said", () => {
  const lines = renderPlan(
    [
      { title: "a", verb: "change", plan: { calls: [], problems: ["function thumbnailer does not exist"] } },
      { title: "b", verb: "change", plan: { calls: [], problems: [] } },
    ],
    palette(false),
  );
  expect(lines).toContain("  ! function thumbnailer does not exist");
  expect(lines).toContain("  no AWS call");
  expect(lines.at(-1)).toBe("No AWS call is due. 1 problem stands in the way.");
});
