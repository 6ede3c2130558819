import type { FaultClass } from "../fault-classes.ts";
import * as claimants from "./claimants.ts";
import * as consumers from "./consumers.ts";
import type { Disturb } from "./disturbance.ts";
import * as network from "./network.ts";
import * as pipelines from "./pipelines.ts";
import * as processes from "./processes.ts";
import * as saboteurs from "./saboteurs.ts";
import * as users from "./users.ts";

/** How often a class is drawn, compared with the others, and what it does; those without are always there. */
export const DISTURBANCES: Readonly<
  Record<Exclude<FaultClass, "own-events" | "silent-drift">, { weight: number; disturb: Disturb }>
> = {
  crash: { weight: 4, disturb: processes.crash },
  "paused-holder": { weight: 2, disturb: processes.pausedHolder },
  "late-commit": { weight: 0.5, disturb: processes.lateCommit },
  "clock-jump": { weight: 1, disturb: processes.clockJump },
  "store-failure": { weight: 2, disturb: processes.storeFailure },
  "store-restored": { weight: 0.1, disturb: processes.storeRestored },
  "lost-reply": { weight: 3, disturb: network.lostReply },
  "failure-before-effect": { weight: 2, disturb: network.failureBeforeEffect },
  "stale-reads": { weight: 3, disturb: network.staleReads },
  redelivery: { weight: 1, disturb: network.redelivery },
  throttling: { weight: 1, disturb: network.throttling },
  "partial-pages": { weight: 1, disturb: network.partialPages },
  "access-denied": { weight: 1, disturb: network.accessDenied },
  "unreadable-function": { weight: 0.5, disturb: network.unreadableFunction },
  "expired-credentials": { weight: 1, disturb: network.expiredCredentials },
  "event-lost": { weight: 1, disturb: ({ events }) => events.strike("event-lost") },
  "event-doubled": { weight: 1, disturb: ({ events }) => events.strike("event-doubled") },
  "event-late": { weight: 1, disturb: ({ events }) => events.strike("event-late") },
  "event-reordered": { weight: 1, disturb: ({ events }) => events.strike("event-reordered") },
  "spec-changed": { weight: 4, disturb: users.specChanged },
  "spec-deleted": { weight: 2, disturb: users.specDeleted },
  recreated: { weight: 1.5, disturb: users.recreated },
  "deleted-in-creation": { weight: 0.5, disturb: users.deletedInCreation },
  "mode-changed": { weight: 0.2, disturb: users.modeChanged },
  "all-deleted": { weight: 0, disturb: users.allDeleted },
  "workload-deleted": { weight: 1, disturb: saboteurs.workloadDeleted },
  "access-point-deleted": { weight: 3, disturb: saboteurs.accessPointDeleted },
  "mount-removed": { weight: 2, disturb: saboteurs.mountRemoved },
  "policy-edited": { weight: 3, disturb: saboteurs.policyEdited },
  "policy-deleted": { weight: 0.7, disturb: saboteurs.policyDeleted },
  "role-changed": { weight: 1.5, disturb: saboteurs.roleChanged },
  "version-kept": { weight: 0.7, disturb: consumers.versionKept },
  "late-consumer": { weight: 0.3, disturb: consumers.lateConsumer },
  "mass-removal": { weight: 0, disturb: consumers.massRemoval },
  orphan: { weight: 0.2, disturb: claimants.orphan },
  "token-taken": { weight: 0.4, disturb: claimants.tokenTaken },
  "crowded-policy": { weight: 0, disturb: claimants.crowdedPolicy },
  "update-in-progress": { weight: 1.5, disturb: saboteurs.updateInProgress },
  "foreign-writer": { weight: 2, disturb: saboteurs.foreignWriter },
  "rollout-fails": { weight: 0.8, disturb: pipelines.rolloutFails },
  pipeline: { weight: 1.5, disturb: pipelines.pipeline },
};
