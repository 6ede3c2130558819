import type { Action } from "../model/actions.ts";
import type { Cause } from "../model/audit.ts";
import { AwsError } from "../model/errors.ts";
import { LeaseLostError, type Lease, type LeftBehind } from "../store/store.ts";
import type { ActResult } from "../../state-machines/pass.ts";
import { execute, type Executed } from "./execute.ts";
import { actionId, failureOf, type Failure } from "./failures.ts";
import { takeFamilyLease } from "./family-lease.ts";
import type { ReconcilerPorts } from "./ports.ts";

export interface ActContext {
  lease: Lease;
  causeOf(action: Action): Cause | Promise<Cause>;
  /** Name of the FileSystem record concerned, for the history. */
  fileSystem: string | null;
  /** By actionId; filled by failed calls, emptied by successful ones. */
  failures: Map<string, Failure>;
  /** What the run would leave behind if it ended right after this call: kept with each intent, so that a crash does not forget it. */
  leftWith(action: Action): LeftBehind;
  /** Called with the number of things that an action took away, or may have: an answer that is lost proves nothing. */
  removed(count: number): void;
  /** Called with an action that was refused: whatever the plan remembers of it did not happen. */
  undone(action: Action): void;
}

/**
 * Carries out actions in order, each with its intent in the audit before the call and its outcome after.
 *
 * A refused call does not stop the others (one bad binding harms no neighbour); a conflict or an
 * answer of which nobody knows whether it took effect ends the list, since what follows was planned
 * on a world that may be gone.
 *
 * @throws {LeaseLostError} before a call, never between a call and its outcome. The lease is looked at before the intent
 *   and once more after it: only who is stopped in the very last instant can be late.
 */
export async function act(actions: Action[], ports: ReconcilerPorts, context: ActContext): Promise<ActResult> {
  let carriedOut = 0;
  for (const action of actions) {
    if (!leaseCovers(context.lease, ports))
      throw new LeaseLostError(`the lease of ${context.lease.key} is about to expire`);
    const family = await takeFamilyLease(action, context.lease, ports);
    if (family === "held") return { carriedOut, stale: true };
    let goOn: boolean;
    try {
      goOn = await actOnce(action, ports, context);
    } finally {
      await family?.();
    }
    carriedOut += 1;
    if (!goOn) return { carriedOut, stale: true };
  }
  return { carriedOut, stale: false };
}

/** AWS accepts no fence: a call may begin only if it must have ended before the lease does. */
function leaseCovers(lease: Lease, { clock, settings }: ReconcilerPorts): boolean {
  return clock.nowMs() + settings.callDeadlineMs <= lease.expiresAtMs;
}

async function actOnce(action: Action, ports: ReconcilerPorts, context: ActContext): Promise<boolean> {
  const intentId = ports.chance.uuid();
  const head = ports.store.records.view().head;
  await ports.store.keys.beginIntent(
    context.lease,
    await intentEntry(action, intentId, context),
    context.leftWith(action),
  );
  // A slow store has used the lease up meanwhile.
  if (!leaseCovers(context.lease, ports)) return tooLate(action, intentId, ports, context);
  let executed: Executed;
  try {
    executed = await execute(action, ports.aws, ports.settings.installation, head);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return failed(action, intentId, error, ports, context);
  }
  context.failures.delete(actionId(action));
  context.removed(action.removes);
  await close(action, intentId, "Done", executed.requestId, executed.result, ports, context);
  ports.report({ type: "action", key: context.lease.key, action, ...executed });
  return true;
}

/** @throws {LeaseLostError} always: once it is noted that the call was not made. */
async function tooLate(action: Action, intentId: string, ports: ReconcilerPorts, context: ActContext): Promise<never> {
  const message = `not made: the lease of ${context.lease.key} is about to expire`;
  await close(action, intentId, "Failed", null, { code: "LeaseExpiring", message }, ports, context);
  context.undone(action);
  throw new LeaseLostError(message);
}

async function failed(
  action: Action,
  intentId: string,
  error: AwsError,
  ports: ReconcilerPorts,
  context: ActContext,
): Promise<boolean> {
  const outcome = error.certainlyNotDone ? "Failed" : "Unknown";
  const detail = { code: error.code, message: error.message };
  await close(action, intentId, outcome, error.requestId, detail, ports, context);
  ports.report({ type: "actionFailed", key: context.lease.key, action, code: error.code, message: error.message });
  if (error.certainlyNotDone) context.undone(action);
  else context.removed(action.removes);
  // The planner adopts what exists and plans anew on a conflict: neither is a failure to show.
  if (error.kind === "Conflict" || error.kind === "AlreadyExists") return false;
  context.failures.set(actionId(action), failureOf(action, error));
  return error.certainlyNotDone;
}

async function intentEntry(action: Action, intentId: string, context: ActContext) {
  return {
    type: "Intent" as const,
    intentId,
    operation: action.type,
    target: action.target,
    why: action.why,
    cause: await context.causeOf(action),
    before: action.before,
    after: action.after,
    bindings: action.bindings,
    fileSystem: context.fileSystem,
  };
}

async function close(
  action: Action,
  intentId: string,
  outcome: "Done" | "Failed" | "Unknown",
  requestId: string | null,
  detail: unknown,
  ports: ReconcilerPorts,
  context: ActContext,
): Promise<void> {
  await ports.store.keys.closeIntent(context.lease, {
    type: "Outcome",
    intentId,
    operation: action.type,
    target: action.target,
    outcome,
    requestId,
    detail,
    bindings: action.bindings,
    fileSystem: context.fileSystem,
  });
}
