import { GetRoleCommand, type IAMClient } from "@aws-sdk/client-iam";
import { AwsError } from "../model/errors.ts";
import { orNullIf } from "./answers.ts";
import type { Iam } from "./aws.ts";
import type { Call } from "./call.ts";

/** IAM of one account. */
export function createIam(client: Pick<IAMClient, "send">, call: Call, account: string): Iam {
  return {
    async getRole(roleArn) {
      const command = new GetRoleCommand({ RoleName: roleNameOf(roleArn, account) });
      const answer = await orNullIf(
        "NoSuchEntity",
        orNullIf(
          "NoSuchEntityException",
          call("GetRole", command, (c, o) => client.send(c, o)),
        ),
      );
      const role = answer?.Role;
      // Names are unique in an account whatever their path: another ARN means that ours does not exist.
      if (role?.Arn === undefined || role.Arn !== roleArn) return null;
      return { roleArn: role.Arn, roleId: role.RoleId ?? "" };
    },
  };
}

function roleNameOf(roleArn: string, account: string): string {
  const match = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(roleArn);
  if (match?.[1] === account) return match[2]!;
  throw new AwsError({
    kind: "Rejected",
    operation: "iam:GetRole",
    code: "RoleNotReadable",
    message: `role "${roleArn}" cannot be read from account ${account}; expected arn:aws:iam::${account}:role/<name>`,
    certainlyNotDone: true,
  });
}
