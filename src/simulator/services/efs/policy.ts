import { evaluate } from "../../access/evaluate.ts";
import { type RawPolicy, statementsOf } from "../../access/policy-document.ts";
import type { CallContext, Caller, Handler } from "../../core.ts";
import { current, stored, textOf } from "./policy-form.ts";
import { invalidPolicy, readPolicy } from "./policy-rules.ts";
import {
  arnOf,
  availableFileSystem,
  type EfsContext,
  efsError,
  type FileSystemRecord,
  fileSystemOf,
  type PolicyMoment,
} from "./state.ts";

interface PutInput {
  FileSystemId: string;
  Policy: string;
  BypassPolicyLockoutSafetyCheck?: boolean;
}

export function policyOperations(context: EfsContext): Record<string, Handler> {
  return {
    PutFileSystemPolicy(input: PutInput, { caller }: CallContext) {
      const record = availableFileSystem(context, input.FileSystemId);
      const arn = arnOf(context, "file-system", record.id);
      const { document, ids } = stored(context, readPolicy(context, input.Policy, arn), arn);
      if (!input.BypassPolicyLockoutSafetyCheck) checkLockout(document, caller, arn);
      setPolicy(context, record, { document, ids });
      return shown(context, record);
    },
    DescribeFileSystemPolicy: ({ FileSystemId }: PutInput) => shown(context, fileSystemOf(context, FileSystemId)),
    DeleteFileSystemPolicy({ FileSystemId }: PutInput) {
      const record = availableFileSystem(context, FileSystemId);
      // Without a policy there is nothing to delete, and that is no error.
      if (record.policies.length > 0) setPolicy(context, record, { document: null, ids: {} });
      return {};
    },
  };
}

/** API calls read the newest policy at once; clients feel it after the propagation time. */
function setPolicy({ world }: EfsContext, record: FileSystemRecord, policy: Omit<PolicyMoment, "effectiveAtMs">): void {
  const nowMs = world.clock.nowMs();
  const stillFelt = record.policies.findLastIndex((moment) => moment.effectiveAtMs <= nowMs);
  const effectiveAtMs = nowMs + world.timings.policyPropagationMs;
  record.policies = [...record.policies.slice(Math.max(stillFelt, 0)), { ...policy, effectiveAtMs }];
}

function shown(context: EfsContext, record: FileSystemRecord): unknown {
  const newest = record.policies.at(-1);
  if (!newest?.document) {
    throw efsError("PolicyNotFound", 404, `There is no file system policy for file system '${record.id}'.`);
  }
  return { FileSystemId: record.id, Policy: textOf(current(context, newest.document, newest.ids)) };
}

/** The policy that clients of a file system feel now; null = the default one, which admits everybody. */
export function policyInForce(context: EfsContext, fileSystemId: string): RawPolicy | null {
  const nowMs = context.world.clock.nowMs();
  const record = context.state.fileSystems.get(fileSystemId);
  const felt = record?.policies.findLast((moment) => moment.effectiveAtMs <= nowMs);
  return felt?.document ? current(context, felt.document, felt.ids) : null;
}

/**
 * Refuses a policy that would keep its own author from replacing it. The author's identity
 * policies are taken to allow everything, so only a Deny can lock out.
 */
function checkLockout(document: RawPolicy, caller: Caller, resource: string): void {
  const arn = caller.sessionIssuer?.arn ?? caller.arn;
  const id = caller.sessionIssuer?.principalId ?? caller.principalId;
  const keys = new Map([
    ["aws:securetransport", ["true"]],
    ["aws:principalarn", [arn]],
    ["aws:principalaccount", [caller.accountId]],
    ["aws:sourceip", [caller.sourceIp]],
    ["aws:userid", [caller.principalId]],
    ...(caller.type === "IAMUser" ? [["aws:username", [caller.userName]] as const] : []),
  ]);
  const requester = { arn, id, account: caller.accountId };
  const action = "elasticfilesystem:PutFileSystemPolicy";
  if (evaluate(statementsOf(document), { requester, action, resource, keys })?.effect !== "Deny") return;
  throw invalidPolicy(
    "This policy would prevent future FileSystemPolicy updates. " +
      "Retry the request with the BypassPolicyLockoutSafetyCheck parameter to apply this policy.",
  );
}

export const POLICY_MEMBERS = {
  PutFileSystemPolicy: ["FileSystemId", "Policy", "BypassPolicyLockoutSafetyCheck"],
  DescribeFileSystemPolicy: ["FileSystemId"],
  DeleteFileSystemPolicy: ["FileSystemId"],
} as const;
