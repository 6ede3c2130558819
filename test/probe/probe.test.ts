import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ABSENT, answers, type Behaviour, callsOf, fails } from "./behaviour.ts";
import { BEHAVIOURS } from "./behaviours.ts";
import { difference, isUnserved, type Outcome, UNREADABLE } from "./judge.ts";
import { fill, mentioned } from "./placeholders.ts";
import { probe, type ProbeOptions } from "./probe.ts";
import { OWN_NAMES, partThatGives } from "./stage.ts";
import { UNDONE } from "./undo.ts";

const failure = (name: string, status: number, message = ""): Outcome => ({
  error: { name, status, message, members: { message } },
});

describe("the behaviours", () => {
  test("have each an id of its own, a source, and a state of evidence that somebody chose", () => {
    expect(new Set(BEHAVIOURS.map(({ id }) => id)).size).toBe(BEHAVIOURS.length);
    expect(BEHAVIOURS.length).toBeGreaterThan(250);
    expect(BEHAVIOURS.filter(({ sources }) => !sources.every((url) => URL.canParse(url)))).toEqual([]);
  });

  test("name only what the stage, the run or an earlier call gives", () => {
    const unknown = BEHAVIOURS.flatMap(({ id, given, when, expects }) => {
      const remembered = new Set<string>(OWN_NAMES);
      const strangers: string[] = [];
      for (const call of [...given, when]) {
        for (const name of mentioned(call.input))
          if (!remembered.has(name) && partThatGives(name) === undefined) strangers.push(`${id}: $${name}`);
        Object.keys(call.remember).forEach((name) => remembered.add(name));
      }
      for (const name of mentioned(expects))
        if (!remembered.has(name) && partThatGives(name) === undefined) strangers.push(`${id}: $${name}`);
      return strangers;
    });
    expect(unknown).toEqual([]);
  });

  test("make nothing that the probe would not take away again", () => {
    const within = /^(dynamodb|efs) (PutItem|PutFileSystemPolicy|PutBackupPolicy|PutLifecycleConfiguration)$/;
    const made = BEHAVIOURS.flatMap(({ given, when }) => [...given, when])
      .map(({ service, operation }) => `${service} ${operation}`)
      .filter((each) => / (Create|Put|Register|Run)/.test(each) && !within.test(each))
      // Goes with its function; an event and a batch that is refused leave nothing.
      .filter((each) => !["lambda CreateAlias", "eventbridge PutEvents"].includes(each));
    expect([...new Set(made)].filter((each) => !UNDONE.includes(each))).toEqual([]);
  });
});

describe("the judge", () => {
  test("wants the error by name, status, message and members", () => {
    const expected = fails("Taken", 409, { message: /^it is/, carries: { Id: "1" } });
    const error = { name: "Taken", status: 409, message: "it is taken", members: { Id: "1" } };
    expect(difference(expected, { error })).toBeNull();
    expect(difference(expected, { error: { ...error, status: 400 } })).toMatch(/status 400, not 409/);
    expect(difference(expected, { error: { ...error, message: "no" } })).toMatch(/not like/);
    expect(difference(expected, { error: { ...error, members: {} } })).toMatch(/Id is absent/);
    expect(difference(expected, { answer: {} })).toMatch(/succeeds; Taken is expected/);
  });

  test("wants members of an answer, down to those that must not be there", () => {
    const expected = answers({ "A.0.B": /^x/, C: ABSENT });
    expect(difference(expected, { answer: { A: [{ B: "xy" }] } })).toBeNull();
    expect(difference(expected, { answer: { A: [{ B: "y" }] } })).toMatch(/A\.0\.B is "y"/);
    expect(difference(expected, { answer: { A: [{ B: "x" }], C: 0 } })).toMatch(/C is 0, not absent/);
    expect(difference(expected, failure("Broken", 500))).toMatch(/fails with Broken 500/);
  });

  test("knows what is not served from what is answered otherwise", () => {
    expect(isUnserved(failure("NotImplemented", 400))).toBe(true);
    expect(isUnserved(failure("InternalFailure", 501))).toBe(true);
    expect(isUnserved(failure(UNREADABLE, 500))).toBe(true);
    expect(isUnserved(failure(UNREADABLE, 400))).toBe(false);
    expect(isUnserved(failure("AccessPointNotFound", 404, "Access point not found"))).toBe(false);
  });
});

test("names are filled in where they stand, and what nobody gave stays", () => {
  const names = new Map<string, unknown>([
    ["id", "fs-1"],
    ["list", [1]],
  ]);
  expect(fill({ a: "$id", b: ["x-$id-y"], c: "$list", d: "$LATEST", $id: 1 }, names)).toEqual({
    a: "fs-1",
    b: ["x-fs-1-y"],
    c: [1],
    d: "$LATEST",
    "fs-1": 1,
  });
});

test("a probe takes away what it made, also where the answer was not what it expected", async () => {
  const calls: string[] = [];
  let nowMs = 0;
  const options: ProbeOptions = {
    caller: {
      make: async ({ operation, input }) => {
        calls.push(`${operation} ${JSON.stringify(input)}`);
        return { answer: { QueueUrl: "http://q" } };
      },
      close: () => {},
    },
    region: "eu-west-1",
    run: "r",
    patienceMs: 10,
    pollMs: 1,
    nowMs: () => nowMs,
    sleep: async (ms) => void (nowMs += ms),
  };
  const sqs = callsOf("sqs");
  const behaviour: Behaviour = {
    id: "sqs/taken",
    service: "sqs",
    states: "",
    evidence: "documented",
    sources: [],
    given: [],
    when: sqs("CreateQueue", { QueueName: "$own" }),
    expects: fails("QueueNameExists", 400),
    eventually: false,
  };
  const { results, leftOver } = await probe([behaviour], options);
  expect(results).toEqual([{ id: "sqs/taken", verdict: "differ", note: "succeeds; QueueNameExists is expected" }]);
  expect(calls).toEqual(['CreateQueue {"QueueName":"r-0"}', 'DeleteQueue {"QueueUrl":"http://q"}']);
  expect(leftOver).toEqual([]);
});

describe("npm run probe", () => {
  const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
  const run = (...flags: string[]): Promise<{ code: number; stderr: string }> =>
    new Promise((resolve) =>
      execFile(process.execPath, [MAIN, ...flags], { env: { PATH: "/usr/bin:/bin" } }, (error, _, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stderr }),
      ),
    );

  test.for([
    ["what is not on this machine", ["--endpoint", "https://sqs.eu-west-1.amazonaws.com"], /is not this machine/],
    ["AWS itself, unless it is allowed", [], /AWS itself is not this machine.*--allow-remote/],
    [
      "an address where nothing answers",
      ["--endpoint", "http://127.0.0.1:9"],
      /Nothing answers at http:\S+ \(.+\)\. Start it/,
    ],
    [
      "a service that it does not know",
      ["--endpoint", "http://127.0.0.1:9", "--only", "s3"],
      /--only does not know s3/,
    ],
  ] as const)("refuses %s, in one line", async ([, flags, message]) => {
    const { code, stderr } = await run(...flags);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  test("refuses what starts but answers 500, in one line", async () => {
    const server = createServer((_, response) => response.writeHead(500).end("boom"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await run("--endpoint", url, "--only", "sts");
    expect(stderr).toBe(`probe: ${url} answers HTTP 500. See what its log says, or correct the address.\n`);
    expect(code).toBe(1);
    server.close();
  });
});
