/** Calls of those who made the demo account before anybody looks at it. */
import type { CallContext, ServiceName } from "../core.ts";
import type { World } from "../world.ts";

/** Makes one call as the account's platform team; it leaves no CloudTrail event and is not counted. */
// The answers of a dozen operations, each read for one id.
// oxlint-disable-next-line typescript/no-explicit-any
export type Call = (service: ServiceName, operation: string, input: object) => Promise<any>;

export function callAsPlatform(world: World): Call {
  const caller = { ...world.principalOf("platform-team"), sourceIp: "127.0.0.1", userAgent: "furnish" };
  return async (service, operation, input) => {
    const context: CallContext = { caller, region: world.region, requestId: world.clock.uuid() };
    const handler = world.service(service).operations[operation];
    if (!handler) throw new Error(`Cannot furnish the account: ${service} has no ${operation}`);
    return (await handler(input, context)) as unknown;
  };
}

export async function makeRole(call: Call, RoleName: string, service: string): Promise<string> {
  const Statement = [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  return (await call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument })).Role.Arn as string;
}
