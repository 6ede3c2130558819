/** How often ECS lets itself be called: token buckets, as published under "Request throttling for the Amazon ECS API". */
import { ecsError, type EcsContext } from "./state.ts";

interface Limit {
  burst: number;
  perSecond: number;
}

const LIMITS = {
  definitionModify: { burst: 20, perSecond: 1 },
  definitionRead: { burst: 50, perSecond: 20 },
  definitionDelete: { burst: 5, perSecond: 1 },
  serviceModify: { burst: 50, perSecond: 5 },
  serviceRead: { burst: 100, perSecond: 20 },
  deploymentRead: { burst: 50, perSecond: 20 },
  revisionRead: { burst: 50, perSecond: 20 },
  resourceModify: { burst: 100, perSecond: 40 },
  resourceRead: { burst: 100, perSecond: 20 },
  clusterModify: { burst: 50, perSecond: 20 },
  clusterRead: { burst: 50, perSecond: 20 },
  tagModify: { burst: 20, perSecond: 10 },
  tagRead: { burst: 50, perSecond: 20 },
} satisfies Record<string, Limit>;

type BucketName = keyof typeof LIMITS;

/** Operations that share a bucket; any other has none. */
const BUCKET_OF: Readonly<Record<string, BucketName>> = {
  RegisterTaskDefinition: "definitionModify",
  DeregisterTaskDefinition: "definitionModify",
  DeleteTaskDefinitions: "definitionDelete",
  DescribeTaskDefinition: "definitionRead",
  ListTaskDefinitions: "definitionRead",
  ListTaskDefinitionFamilies: "definitionRead",
  CreateService: "serviceModify",
  UpdateService: "serviceModify",
  DeleteService: "serviceModify",
  StopServiceDeployment: "serviceModify",
  DescribeServices: "serviceRead",
  ListServices: "serviceRead",
  DescribeServiceDeployments: "deploymentRead",
  ListServiceDeployments: "deploymentRead",
  DescribeServiceRevisions: "revisionRead",
  RunTask: "resourceModify",
  StopTask: "resourceModify",
  DescribeTasks: "resourceRead",
  ListTasks: "resourceRead",
  CreateCluster: "clusterModify",
  UpdateCluster: "clusterModify",
  UpdateClusterSettings: "clusterModify",
  PutClusterCapacityProviders: "clusterModify",
  DeleteCluster: "clusterModify",
  DescribeClusters: "clusterRead",
  ListClusters: "clusterRead",
  DescribeCapacityProviders: "clusterRead",
  TagResource: "tagModify",
  UntagResource: "tagModify",
  ListTagsForResource: "tagRead",
};

/** Takes a token for a call. Does nothing while `throttling` is off. */
export type TakeToken = (operation: string) => void;

/** @throws ThrottlingException (HTTP 400, as ECS answers it) from an empty bucket. */
export function createBuckets({ state, world }: EcsContext): TakeToken {
  const levels = new Map<BucketName, { tokens: number; atMs: number }>();
  return (operation) => {
    const name = BUCKET_OF[operation];
    if (!state.throttling || name === undefined) return;
    const { burst, perSecond } = LIMITS[name];
    const nowMs = world.clock.nowMs();
    const level = levels.get(name) ?? { tokens: burst, atMs: nowMs };
    level.tokens = Math.min(burst, level.tokens + ((nowMs - level.atMs) / 1000) * perSecond);
    level.atMs = nowMs;
    levels.set(name, level);
    if (level.tokens < 1) throw ecsError("ThrottlingException", "Rate exceeded");
    level.tokens--;
  };
}
