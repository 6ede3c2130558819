import { expect, test } from "vitest";
import type { Action } from "../../model/actions.ts";
import type { Activity } from "../../reconcilers/ports.ts";
import { palette } from "../terminal.ts";
import { createTranscript, repairSummary } from "./transcript.ts";

const base = { target: "arn", why: "", bindings: [], before: null, after: null, removes: 0 };
const acted = (action: Action, result: Record<string, string> = {}) =>
  ({ type: "action", key: "k", action, requestId: "r", result }) satisfies Activity;

const create = acted(
  {
    ...base,
    type: "CreateAccessPoint",
    fileSystemId: "fs-1",
    bindingUid: "u",
    clientToken: "t",
    tokenGeneration: 0,
    path: "/app1",
    creationInfo: { ownerUid: 1001, ownerGid: 1001, permissions: "0750" },
    posixUser: { uid: 1001, gid: 1001, secondaryGids: [] },
    tags: {},
  },
  { accessPointId: "fsap-0a1" },
);
const put = acted({
  ...base,
  type: "PutFileSystemPolicy",
  fileSystemId: "fs-1",
  policy: "{}",
  basedOn: null,
  statements: { ours: 7, foreign: 2 },
});
const mount = acted({
  ...base,
  type: "UpdateFunctionConfiguration",
  functionName: "thumbnailer",
  revisionId: "r",
  fileSystemConfigs: [{ arn: "a", localMountPath: "/mnt/data" }],
});

function transcriptOf(activities: Activity[], nowMs = 600): string[] {
  const lines: string[] = [];
  const transcript = createTranscript(
    { out: (line) => lines.push(line), err: () => {}, paint: palette(false) },
    () => nowMs,
    0,
  );
  activities.forEach((activity) => transcript.activity(activity));
  return lines;
}

test("the calls are lines with the seconds since the start, the call and what matters of it", () => {
  expect(transcriptOf([create, put, mount])).toEqual([
    "  0.6s + CreateAccessPoint            fsap-0a1  /app1 1001:1001",
    "  0.6s ~ PutFileSystemPolicy          7 statements ours, 2 foreign kept",
    "  0.6s ~ UpdateFunctionConfiguration  thumbnailer /mnt/data",
  ]);
});

test("drift names who did it, or says that it is not known yet", () => {
  const drift = {
    type: "drift",
    key: "k",
    what: "access point fsap-0a1 is gone",
    actor: "deploy-bot",
    bindings: [],
  } satisfies Activity;
  expect(transcriptOf([drift])[0]).toContain("? drift by deploy-bot");
  expect(transcriptOf([{ ...drift, actor: null }])[0]).toContain("not known yet");
});

test("a verified run is a line, a run that waits is not", () => {
  const converged = {
    type: "converged",
    key: "k",
    acted: 1,
    tookMs: 300,
    bindings: ["media/thumbnailer"],
  } satisfies Activity;
  expect(transcriptOf([converged])).toEqual(["  0.6s = verified after 0.3 s         media/thumbnailer"]);
  expect(transcriptOf([{ type: "waiting", key: "k", afterMs: 1, why: "" }])).toEqual([]);
});

test("a repair is summed up once per thing repaired", () => {
  expect(repairSummary([create, put, put, mount], 437)).toBe(
    "repaired in 0.4 s: fsap-0a1, policy, thumbnailer remounted",
  );
  expect(repairSummary([], 100)).toBe("repaired in 0.1 s: nothing was left to do");
});
