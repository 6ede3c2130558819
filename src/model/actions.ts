import type { RegisterInput } from "./register-input.ts";

/**
 * One mutating AWS call as data: what, on which object, before, after, why.
 *
 * The planners return lists of these; the reconcilers write each one's intent into the audit,
 * then carry it out. There is no action that deletes a file system, a mount target or a
 * directory, and none may be added.
 */
export type Action =
  | CreateAccessPointAction
  | TagAccessPointAction
  | DeleteAccessPointAction
  | PutFileSystemPolicyAction
  | UpdateFunctionMountAction
  | RegisterTaskDefinitionAction
  | UpdateServiceAction;

interface ActionBase {
  /** ARN of the AWS object that the call changes (of the file system for a create). */
  target: string;
  /** One sentence for people: why this call is due. */
  why: string;
  /** `<namespace>/<name>` of every Binding that this action serves. Sorted. */
  bindings: string[];
  /** Whitelisted fields only; null = did not exist. */
  before: unknown;
  after: unknown;
  /** True if carrying it out takes something away: such actions count for the blast radius. */
  removes: number;
}

export interface CreateAccessPointAction extends ActionBase {
  type: "CreateAccessPoint";
  fileSystemId: string;
  bindingUid: string;
  clientToken: string;
  tokenGeneration: number;
  path: string;
  creationInfo: { ownerUid: number; ownerGid: number; permissions: string };
  posixUser: { uid: number; gid: number; secondaryGids: number[] };
  /** Without the slot tag: the reconciler adds the head of the log at the moment of the intent. */
  tags: Record<string, string>;
}

export interface TagAccessPointAction extends ActionBase {
  type: "TagResource";
  accessPointId: string;
  tags: Record<string, string>;
}

export interface DeleteAccessPointAction extends ActionBase {
  type: "DeleteAccessPoint";
  accessPointId: string;
  bindingUid: string;
}

export interface PutFileSystemPolicyAction extends ActionBase {
  type: "PutFileSystemPolicy";
  fileSystemId: string;
  /** The whole canonical document, compact JSON. */
  policy: string;
  /** The text this document was computed from; re-read just before the Put and compared by meaning. */
  basedOn: string | null;
  statements: { ours: number; foreign: number };
  /** Our statements stand as our newest Put left them: nobody undid them, and this is due for another reason. */
  isOursIntact?: true;
}

export interface UpdateFunctionMountAction extends ActionBase {
  type: "UpdateFunctionConfiguration";
  functionName: string;
  revisionId: string;
  /** Empty = unmount. */
  fileSystemConfigs: { arn: string; localMountPath: string }[];
}

export interface RegisterTaskDefinitionAction extends ActionBase {
  type: "RegisterTaskDefinition";
  family: string;
  /** ARN of the revision that this one is a copy of, but for our volumes and mount points. */
  basedOn: string;
  /** The whole new revision; shows nothing of itself to JSON. */
  register: RegisterInput;
  /** All tags of the base but `aws:` ones, and ours: TASK_DEFINITION_TAGS. */
  tags: Record<string, string>;
}

export interface UpdateServiceAction extends ActionBase {
  type: "UpdateService";
  cluster: string;
  service: string;
  taskDefinitionArn: string;
  /** The revision that the service was seen to name. */
  replaces: string;
}
