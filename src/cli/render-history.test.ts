import { expect, test } from "vitest";
import type { AuditEntry, AuditRecord } from "../model/audit.ts";
import { historyRows, renderHistory } from "./render-history.ts";
import { palette } from "./terminal.ts";

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const subject = { bindings: ["media/thumbnailer"], fileSystem: "shared" };

let seq = 0;
const recorded = (entry: AuditEntry, atMs = START_MS): AuditRecord => ({
  chain: "c",
  seq: ++seq,
  prevHash: "",
  hash: "",
  atMs,
  entry,
});

const intent = recorded({
  ...subject,
  type: "Intent",
  intentId: "i1",
  operation: "elasticfilesystem:CreateAccessPoint",
  target: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1",
  why: "",
  cause: { kind: "Drift", actor: "deploy-bot", eventName: "DeleteAccessPoint" },
  before: null,
  after: {},
});
const outcome = recorded(
  {
    ...subject,
    type: "Outcome",
    intentId: "i1",
    operation: "elasticfilesystem:CreateAccessPoint",
    target: "fs-1",
    outcome: "Done",
    requestId: "req-1",
    detail: null,
  },
  START_MS + 5,
);
const drift = recorded(
  {
    ...subject,
    type: "Drift",
    what: "access point fsap-1 is gone",
    actor: "deploy-bot",
    event: { id: "e", name: "DeleteAccessPoint", atMs: START_MS, sourceIp: null, userAgent: null },
  },
  START_MS - 10,
);

test("an intent and its outcome are one line, oldest first, whatever the order they came in", () => {
  const rows = historyRows([outcome, intent, drift]);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ who: "deploy-bot", what: "DeleteAccessPoint", outcome: "drift" });
  expect(rows[1]).toMatchObject({
    who: "mooring against deploy-bot",
    what: "CreateAccessPoint",
    on: "fs-1",
    outcome: "Done",
    requestId: "req-1",
  });
});

test("an intent without an outcome is open, an outcome without its intent still shows", () => {
  expect(historyRows([intent])[0]!.outcome).toBe("open");
  expect(historyRows([outcome])).toMatchObject([{ who: "mooring", outcome: "Done" }]);
});

test("the table has a head, UTC times and aligned columns", () => {
  const lines = renderHistory(historyRows([intent, outcome, drift]), palette(false));
  expect(lines[0]).toMatch(/^WHEN +WHO +WHAT +ON +OUTCOME +REQUEST ID$/);
  expect(lines[1]).toContain("2026-01-02 03:04:04.990Z");
  expect(lines[1]!.indexOf("DeleteAccessPoint")).toBe(lines[2]!.indexOf("CreateAccessPoint"));
  expect(renderHistory([], palette(false), true)).toEqual([]);
});
