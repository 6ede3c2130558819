import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import type { Sts } from "./aws.ts";
import type { Call } from "./call.ts";

export function createSts(client: Pick<STSClient, "send">, call: Call): Sts {
  return {
    async getCallerIdentity() {
      const answer = await call("GetCallerIdentity", new GetCallerIdentityCommand({}), (c, o) => client.send(c, o));
      return { accountId: answer.Account ?? "", arn: answer.Arn ?? "" };
    },
  };
}
