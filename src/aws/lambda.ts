import {
  type FunctionConfiguration,
  GetFunctionCommand,
  type LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { ObservedFunction } from "../model/observations.ts";
import { orNullIf, requestIdOf } from "./answers.ts";
import type { Lambda } from "./aws.ts";
import type { Call } from "./call.ts";
import { readAllPages } from "./paging.ts";

/** Lambda's own maximum for its lists. */
const PER_PAGE = 50;

/** Lambda's control plane of one account and region. */
export function createLambda(client: Pick<LambdaClient, "send">, call: Call): Lambda {
  const listFunctions = async (filter: { FunctionVersion?: "ALL" }) => {
    const all = await readAllPages("lambda:ListFunctions", async (marker) => {
      const input = {
        ...filter,
        MaxItems: PER_PAGE,
        ...(marker === undefined ? {} : { Marker: marker }),
      };
      const page = await call("ListFunctions", new ListFunctionsCommand(input), (c, o) => client.send(c, o));
      return { items: page.Functions, next: page.NextMarker };
    });
    return all.map(observedFunction);
  };

  return {
    async getFunction(functionName) {
      const command = new GetFunctionCommand({ FunctionName: functionName });
      const answer = await orNullIf(
        "ResourceNotFoundException",
        call("GetFunction", command, (c, o) => client.send(c, o)),
      );
      return answer === null ? null : observedFunction(answer.Configuration ?? {});
    },

    async listVersions(functionName) {
      const all = await readAllPages("lambda:ListVersionsByFunction", async (marker) => {
        const input = {
          FunctionName: functionName,
          MaxItems: PER_PAGE,
          ...(marker === undefined ? {} : { Marker: marker }),
        };
        const page = await call("ListVersionsByFunction", new ListVersionsByFunctionCommand(input), (c, o) =>
          client.send(c, o),
        );
        return { items: page.Versions, next: page.NextMarker };
      });
      return all.map(observedFunction).filter(({ version }) => version !== "$LATEST");
    },

    listFunctions: () => listFunctions({}),
    listAllVersions: () => listFunctions({ FunctionVersion: "ALL" }),

    async updateMounts({ functionName, revisionId, fileSystemConfigs }) {
      // An empty list clears the mount; leaving the member out would keep it. Nothing else is sent, so nothing else changes.
      const command = new UpdateFunctionConfigurationCommand({
        FunctionName: functionName,
        RevisionId: revisionId,
        FileSystemConfigs: fileSystemConfigs.map(({ arn, localMountPath }) => ({
          Arn: arn,
          LocalMountPath: localMountPath,
        })),
      });
      const answer = await call("UpdateFunctionConfiguration", command, (c, o) => client.send(c, o));
      return { requestId: requestIdOf(answer), function: observedFunction(answer) };
    },
  };
}

/** Takes what may be kept, and nothing else: environment variables and the code's URL end here. */
function observedFunction(fn: FunctionConfiguration): ObservedFunction {
  return {
    functionName: fn.FunctionName ?? "",
    functionArn: unqualified(fn.FunctionArn ?? ""),
    version: fn.Version ?? "$LATEST",
    roleArn: fn.Role ?? "",
    revisionId: fn.RevisionId ?? "",
    // A function that left its VPC shows empty strings.
    vpcId: fn.VpcConfig?.VpcId || null,
    subnetIds: fn.VpcConfig?.SubnetIds ?? [],
    snapStart: fn.SnapStart?.ApplyOn === "PublishedVersions",
    fileSystemConfigs: (fn.FileSystemConfigs ?? []).map(({ Arn, LocalMountPath }) => ({
      arn: Arn ?? "",
      localMountPath: LocalMountPath ?? "",
    })),
    state: fn.State ?? null,
    lastUpdateStatus: fn.LastUpdateStatus ?? null,
    lastUpdateStatusReason: fn.LastUpdateStatusReason ?? null,
    lastUpdateStatusReasonCode: fn.LastUpdateStatusReasonCode ?? null,
    lastModifiedMs: Date.parse(fn.LastModified ?? "") || 0,
  };
}

/** Lists of versions qualify the ARN; here the version has a field of its own. */
function unqualified(arn: string): string {
  return arn.split(":").slice(0, 7).join(":");
}
