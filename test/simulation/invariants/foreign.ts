import { isDeepStrictEqual } from "node:util";
import { TAGS } from "../../../src/model/records.ts";
import { VOLUME_PREFIX } from "../../../src/plan/ecs-revision.ts";
import type { Truth } from "../truth.ts";
import { tagOf } from "./access-points.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

type Statement = Record<string, unknown>;

function foreignOf(truth: Truth, statements: Statement[]): Map<string, Statement> {
  const prefix = `mooring-${truth.simulation.settings.installation}-`;
  const foreign = statements.filter(({ Sid }) => !String(Sid).startsWith(prefix));
  return new Map(foreign.map((one) => [String(one["Sid"]), one]));
}

/** A read this much staler than the write may have shown the policy before somebody's change. */
const STALE_MS = 5_000;
/** For so long after a pause a call may be under way that was decided before it. */
const LATE_MS = 9_000;

export const foreignStatementsKept: Invariant = {
  name: "foreign-statements-kept",
  why: "A statement that Mooring drops is somebody's access that is gone; one that falls into a race is put back.",
  watch: (truth, check) => {
    const lateLosses = new Set<string>();
    let ledger = foreignOf(truth, truth.newestPolicy()?.Statement ?? []);
    return {
      beforeCall(call) {
        if (call.operation !== "PutFileSystemPolicy") return;
        const before = foreignOf(truth, truth.newestPolicy()?.Statement ?? []);
        const after = foreignOf(
          truth,
          (JSON.parse(String(call.input["Policy"])) as { Statement: Statement[] }).Statement,
        );
        const missing = [...before.keys()].filter((sid) => !after.has(sid));
        // The last read before the Put comes right after the intent.
        const sinceReadMs = truth.nowMs - (truth.intentFor(call)?.beganAtMs ?? 0);
        const isRaced = truth.untouchedMs("policy") <= sinceReadMs + STALE_MS;
        // Nothing tells a process that it slept; its late Put replaces what it never saw, beyond any window.
        // And a window told by a wrong clock does not match the events' times.
        const isLate = truth.nowMs - call.process.disturbedAtMs < LATE_MS || call.process.aheadMs !== 0;
        if (isLate) for (const sid of missing) lateLosses.add(sid);
        check(missing.length === 0 || isRaced || isLate, () => `${told(call)} drops ${missing.join(", ")}`);
      },
      afterForeign(_actor, _service, operation) {
        if (!operation.endsWith("FileSystemPolicy")) return;
        ledger = foreignOf(truth, truth.newestPolicy()?.Statement ?? []);
      },
      atRest() {
        const { lost } = truth.simulation.events;
        // A store that was put back does not know of its Puts any more, nor which edits they replaced.
        if (truth.isRestored) return;
        if (lost.some(({ eventName }) => eventName.endsWith("FileSystemPolicy"))) return;
        const now = foreignOf(truth, truth.newestPolicy()?.Statement ?? []);
        const missing = [...ledger.keys()].filter((sid) => !now.has(sid) && !lateLosses.has(sid));
        check(
          missing.length === 0,
          () => `the policy lacks ${missing.join(", ")}, which nobody but Mooring can have dropped`,
        );
      },
    };
  },
};

const OWN_MEMBERS = new Set(["FunctionName", "RevisionId", "FileSystemConfigs"]);

export const foreignMountsKept: Invariant = {
  name: "foreign-mounts-kept",
  why: "Of a function only Mooring's own mount may change: no other member, and no mount of somebody else's.",
  watch: (truth, check) => ({
    beforeCall(call) {
      if (call.operation !== "UpdateFunctionConfiguration") return;
      const extra = Object.keys(call.input).filter((name) => !OWN_MEMBERS.has(name));
      check(extra.length === 0, () => `${told(call)} changes ${extra.join(", ")}`);
      check("RevisionId" in call.input, () => `${told(call)} changes the function whatever has happened to it since`);
      const found = truth.world.service("lambda").function(String(call.input["FunctionName"]))?.latest;
      if (found === undefined || found.revisionId !== call.input["RevisionId"]) return;
      const wanted = call.input["FileSystemConfigs"] as { Arn: string }[];
      const { installation } = truth.simulation.settings;
      const efs = truth.world.service("efs");
      for (const { Arn } of found.fileSystemConfigs) {
        const accessPoint = efs.accessPoint(Arn.slice(Arn.lastIndexOf("/") + 1));
        if (accessPoint === undefined || tagOf(accessPoint, TAGS.installation) === installation) continue;
        check(
          wanted.some((one) => one.Arn === Arn),
          () => `${told(call)} takes somebody's mount of ${Arn} away`,
        );
      }
    },
  }),
};

interface Definition {
  volumes?: { name?: string }[];
  containerDefinitions?: { mountPoints?: { sourceVolume?: string }[] }[];
  tags?: unknown;
  [member: string]: unknown;
}

/** A revision without Mooring's volumes, mount points and tags. */
function bare({ tags: _tags, ...definition }: Definition): Definition {
  const isOurs = (name = "") => name.startsWith(VOLUME_PREFIX);
  return {
    ...definition,
    volumes: (definition.volumes ?? []).filter(({ name }) => !isOurs(name)),
    containerDefinitions: (definition.containerDefinitions ?? []).map((one) => ({
      ...one,
      mountPoints: (one.mountPoints ?? []).filter(({ sourceVolume }) => !isOurs(sourceVolume)),
    })),
  };
}

export const foreignDefinitionKept: Invariant = {
  name: "foreign-definition-kept",
  why: "A revision that Mooring registers is somebody's application: but for Mooring's volumes it is what somebody wrote.",
  watch: (truth, check) => ({
    afterCall(call, outcome) {
      if (call.operation !== "RegisterTaskDefinition" || !("output" in outcome)) return;
      const { taskDefinition } = outcome.output as { taskDefinition: { taskDefinitionArn: string; revision: number } };
      const ecs = truth.world.service("ecs");
      const made = ecs.definition(taskDefinition.taskDefinitionArn);
      if (made === undefined) return;
      const base = taskDefinition.taskDefinitionArn.replace(/:\d+$/, "");
      const earlier = Array.from({ length: taskDefinition.revision - 1 }, (_, n) => ecs.definition(`${base}:${n + 1}`));
      const wanted = bare(made.definition as Definition);
      check(
        earlier.some((one) => one !== undefined && isDeepStrictEqual(bare(one.definition as Definition), wanted)),
        () => `${told(call)} registers what is no revision's but for Mooring's volumes`,
      );
    },
  }),
};
