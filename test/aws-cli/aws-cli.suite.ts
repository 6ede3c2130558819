/**
 * Goal:   `aws --endpoint-url …` works for every operation that the simulator builds.
 * Method: the table that runs through both doors of the simulator, once more through the real aws CLI: what
 *         succeeds there must succeed here, with the values that later calls need; what fails must fail.
 */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator, type RunningSimulator } from "../../src/simulator/aws-simulator.ts";
import { CLEARING_STEPS, EC2_STEPS, EFS_STEPS } from "../../src/simulator/both-doors/ec2-and-efs-steps.ts";
import { ECS_STEPS } from "../../src/simulator/both-doors/ecs-steps.ts";
import { IAM_STEPS, STS_STEPS } from "../../src/simulator/both-doors/iam-and-sts-steps.ts";
import { LAMBDA_STEPS } from "../../src/simulator/both-doors/lambda-steps.ts";
import { SCHEDULE_STEPS } from "../../src/simulator/both-doors/schedule-steps.ts";
import { EVENT_STEPS, SQS_STEPS } from "../../src/simulator/both-doors/sqs-and-events-steps.ts";
import type { Step } from "../../src/simulator/both-doors/step.ts";
import { runAws } from "./run-aws.ts";

const HAS_AWS = spawnSync("aws", ["--version"]).status === 0;
const STEPS: Step[] = [
  ...SQS_STEPS,
  ...EVENT_STEPS,
  ...SCHEDULE_STEPS,
  ...IAM_STEPS,
  ...STS_STEPS,
  ...EC2_STEPS,
  ...EFS_STEPS,
  ...LAMBDA_STEPS,
  ...ECS_STEPS,
  ...CLEARING_STEPS,
];

let simulator: RunningSimulator;
const memory: Record<string, string> = {};

beforeAll(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterAll(() => simulator.close());

describe.skipIf(!HAS_AWS)("the aws CLI", () => {
  test.each(
    STEPS.map((step, at) => [`${at} ${step.service} ${step.operation} ${step.error ?? "answers"}`, step] as const),
  )("%s", async (_title, { service, operation, input, error, remember }) => {
    const ran = await runAws(simulator.url, service, operation, filled(input));
    if (error !== undefined) {
      expect(ran.code, ran.stderr).not.toBe(0);
      // What botocore's own model refuses never reaches the simulator.
      if (!ran.stderr.includes("Parameter validation failed")) expect(codeIn(ran.stderr)).toBe(plain(error));
      return;
    }
    expect(ran.code, ran.stderr).toBe(0);
    for (const [name, path] of Object.entries(remember)) {
      memory[name] = String(valueAt(ran.output, path));
      expect(memory[name]).not.toBe("undefined");
    }
  });
});

/** Names that the SDK gives to errors whose code on the wire is still that of SQS's first protocol. */
const WIRE_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
};

/** The error's name without SQS's prefix, and without the suffix that the SDK adds to some. */
const plain = (name: string): string =>
  (WIRE_CODES[name] ?? name).replace(/^AWS\.SimpleQueueService\./, "").replace(/Exception$/, "");

/** `An error occurred (NoSuchEntity) when calling …` */
function codeIn(stderr: string): string {
  return plain(/An error occurred \(([^)]+)\)/.exec(stderr)?.[1] ?? stderr);
}

function filled(input: unknown): unknown {
  if (typeof input === "string") return input.replaceAll(/\$(\w+)/g, (text, name: string) => memory[name] ?? text);
  if (Array.isArray(input)) return input.map(filled);
  if (typeof input !== "object" || input === null || input instanceof Date || input instanceof Uint8Array) return input;
  return Object.fromEntries(Object.entries(input).map(([name, each]) => [name, filled(each)]));
}

function valueAt(output: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], output);
}
