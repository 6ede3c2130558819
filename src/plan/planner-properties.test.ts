import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TAGS } from "../model/records.ts";
import { planFileSystem } from "./plan-file-system.ts";
import { FS, FS_ARN, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";
import { isOurs, parsePolicy, type Statement } from "./policy-document.ts";

/**
 * Goal: whatever a crowd of people does to records and to AWS, the planners come to rest, and while
 * they do, nothing foreign changes and nothing goes without a reason.
 * Method: random stories on one world, planned and carried out to the fixed point after each step.
 */
const RUNS = { seed: 20_261_123, numRuns: fc.readConfigureGlobal().numRuns ?? 60 };

const NAMES = ["a", "b", "c", "d", "e", "f"];
const name = fc.constantFrom(...NAMES);
const step = fc.oneof(
  fc.record({
    kind: fc.constant("add" as const),
    name,
    access: fc.constantFrom("ReadOnly" as const, "ReadWrite" as const, "ReadWriteRoot" as const),
    role: fc.constantFrom("r1", "r2", "r3"),
  }),
  fc.record({
    kind: fc.constantFrom(
      "delete" as const,
      "retain" as const,
      "suspend" as const,
      "resume" as const,
      "unmount" as const,
      "dropAccessPoint" as const,
      "dropTags" as const,
    ),
    name,
  }),
  fc.record({ kind: fc.constant("role" as const), name, role: fc.constantFrom("r1", "r2", "r3", "missing") }),
  fc.record({
    kind: fc.constant("mode" as const),
    mode: fc.constantFrom("Observe" as const, "Preserve" as const, "Enforce" as const),
    requireTls: fc.boolean(),
    release: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom(
      "dropPolicy" as const,
      "dropOurStatement" as const,
      "foreignStatement" as const,
      "shufflePolicy" as const,
    ),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function startingWorld(): PlanningWorld {
  const world = new PlanningWorld();
  for (const role of ["r1", "r2", "r3"]) world.roles.add(roleArn(role));
  world.fileSystem.metadata.annotations["mooring.dev/confirm-removal"] = "none";
  return world;
}

function statementsOf(world: PlanningWorld): Statement[] {
  const document = parsePolicy(world.policy);
  return document === null || document === "unreadable" ? [] : document.statements;
}

function putStatements(world: PlanningWorld, statements: Statement[]): void {
  world.policy = statements.length === 0 ? null : JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function play(world: PlanningWorld, next: Step): void {
  switch (next.kind) {
    case "add":
      if (!world.bindings.has(next.name)) world.add(next.name, { access: next.access }, next.role);
      return;
    case "mode":
      return world.changeFileSystem({
        mode: next.mode,
        requireTls: next.requireTls,
        ...(next.release ? { release: FS } : { release: "no" }),
      });
    case "dropPolicy":
      return putStatements(world, []);
    case "dropOurStatement": {
      const index = statementsOf(world).findIndex((statement) => isOurs(statement, "test"));
      return putStatements(
        world,
        statementsOf(world).filter((_, i) => i !== index),
      );
    }
    case "foreignStatement":
      return putStatements(world, [
        ...statementsOf(world),
        {
          Sid: `theirs-${world.nowMs}`,
          Effect: "Allow",
          Principal: { AWS: roleArn("r9") },
          Action: "elasticfilesystem:ClientMount",
          Resource: FS_ARN,
        },
      ]);
    case "shufflePolicy":
      return putStatements(world, statementsOf(world).toReversed());
    default:
      if (world.bindings.has(next.name)) playOnBinding(world, next);
  }
}

function playOnBinding(world: PlanningWorld, next: Step & { name: string }): void {
  const binding = world.get(next.name);
  const id = binding.facets.accessPoint?.accessPoint?.id;
  switch (next.kind) {
    case "delete":
      if (binding.metadata.deletionTimestamp === undefined) world.delete(next.name);
      return;
    case "retain":
      return world.change(next.name, { deletionPolicy: "Retain" });
    case "suspend":
      return world.change(next.name, { suspend: true });
    case "resume":
      return world.change(next.name, { suspend: false });
    case "unmount":
      return world.changeFunction(next.name, { fileSystemConfigs: [] });
    case "role":
      return world.changeFunction(next.name, { roleArn: roleArn(next.role) });
    case "dropAccessPoint":
      world.accessPoints = world.accessPoints.filter(({ accessPointId }) => accessPointId !== id);
      return;
    case "dropTags":
      world.accessPoints = world.accessPoints.map((one) =>
        one.accessPointId === id ? { ...one, tags: { [TAGS.slot]: "1" } } : one,
      );
      return;
    default:
      throw new Error(`Step ${next.kind} is not about one binding`);
  }
}

/** Plays each step and settles after it, calling `check` around every carried-out action. */
function tell(steps: Step[], check: (world: PlanningWorld, next: Step) => void): void {
  const world = startingWorld();
  for (const next of steps) {
    play(world, next);
    check(world, next);
  }
}

const story = fc.array(step, { minLength: 4, maxLength: 14 });

describe("in any story", () => {
  test("the plan is idempotent: carried out and planned again, nothing is due", () => {
    fc.assert(
      fc.property(story, (steps) =>
        tell(steps, (world) => {
          world.settle();
          expect(world.settle()).toEqual([]);
        }),
      ),
      RUNS,
    );
  });

  test("foreign statements keep text and order, and every document fits", () => {
    fc.assert(
      fc.property(story, (steps) =>
        tell(steps, (world) => {
          const foreign = () => JSON.stringify(statementsOf(world).filter((statement) => !isOurs(statement, "test")));
          const before = foreign();
          world.settle();
          expect(foreign()).toBe(before);
          expect(world.policy?.length ?? 0).toBeLessThanOrEqual(20_000);
        }),
      ),
      RUNS,
    );
  });

  test("access points are deleted and mounts taken out only for bindings whose deletion was ordered", () => {
    fc.assert(
      fc.property(story, (steps) =>
        tell(steps, (world) => {
          const ordered = new Set(
            [...world.bindings]
              .filter(([, { metadata }]) => metadata.deletionTimestamp)
              .map(([binding]) => `media/${binding}`),
          );
          for (const action of world.settle()) {
            const takes =
              action.type === "DeleteAccessPoint" ||
              (action.type === "UpdateFunctionConfiguration" && action.fileSystemConfigs.length === 0);
            if (takes) expect(action.bindings.every((binding) => ordered.has(binding))).toBe(true);
          }
        }),
      ),
      RUNS,
    );
  });

  test("no policy is ever deleted, emptied, or opened to everybody by us", () => {
    fc.assert(
      fc.property(story, (steps) =>
        tell(steps, (world) => {
          for (const action of world.settle()) {
            if (action.type !== "PutFileSystemPolicy") continue;
            const document = parsePolicy(action.policy);
            if (document === null || document === "unreadable") throw new Error("Not a policy");
            expect(document.statements.length).toBeGreaterThan(0);
            const open = document.statements.filter(
              ({ Effect, Principal, Sid }) =>
                Effect === "Allow" && JSON.stringify(Principal).includes("*") && String(Sid).startsWith("mooring-"),
            );
            expect(open).toEqual([]);
          }
        }),
      ),
      RUNS,
    );
  });

  test("the order of inputs does not matter", () => {
    fc.assert(
      fc.property(story, (steps) =>
        tell(steps, (world) => {
          const input = world.fileSystemInput();
          const reversed = {
            ...input,
            bindings: input.bindings.toReversed(),
            observed: {
              ...input.observed,
              accessPoints: { known: true as const, value: world.accessPoints.toReversed(), readAtMs: world.nowMs },
            },
          };
          const [one, other] = [planFileSystem(input), planFileSystem(reversed)];
          expect(other.actions).toEqual(one.actions);
          expect(other.facets.accessPoints).toEqual(new Map(one.facets.accessPoints));
          expect(other.ending).toEqual(one.ending);
          world.settle();
        }),
      ),
      RUNS,
    );
  });

  test("what could not be read makes nothing go away", () => {
    const part = fc.constantFrom("accessPoints", "policy", "consumers");
    fc.assert(
      fc.property(story, part, (steps, unread) => {
        const world = startingWorld();
        for (const next of steps) {
          play(world, next);
          world.settle();
        }
        world.unreadable = { [unread]: "InternalServerError" };
        for (const binding of world.bindings.keys()) world.delete(binding);
        const points = world.accessPoints.length;
        for (let pass = 0; pass < 8; pass += 1) {
          for (const binding of world.bindings.keys()) world.passLambda(binding);
          world.passFileSystem();
          world.nowMs += 1_000;
        }
        expect(world.accessPoints.length).toBe(points);
      }),
      RUNS,
    );
  });
});
