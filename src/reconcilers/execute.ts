import type { Aws } from "../aws/aws.ts";
import type { Action } from "../model/actions.ts";
import { AwsError } from "../model/errors.ts";
import { TAGS } from "../model/records.ts";
import { samePolicyMeaning } from "../plan/policy-meaning.ts";

export interface Executed {
  requestId: string;
  /** Ids that AWS gave, for the history and the transcript. */
  result: Record<string, string>;
}

/**
 * Makes the one AWS call that an action describes.
 *
 * @param installation whose Sids are ours, for comparing policies by meaning.
 * @param head of the commit log when the intent was written; becomes the slot tag of an access point.
 * @throws {AwsError} as the adapters do; a policy that changed since it was read comes as "Conflict".
 */
export async function execute(action: Action, aws: Aws, installation: string, head: number): Promise<Executed> {
  switch (action.type) {
    case "CreateAccessPoint": {
      const { clientToken, fileSystemId, path, creationInfo, posixUser } = action;
      const tags = { ...action.tags, [TAGS.slot]: String(head) };
      const done = await aws.efs.createAccessPoint({ clientToken, fileSystemId, path, creationInfo, posixUser, tags });
      return { requestId: done.requestId, result: { accessPointId: done.accessPoint.accessPointId } };
    }
    case "TagResource":
      return {
        ...(await aws.efs.tag(action.accessPointId, action.tags)),
        result: { accessPointId: action.accessPointId },
      };
    case "DeleteAccessPoint":
      return {
        ...(await aws.efs.deleteAccessPoint(action.accessPointId)),
        result: { accessPointId: action.accessPointId },
      };
    case "PutFileSystemPolicy": {
      await refuseStalePolicy(aws, action.fileSystemId, action.basedOn, installation);
      const done = await aws.efs.putPolicy(action.fileSystemId, action.policy);
      return { requestId: done.requestId, result: { fileSystemId: action.fileSystemId } };
    }
    case "UpdateFunctionConfiguration": {
      const { functionName, revisionId, fileSystemConfigs } = action;
      const done = await aws.lambda.updateMounts({ functionName, revisionId, fileSystemConfigs });
      return { requestId: done.requestId, result: { functionName, revisionId: done.function.revisionId } };
    }
    case "RegisterTaskDefinition": {
      const done = await aws.ecs.registerTaskDefinition({ register: action.register, tags: action.tags });
      return { requestId: done.requestId, result: { taskDefinitionArn: done.taskDefinition.taskDefinitionArn } };
    }
    case "UpdateService": {
      const { cluster, service, taskDefinitionArn } = action;
      const done = await aws.ecs.updateService({ cluster, service, taskDefinitionArn });
      return { requestId: done.requestId, result: { service: `${cluster}/${service}`, taskDefinitionArn } };
    }
  }
}

/** EFS has no revision for policies: the best there is, is to read again right before the Put. */
async function refuseStalePolicy(
  aws: Aws,
  fileSystemId: string,
  basedOn: string | null,
  installation: string,
): Promise<void> {
  const now = await aws.efs.describePolicy(fileSystemId);
  if (samePolicyMeaning(now, basedOn, installation)) return;
  throw new AwsError({
    kind: "Conflict",
    operation: "elasticfilesystem:PutFileSystemPolicy",
    code: "PolicyChangedMeanwhile",
    message: "the policy was changed by somebody else after it was read; it is read and planned again",
    certainlyNotDone: true,
  });
}
