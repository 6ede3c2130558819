import { isDeepStrictEqual } from "node:util";
import type { Condition } from "../../../src/model/conditions.ts";
import { isPassing } from "../../../src/model/passing-reasons.ts";
import { TAGS } from "../../../src/model/records.ts";
import { bindingStatus } from "../../../src/model/status.ts";
import { ourAccessPoints, tagOf } from "./access-points.ts";
import type { Truth } from "../truth.ts";
import type { Invariant } from "./invariant.ts";

const PARTS = /^(Ready|AccessPointReady|PolicyReady|MountConfigured)$/;

/** Conditions that say by themselves that somebody has to act, or what is waited for. */
function isShown(conditions: readonly Condition[]): boolean {
  return conditions.some(({ type, status }) => /^(Stalled|StoreRestored|Contended)$/.test(type) && status === "True");
}

export const convergedOrSaysWhy: Invariant = {
  name: "converged-or-says-why",
  why: "Once nothing goes wrong any more, a binding is Ready, or its conditions name what somebody has to do.",
  watch: (truth, check) => ({
    async atRest() {
      const view = await truth.view();
      for (const binding of view?.bindings() ?? []) {
        const { conditions } = bindingStatus(binding, view!.fileSystem(binding.spec.fileSystemRef.name));
        const ready = conditions.find(({ type }) => type === "Ready")!;
        const names = conditions.filter(({ type, status }) => PARTS.test(type) && status === "False");
        // Whoever suspended it was asked for nothing else, and reads how to go on.
        const isSuspended = binding.spec.suspend && ready.reason === "Suspended";
        const says =
          ready.status === "True" ||
          isSuspended ||
          names.some(({ reason }) => !isPassing(reason)) ||
          isShown(conditions);
        check(says, () => `${binding.metadata.name} stays ${ready.reason}: ${ready.message}`);
      }
    },
  }),
};

export const noLeak: Invariant = {
  name: "no-leak",
  why: "An access point that no record knows costs nothing but is a door: it must be known, retained or reported.",
  watch: (truth, check) => ({
    async atRest() {
      const view = await truth.view();
      if (view === null) return;
      const record = view.fileSystem(truth.simulation.fileSystem.metadata.name);
      const retained = (record?.facets.fileSystem?.retained ?? []).map(({ accessPointId }) => accessPointId);
      // Until somebody confirms a restored store, nothing is looked after, which it says.
      const isHeld = record?.facets.fileSystem?.conditions.some(
        ({ type, status }) => type === "StoreRestored" && status === "True",
      );
      if (isHeld === true) return;
      const reported = (record?.facets.fileSystem?.conditions ?? [])
        .filter(({ type, status }) => type === "Orphaned" && status === "True")
        .map(({ message }) => message)
        .join();
      for (const one of ourAccessPoints(truth)) {
        const facet = view.bindingByUid(tagOf(one, TAGS.binding) ?? "")?.facets.accessPoint;
        const known = [facet?.accessPoint?.id, facet?.successor?.accessPoint?.id, facet?.predecessor?.id, ...retained];
        const isRetiring = facet?.retiring.some(({ accessPointId }) => accessPointId === one.id) === true;
        // What was left behind on purpose stays known: it is still in its roles' Denies, and may be taken over.
        const isKept = tagOf(one, TAGS.retained) !== undefined && facet === undefined;
        check(
          !isKept || retained.includes(one.id) || truth.isRestored,
          () => `${one.id} was left behind on purpose, and no record says so`,
        );
        check(
          known.includes(one.id) || isRetiring || reported.includes(one.id),
          () => `${one.id} of ${tagOf(one, TAGS.bindingName)} is known to no record and not reported`,
        );
      }
    },
  }),
};

export const wholeHistory: Invariant = {
  name: "whole-history",
  why: "The history is evidence only if no chain is broken and every intent has, in the end, its outcome.",
  watch: (truth, check) => ({
    async atRest() {
      const store = await truth.store();
      if (store === null) return;
      const { faults } = await store.audit.verify();
      check(faults.length === 0, () => `the history is broken: ${JSON.stringify(faults[0])}`);
      const intents = new Map<string, string>();
      const closed = new Set<string>();
      for (let cursor: string | undefined; ;) {
        const page = await store.audit.query({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
        for (const { entry, chain } of page.records) {
          if (entry.type === "Outcome") closed.add(entry.intentId);
          if (entry.type === "Intent") intents.set(entry.intentId, `${entry.operation} of ${chain}`);
        }
        if (page.cursor === null) break;
        cursor = page.cursor;
      }
      const left = [...intents].flatMap(([id, what]) => (closed.has(id) ? [] : [what]));
      check(left.length === 0, () => `without an outcome: ${left.join(", ")}`);
    },
  }),
};

export const replicasAgree: Invariant = {
  name: "replicas-agree",
  why: "All replicas decide on the same records; one that sees others is a second truth.",
  watch: (truth, check) => ({
    async atRest() {
      const view = await truth.view();
      const wanted = view === null ? [] : [...view.bindings(), ...view.fileSystems()];
      for (const { controller, name } of truth.simulation.replicas) {
        const own = controller?.store.records.view();
        if (own === undefined) continue;
        const found = [...own.bindings(), ...own.fileSystems()];
        check(
          own.head === view?.head && isDeepStrictEqual(found, wanted),
          () => `replica ${name} sees other records at ${own.head}`,
        );
      }
    },
  }),
};

/** Longer than a run. */
const DEALT_WITH_MS = 15_000;

/** Those that wait and those that somebody has received. */
async function messagesIn({ simulation }: Truth, QueueUrl: string): Promise<number> {
  const input = { QueueUrl, AttributeNames: ["All"] };
  const { Attributes } = await simulation.foreign("auditor", "sqs", "GetQueueAttributes", input);
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

export const drainedQueues: Invariant = {
  name: "drained-queues",
  why: "A message that is never dealt with comes again for ever.",
  watch: (truth, check) => ({
    async atRest() {
      const { queues, time } = truth.simulation;
      const byMs = time.nowMs + DEALT_WITH_MS;
      for (const url of [queues.fastUrl, queues.slowUrl]) {
        let left = await messagesIn(truth, url);
        // A sweep may just have woken somebody: that is no message left over.
        while (left > 0 && time.nowMs < byMs) {
          await time.runUntil(time.nowMs + 100);
          left = await messagesIn(truth, url);
        }
        check(left === 0, () => `${url} still holds ${left} messages after ${DEALT_WITH_MS} ms`);
      }
    },
  }),
};

/** Every two seconds replicas look for wakes that are older than that. */
const PENDING_AGE_MS = 10_000;

export const nothingPending: Invariant = {
  name: "nothing-pending",
  why: "A wake that no run has answered is a change that nobody carried out.",
  watch: (truth, check) => ({
    async atRest() {
      for (const { controller, name } of truth.simulation.replicas) {
        const all = controller?.store.records.pending() ?? [];
        // A commit of a process whose clock was ahead is looked at once its time has come.
        const pending = all.filter(({ sinceMs }) => sinceMs < truth.nowMs - PENDING_AGE_MS);
        check(
          pending.length === 0,
          () => `replica ${name} still has pending ${pending.map(({ key }) => key).join(", ")}`,
        );
      }
    },
  }),
};
