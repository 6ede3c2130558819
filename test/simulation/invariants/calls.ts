import type { AwsCall } from "../aws-port.ts";
import { isMutation, isSideEffect, MUTATIONS, nameOfCall } from "../levers.ts";
import type { Lease } from "../truth.ts";
import type { Invariant } from "./invariant.ts";

const ON_OBJECTS = new Set(["efs", "lambda", "ecs", "iam", "ec2"]);

export const onlyKnownCalls: Invariant = {
  name: "only-known-calls",
  why: "Directories, file systems, mount targets, policies and tasks are never deleted: no such call may ever be made.",
  watch: (_truth, check) => ({
    beforeCall(call) {
      if (!ON_OBJECTS.has(call.service) || !isSideEffect(call)) return;
      check(MUTATIONS.has(nameOfCall(call)), () => `${call.process.name} calls ${nameOfCall(call)}`);
    },
  }),
};

export const intentFirst: Invariant = {
  name: "intent-first",
  why: "What is written down before the act can be found after a crash; a call without an intent leaves no trace.",
  watch: (truth, check) => ({
    beforeCall(call) {
      if (!isMutation(call)) return;
      check(truth.intentFor(call) !== null, () => `${told(call)} has no open intent of its process`);
    },
  }),
};

/** For so long after a pause or a jump of its clock a process may act on a lease that others believe to be over. */
const DISTURBED_MS = 75_000;

export const oneHolder: Invariant = {
  name: "one-holder",
  why: "Two that change one object at once undo each other; only a stopped process or a wrong clock may lead to it.",
  watch: (truth, check) => {
    const isExcused = ({ disturbedAtMs }: { disturbedAtMs: number }) => truth.nowMs - disturbedAtMs < DISTURBED_MS;
    const leftAtMs = new WeakMap<AwsCall, number>();
    /** Owners of leases under which something was changed. */
    const acted = new Set<string>();
    // A file belongs to one process: the next one takes its leases at once, and waits until the calls of the dead one
    // must have ended before it changes anything itself.
    const isWaitedOut = (call: AwsCall, lease: Lease | null, holder: Lease | undefined): boolean => {
      const sentAtMs = leftAtMs.get(call) ?? -Infinity;
      return (
        truth.simulation.replicas.length === 1 &&
        call.process.isDead &&
        lease !== null &&
        sentAtMs < lease.expiresAtMs &&
        truth.nowMs - sentAtMs <= truth.simulation.settings.callDeadlineMs &&
        holder !== undefined &&
        !acted.has(holder.owner)
      );
    };
    return {
      leaving(call) {
        leftAtMs.set(call, truth.nowMs);
      },
      beforeCall(call) {
        if (!isMutation(call)) return;
        const intent = truth.intentFor(call);
        if (intent === null) return;
        const holder = truth.leases.get(intent.key);
        const holds = holder !== undefined && holder.owner === intent.lease?.owner && holder.expiresAtMs > truth.nowMs;
        const excused = isExcused(call.process) || (holder !== undefined && isExcused(holder.process));
        const byRestore = truth.isRestored;
        if (holds) acted.add(holder.owner);
        check(holds || excused || byRestore || isWaitedOut(call, intent.lease, holder), () => {
          const who = holder === undefined ? "nobody" : `${holder.process.name}, until ${holder.expiresAtMs}`;
          return `${told(call)} without the lease of ${intent.key}: it is held by ${who}`;
        });
      },
    };
  },
};

/** Far more than any run needs, far less than a loop that does not wait. */
const CALLS_MAX = 150;
const WITHIN_MS = 10_000;

export const boundedCalls: Invariant = {
  name: "bounded-calls",
  why: "A controller that repeats without waiting takes the account's quota from everybody.",
  watch: (truth, check) => {
    let recent: number[] = [];
    return {
      beforeCall(call) {
        if (!isMutation(call)) return;
        recent = [...recent.filter((atMs) => truth.nowMs - atMs < WITHIN_MS), truth.nowMs];
        check(recent.length <= CALLS_MAX, () => `${recent.length} mutating calls within ${WITHIN_MS} ms`);
      },
    };
  },
};

export function told({ process, service, operation, input }: AwsCall): string {
  return `${process.name}'s ${service}.${operation} ${JSON.stringify(input).slice(0, 300)}`;
}
