import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";

/**
 * Who we are as CloudTrail's sessionIssuer names us, so that our own calls are told from others'.
 *
 * STS answers `arn:…:assumed-role/ROLE/SESSION`, which leaves the role's path out; IAM knows it. Without the
 * right to ask IAM, a role with a path takes its own events for foreign ones: more runs, the same end.
 *
 * @param callerArn what GetCallerIdentity answered.
 */
export async function ownArn(
  callerArn: string,
  connection: ConstructorParameters<typeof IAMClient>[0],
): Promise<string> {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  if (session === null) return callerArn;
  const [, partition, account, roleName] = session;
  const iam = new IAMClient(connection ?? {});
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
    if (Role?.Arn !== undefined) return Role.Arn;
  } catch {
    // The ARN without a path is right for most roles.
  } finally {
    iam.destroy();
  }
  return `arn:${partition}:iam::${account}:role/${roleName}`;
}
