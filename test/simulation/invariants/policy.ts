import { ANNOTATIONS, TAGS } from "../../../src/model/records.ts";
import type { AwsCall } from "../aws-port.ts";
import { committedBy } from "../commits.ts";
import type { Truth } from "../truth.ts";
import { tagOf } from "./access-points.ts";
import { told } from "./calls.ts";
import type { Invariant } from "./invariant.ts";

type Statement = Record<string, unknown>;

const POLICY_MAX = 20_000;

function statementsOf(text: unknown): Statement[] {
  return (JSON.parse(String(text)) as { Statement: Statement[] }).Statement;
}

/** Role and access point of each Allow of ours, one text each. */
function pairsOf(truth: Truth, statements: readonly Statement[]): Map<string, { role: string; id: string }> {
  const own = ownOf(truth, statements).filter(({ Effect }) => Effect === "Allow");
  const pairs = own.flatMap((one) =>
    rolesOf(one).flatMap((role) => idsIn(one).map((id) => [`${role} ${id}`, { role, id }] as const)),
  );
  return new Map(pairs);
}

function ownOf(truth: Truth, statements: readonly Statement[]): Statement[] {
  const prefix = `mooring-${truth.simulation.settings.installation}-`;
  return statements.filter(({ Sid }) => String(Sid).startsWith(prefix));
}

function rolesOf({ Principal }: Statement): string[] {
  const { AWS = [] } = (Principal ?? {}) as { AWS?: string | string[] };
  return [AWS].flat();
}

function idsIn(statement: Statement): string[] {
  return [...new Set(JSON.stringify(statement["Condition"] ?? {}).match(/fsap-[0-9a-f]+/g))];
}

export const policyFits: Invariant = {
  name: "policy-fits",
  why: "A policy that EFS refuses changes nothing, one that is empty opens the file system, and in mode Observe none is written.",
  watch: (_truth, check) => {
    let isWritten = false;
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer))
          if (
            change.type === "put" &&
            change.record.kind === "FileSystem" &&
            change.record.spec.policy.mode !== "Observe"
          )
            isWritten = true;
      },
      beforeCall(call) {
        if (call.operation !== "PutFileSystemPolicy") return;
        const text = String(call.input["Policy"]);
        check(isWritten, () => `${told(call)}, although the file system was never in another mode than Observe`);
        check(text.length <= POLICY_MAX, () => `${told(call)} has ${text.length} characters`);
        check(statementsOf(text).length > 0, () => `${told(call)} has no statement`);
      },
    };
  },
};

/** One access point in four lists, as the shortest of them are. */
const RESERVE = 250;

export const reserveKept: Invariant = {
  name: "reserve-kept",
  why: "Without room for one access point beside its successor nothing could ever be replaced any more.",
  watch: (truth, check) => {
    const known = new Set<string>();
    // Whose it was is remembered: a statement in force stays when others delete its access point.
    const owners = new Map<string, string>();
    const bindingOf = (id: string): string => {
      const found = truth.world.service("efs").accessPoint(id);
      const name = (found === undefined ? undefined : tagOf(found, TAGS.bindingName)) ?? owners.get(id) ?? id;
      owners.set(id, name);
      return name;
    };
    return {
      beforeCall(call) {
        if (call.operation !== "PutFileSystemPolicy") return;
        const text = String(call.input["Policy"]);
        const names = [...pairsOf(truth, statementsOf(text)).values()].map(({ id }) => bindingOf(id));
        const fresh = names.filter((name) => !known.has(name));
        for (const name of names) known.add(name);
        check(
          fresh.length === 0 || text.length <= POLICY_MAX - RESERVE,
          () => `${told(call)} lets ${fresh.join(", ")} join, and leaves ${POLICY_MAX - text.length} characters`,
        );
      },
    };
  },
};

/** Up to so many, or this share, may go without a word; the planner's own count is stricter. */
const REMOVED_FREE = 5;
const REMOVED_SHARE = 0.35;

export const removalsConfirmed: Invariant = {
  name: "removals-confirmed",
  why: "Whoever takes most admissions away at once has most likely misunderstood something; somebody must say that it is meant.",
  watch: (truth, check) => {
    let removed = 0;
    let isConfirmed = false;
    const goneBy = new WeakMap<AwsCall, number>();
    return {
      async atRest() {
        const record = (await truth.view())?.fileSystem(truth.simulation.fileSystem.metadata.name);
        const conditions = record?.facets.fileSystem?.conditions ?? [];
        const said = conditions.find(({ reason }) => reason === "RemovalWithheld")?.message ?? "";
        const hash = /confirm-removal=(\w+)/.exec(said)?.[1];
        const confirmed = record?.metadata.annotations[ANNOTATIONS.confirmRemoval];
        check(hash === undefined || hash !== confirmed, () => `what was confirmed with ${hash} is still held back`);
      },
      afterStore(call, answer) {
        for (const change of committedBy(call, answer))
          if (change.type === "put" && change.record.metadata.annotations[ANNOTATIONS.confirmRemoval] !== undefined)
            isConfirmed = true;
      },
      storeRestored() {
        removed = 0;
      },
      async beforeCall(call) {
        if (call.operation !== "PutFileSystemPolicy") return;
        const before = pairsOf(truth, truth.newestPolicy()?.Statement ?? []);
        const after = pairsOf(truth, statementsOf(call.input["Policy"]));
        const view = await truth.view();
        const gone = [...before].filter(([pair, { id, role }]) => {
          const found = truth.world.service("efs").accessPoint(id);
          if (after.has(pair) || found === undefined || found.state === "deleting" || !role.startsWith("arn:"))
            return false;
          const uid = tagOf(found, TAGS.binding) ?? "";
          // Ordered by a deletion, or what a replacement has left.
          const facet = view?.bindingByUid(uid)?.facets.accessPoint;
          return !truth.deletionAsked.has(uid) && facet?.accessPoint?.id === id;
        });
        goneBy.set(call, gone.length);
        const count = removed + gone.length;
        const isMany = gone.length > 0 && count > REMOVED_FREE && count > REMOVED_SHARE * (before.size + count);
        check(!isMany || isConfirmed || truth.isRestored, () => `${told(call)} is the ${count}th removal unasked`);
      },
      afterCall(call, outcome) {
        // What AWS refused, or never got, took nothing away.
        if ("output" in outcome || outcome.tookEffect === true) removed += goneBy.get(call) ?? 0;
      },
    };
  },
};

export const stayConfined: Invariant = {
  name: "stay-confined",
  why: "Leaving mode Enforce changes nothing until it is released: a role that was confined would reach every directory.",
  watch: (truth, check) => {
    let isReleased = false;
    return {
      afterStore(call, answer) {
        for (const change of committedBy(call, answer))
          if (change.type === "put" && change.record.kind === "FileSystem" && change.record.spec.policy.release)
            isReleased = true;
      },
      beforeCall(call) {
        if (call.operation !== "PutFileSystemPolicy" || isReleased || truth.isRestored) return;
        const before = ownOf(truth, truth.newestPolicy()?.Statement ?? []);
        const after = ownOf(truth, statementsOf(call.input["Policy"]));
        const of = (all: Statement[], effect: string) =>
          new Set(all.filter(({ Effect }) => Effect === effect).flatMap(rolesOf));
        const denied = of(after, "Deny");
        const freed = [...of(before, "Deny")].filter((role) => !denied.has(role) && of(after, "Allow").has(role));
        check(freed.length === 0, () => `${told(call)} confines ${freed.join(", ")} no more`);
      },
    };
  },
};
