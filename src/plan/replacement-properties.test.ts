import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ObservedAccessPoint, ObservedFunction } from "../model/observations.ts";
import { PlanningWorld } from "./planning-world.ts";
import { accessPointIdOf, admissionsInForce } from "./policy-admissions.ts";
import { isOurs, parsePolicy } from "./policy-document.ts";
import { policyInForce } from "./policy-verified.ts";

/**
 * Goal: whatever happens to a replacement on its way, what a function mounts exists and is admitted at every instant.
 * Method: random orders of passes that crash after any of their side effects, lists that lag, specs that change and
 * change back, versions that are published and deleted, a binding that is deleted; the world is judged after every
 * single side effect, and at the end it must come to rest with one access point for each binding that is left.
 */
const RUNS = { seed: 20_261_124, numRuns: 100 };
const NAMES = ["a", "b"];
const PROPAGATION_MS = 1_000;
/** Lists lag for less than the gap between the two reads that absence takes. */
const ABSENCE_GAP_MS = 50;

const name = fc.constantFrom(...NAMES);
const effects = fc.oneof(
  { weight: 3, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) },
);
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("fileSystem" as const), effects }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("lambda" as const), name, effects }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("path" as const), name, path: fc.constantFrom("", "/p", "/q") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("consent" as const), name, given: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("publish" as const, "unpublish" as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("role" as const), name, role: fc.constantFrom("r1", "r2") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lag" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.constantFrom(10, 60, 1_000, 5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("suspend" as const, "resume" as const), name }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

class Story {
  readonly world = new PlanningWorld();
  #versions = 0;
  #snapshot: { accessPoints: ObservedAccessPoint[]; consumers: ObservedFunction[] } | null = null;

  constructor() {
    const { world } = this;
    world.settings = {
      ...world.settings,
      propagationMs: PROPAGATION_MS,
      absenceGapMs: ABSENCE_GAP_MS,
      quarantineMs: 3_000,
    };
    for (const role of ["r1", "r2"]) world.roles.add(`arn:aws:iam::111122223333:role/${role}`);
    for (const one of NAMES) world.add(one, { replacement: "AcceptDataChange" });
    world.settle();
    world.afterEffect = () => this.judge();
  }

  play(next: Event): void {
    const { world } = this;
    if ("name" in next && !world.bindings.has(next.name)) return;
    switch (next.kind) {
      case "fileSystem":
        this.#lagging(() => world.passFileSystem(next.effects));
        break;
      case "lambda":
        world.passLambda(next.name, next.effects);
        break;
      case "path": {
        const path = next.path === "" ? `/${next.name}` : next.path + next.name;
        const { rootDirectory } = world.get(next.name).spec;
        world.change(next.name, { rootDirectory: { ...rootDirectory, path } });
        break;
      }
      case "consent": {
        const { replacement: _, ...spec } = world.get(next.name).spec;
        const record = world.get(next.name);
        const changed = { ...spec, ...(next.given ? { replacement: "AcceptDataChange" as const } : {}) };
        world.bindings.set(next.name, { ...record, spec: changed });
        world.change(next.name, {});
        break;
      }
      case "publish": {
        this.#versions += 1;
        const published = { ...world.functions.get(next.name)!, version: String(this.#versions) };
        world.versions.set(next.name, [...(world.versions.get(next.name) ?? []), published]);
        break;
      }
      case "unpublish":
        world.versions.set(next.name, (world.versions.get(next.name) ?? []).slice(1));
        break;
      case "role":
        // What a function runs as is its owner's affair; here both roles are admitted before it changes.
        break;
      case "lag":
        this.#snapshot ??= {
          accessPoints: [...world.accessPoints],
          consumers: [...world.functions.values(), ...[...world.versions.values()].flat()],
        };
        break;
      case "time":
        world.nowMs += next.ms;
        break;
      case "suspend":
      case "resume":
        world.change(next.name, { suspend: next.kind === "suspend" });
        break;
    }
    this.judge();
  }

  /** One pass reads what was true a while ago; the next one reads the truth. */
  #lagging(pass: () => void): void {
    const { world } = this;
    world.staleAccessPoints = this.#snapshot?.accessPoints ?? null;
    world.staleConsumers = this.#snapshot?.consumers ?? null;
    pass();
    if (this.#snapshot !== null) world.nowMs += 10;
    this.#snapshot = null;
    world.staleAccessPoints = null;
    world.staleConsumers = null;
  }

  /** Everything that serves must be able to mount; no more than two live access points a binding. */
  judge(): void {
    const { world } = this;
    const document = parsePolicy(world.policy);
    if (document === null || document === "unreadable") throw new Error("no policy");
    const ours = document.statements.filter((statement) => isOurs(statement, "test"));
    const inForce = admissionsInForce(ours, new Map());
    const input = {
      installation: "test",
      fileSystemArn: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0",
      admissions: inForce,
      confine: true,
      requireTls: false,
    };
    const judged = policyInForce(ours, inForce, input, new Map());
    const living = new Set(world.accessPoints.map(({ accessPointId }) => accessPointId));
    for (const fn of [...world.functions.values(), ...[...world.versions.values()].flat()]) {
      for (const { arn } of fn.fileSystemConfigs) {
        const what = `${fn.functionName}:${fn.version} on ${accessPointIdOf(arn)}`;
        expect(living.has(accessPointIdOf(arn)), `${what} exists`).toBe(true);
        const isAdmitted = judged.has({ roleArn: fn.roleArn, accessPointArn: arn, access: "ReadWrite" });
        expect(isAdmitted && judged.confines(fn.roleArn), `${what} is admitted`).toBe(true);
      }
    }
    for (const [binding, { metadata, facets }] of world.bindings) {
      const own = world.accessPoints.filter(({ tags }) => tags["mooring.dev/binding"] === metadata.uid);
      const retired = new Set(facets.accessPoint?.retiring.map(({ accessPointId }) => accessPointId));
      const former = new Set(facets.accessPoint?.former);
      const live = own.filter(({ accessPointId: id }) => !retired.has(id) && !former.has(id));
      expect(live.length, `live access points of ${binding}`).toBeLessThanOrEqual(2 + this.#leaked(live, binding));
    }
  }

  /** A create whose answer was lost just now is found by the next pass. */
  #leaked(live: ObservedAccessPoint[], binding: string): number {
    const facet = this.world.get(binding).facets.accessPoint;
    const known = [facet?.accessPoint?.id, facet?.successor?.accessPoint?.id, facet?.predecessor?.id];
    return live.filter(({ accessPointId }) => !known.includes(accessPointId)).length > 0 ? 1 : 0;
  }

  /** Without further disturbance everything ends: one access point for each binding, and nothing else of ours. */
  rest(): void {
    const { world } = this;
    for (const one of world.bindings.keys()) {
      world.versions.set(one, []);
      world.change(one, { suspend: false, replacement: "AcceptDataChange" });
    }
    for (let round = 0; round < 4; round += 1) {
      world.settle();
      world.nowMs += 3_000;
    }
    world.settle();
    expect(world.accessPoints.map(({ path }) => path).sort()).toEqual(
      [...world.bindings.values()].map(({ spec }) => spec.rootDirectory.path).sort(),
    );
    for (const [binding, record] of world.bindings) {
      expect(world.functions.get(binding)!.fileSystemConfigs.map(({ arn }) => arn)).toEqual([
        record.facets.accessPoint!.accessPoint!.arn,
      ]);
      expect(record.facets.accessPoint!.retiring).toEqual([]);
    }
  }
}

const story = fc.array(event, { minLength: 10, maxLength: 60 });

describe("replacements, crashed and disturbed at any point", () => {
  test("never leave a mount without an access point that exists and is admitted, and come to rest", () => {
    fc.assert(
      fc.property(story, (events) => {
        const one = new Story();
        for (const next of events) one.play(next);
        one.rest();
      }),
      RUNS,
    );
  });

  test("and a deletion in the middle leaves nothing behind", () => {
    fc.assert(
      fc.property(story, fc.array(event, { maxLength: 20 }), (events, after) => {
        const one = new Story();
        for (const next of events) one.play(next);
        for (const binding of one.world.bindings.keys()) {
          one.world.versions.set(binding, []);
          one.world.change(binding, { suspend: false });
          one.world.delete(binding);
        }
        for (const next of after) if (["fileSystem", "lambda", "lag", "time"].includes(next.kind)) one.play(next);
        for (let round = 0; round < 4; round += 1) {
          one.world.settle();
          one.world.nowMs += 3_000;
        }
        expect(one.world.bindings.size).toBe(0);
        expect(one.world.accessPoints).toEqual([]);
      }),
      RUNS,
    );
  });
});
