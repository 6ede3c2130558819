import * as accessPoints from "./access-points.ts";
import * as calls from "./calls.ts";
import * as commits from "./commits.ts";
import * as consent from "./consent.ts";
import * as foreign from "./foreign.ts";
import * as history from "./history.ts";
import * as inTheEnd from "./in-the-end.ts";
import type { Invariant } from "./invariant.ts";
import * as limits from "./limits.ts";
import * as mounts from "./mounts.ts";
import * as patience from "./patience.ts";
import * as policy from "./policy.ts";

/** All of them, in the order in which they look. */
export const INVARIANTS: readonly Invariant[] = [
  calls.onlyKnownCalls,
  calls.intentFirst,
  calls.oneHolder,
  calls.boundedCalls,
  limits.boundedRefusals,
  limits.boundedRuns,
  limits.rollbacksRespected,
  consent.restoredStoreHeld,
  consent.leftAlone,
  consent.leaseCovers,
  consent.createdAsAsked,
  consent.ownUpdatesWait,
  history.outcomesTrue,
  history.eventsNoted,
  commits.twoCleanReads,
  commits.retiredStaysRetired,
  commits.fencesHold,
  commits.absenceIsTrue,
  commits.takenAsAsked,
  policy.policyFits,
  policy.reserveKept,
  policy.removalsConfirmed,
  policy.stayConfined,
  accessPoints.onlyOurs,
  accessPoints.deletionHasReason,
  accessPoints.nothingInUseDeleted,
  accessPoints.noTwins,
  foreign.foreignStatementsKept,
  foreign.foreignMountsKept,
  foreign.foreignDefinitionKept,
  mounts.noGap,
  mounts.confined,
  mounts.readyMounts,
  mounts.readyTasksMount,
  patience.quarantineKept,
  patience.policyFeltFirst,
  patience.familyHeld,
  patience.fencesRise,
  inTheEnd.convergedOrSaysWhy,
  inTheEnd.noLeak,
  inTheEnd.wholeHistory,
  inTheEnd.replicasAgree,
  inTheEnd.drainedQueues,
  inTheEnd.nothingPending,
];
