import type { CreateAccessPointAction } from "../model/actions.ts";
import { ownerTags, wantedFields } from "./access-point-fields.ts";
import { unread } from "./condition-drafts.ts";
import { accessPointToken } from "./digest.ts";
import type { BindingDraft, FileSystemPass } from "./file-system-pass.ts";

/** A file system that is not `available` changes in minutes. */
const FILE_SYSTEM_POLL_MS = 15_000;

/** Makes the creation due under the draft's token generation, unless the workload could not mount it anyway. */
export function create(pass: FileSystemPass, draft: BindingDraft, why: string, generation = draft.tokenGeneration) {
  if (refuseNewcomer(pass, draft)) return;
  draft.creates.push(createAction(pass, draft, why, generation));
  if (draft.mayAct) noteAsked(draft);
  const reason = draft.mayAct ? "Creating" : "NotPermitted";
  const because = pass.input.settings.readOnly ? "Mooring runs with --read-only" : "driftPolicy is Observe";
  const message = draft.mayAct
    ? `Access point for ${wantedFields(draft.binding)} is being made.`
    : `An access point for ${wantedFields(draft.binding)} is needed, but ${because}.`;
  draft.conditions.set("AccessPointReady", "False", reason, message);
}

/** Creates whose access point may still turn up. */
const ASKED_MAX = 5;

function noteAsked(draft: BindingDraft): void {
  const now = wantedFields(draft.binding);
  draft.asked = [...draft.asked.filter((one) => one !== now), now].slice(-ASKED_MAX);
}

/** A workload that cannot mount gets no access point: nothing would ever use it. */
function refuseNewcomer(pass: FileSystemPass, draft: BindingDraft): boolean {
  const { workload } = draft.binding.facets;
  const { fileSystem } = pass.input.observed;
  if (!workload) {
    draft.conditions.set(
      "AccessPointReady",
      "Unknown",
      "WaitingForWorkload",
      "The workload has not been looked at yet.",
    );
    return true;
  }
  if (!workload.admissible || workload.roleArns.length === 0) {
    const why =
      workload.conditions.find(({ type }) => type === "MountConfigured")?.message ?? "its checks have not passed";
    draft.conditions.set(
      "AccessPointReady",
      "False",
      "WaitingForWorkload",
      `No access point is made as the workload cannot mount yet: ${why}`,
    );
    return true;
  }
  if (!fileSystem.known) {
    draft.conditions.put(
      "AccessPointReady",
      unread("the file system", fileSystem.why, "elasticfilesystem:DescribeFileSystems"),
    );
    return true;
  }
  const state = fileSystem.value?.lifeCycleState;
  if (state === "available") return false;
  draft.conditions.set(
    "AccessPointReady",
    "False",
    "FileSystemNotAvailable",
    `The file system is "${state}"; access points can only be made while it is "available".`,
  );
  pass.endings.wait(FILE_SYSTEM_POLL_MS, `the file system is ${state}`);
  return true;
}

function createAction(
  pass: FileSystemPass,
  draft: BindingDraft,
  why: string,
  tokenGeneration: number,
): CreateAccessPointAction {
  const { fileSystem, settings } = pass.input;
  const { rootDirectory, posixUser } = draft.binding.spec;
  const { uid } = draft.binding.metadata;
  const { path, ...creationInfo } = rootDirectory;
  return {
    type: "CreateAccessPoint",
    target: pass.arn,
    why,
    bindings: [draft.name],
    before: null,
    after: { path, creationInfo, posixUser },
    removes: 0,
    fileSystemId: fileSystem.spec.fileSystemId,
    bindingUid: uid,
    clientToken: accessPointToken(fileSystem.spec, uid, tokenGeneration),
    tokenGeneration,
    path,
    creationInfo,
    posixUser,
    tags: ownerTags(draft.binding, settings.installation),
  };
}
