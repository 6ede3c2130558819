/** Capacity providers: FARGATE and FARGATE_SPOT exist in every account; others are not simulated. */
import type {
  CapacityProvider,
  Cluster,
  DescribeCapacityProvidersRequest,
  PutClusterCapacityProvidersRequest,
} from "@aws-sdk/client-ecs";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { clusterOf } from "./names.ts";
import { checkedPage, type ClusterRecord, type EcsContext, invalidParameter, pageSize } from "./state.ts";

const NAMES = ["FARGATE", "FARGATE_SPOT"];

/** @throws InvalidParameterException for a provider that does not exist. */
export function checkedProviders(names: readonly string[] = []): string[] {
  const stranger = names.find((name) => !NAMES.includes(name));
  if (stranger === undefined) return [...names];
  throw invalidParameter(
    `The specified capacity provider '${stranger}' was not found. Specify a valid name or ARN and try again.`,
  );
}

export function capacityProviderOperations(
  context: EcsContext,
  shown: (record: ClusterRecord) => Cluster,
): Record<string, Handler> {
  const { world } = context;
  const provider = (name: string): CapacityProvider => ({
    // Fargate's providers are AWS's own, but carry the account all the same.
    capacityProviderArn: `arn:${world.partition}:ecs:${world.region}:${world.account}:capacity-provider/${name}`,
    name,
    status: "ACTIVE",
    tags: [],
  });
  return {
    DescribeCapacityProviders(input: DescribeCapacityProvidersRequest) {
      const wanted = (input.capacityProviders ?? NAMES).map((name) => name.slice(name.lastIndexOf("/") + 1));
      const page = checkedPage(pageOf(wanted, pageSize(input.maxResults), input.nextToken));
      return {
        capacityProviders: page.items.filter((name) => NAMES.includes(name)).map(provider),
        failures: page.items.filter((name) => !NAMES.includes(name)).map((arn) => ({ arn, reason: "MISSING" })),
        nextToken: page.next,
      };
    },
    PutClusterCapacityProviders(input: PutClusterCapacityProvidersRequest) {
      const record = clusterOf(context, input.cluster);
      const providers = checkedProviders(input.capacityProviders);
      for (const { capacityProvider = "" } of input.defaultCapacityProviderStrategy ?? []) {
        if (!providers.includes(capacityProvider)) {
          throw invalidParameter(
            "The capacity provider strategy names a provider that is not associated with the cluster.",
          );
        }
      }
      record.capacityProviders = providers;
      record.defaultStrategy = (input.defaultCapacityProviderStrategy ?? []).map((one) => ({
        weight: 0,
        base: 0,
        ...one,
      }));
      return { cluster: shown(record) };
    },
  };
}

export const CAPACITY_MEMBERS = {
  DescribeCapacityProviders: ["capacityProviders", "include", "maxResults", "nextToken"],
  PutClusterCapacityProviders: ["cluster", "capacityProviders", "defaultCapacityProviderStrategy"],
} as const;
