import type { Aws, Ecs } from "../../aws/aws.ts";
import type {
  ObservedAccessPoint,
  ObservedFileSystem,
  ObservedFunction,
  ObservedService,
  ObservedTaskDefinition,
} from "../../model/observations.ts";
import { parseTaskDefinitionArn } from "../../model/task-definition.ts";
import { primaryOf } from "../../plan/ecs-rollout.ts";
import type { FoundService } from "./ecs-mounts.ts";

/** What `mooring adopt --scan` looks at. */
export interface Account {
  fileSystems: ObservedFileSystem[];
  accessPoints: ObservedAccessPoint[];
  /** $LATEST of each. */
  functions: ObservedFunction[];
  services: FoundService[];
  /** The newest ACTIVE revision of each family that no service runs. */
  families: ObservedTaskDefinition[];
  /** Policy texts by file system id, of the file systems that have access points; null = none. */
  policies: ReadonlyMap<string, string | null>;
}

/** Reads the account and region by lists; no call changes anything. */
export async function scanAccount({ efs, lambda, ecs }: Pick<Aws, "efs" | "lambda" | "ecs">): Promise<Account> {
  const [fileSystems, accessPoints, functions, containers] = await Promise.all([
    efs.describeFileSystems(),
    efs.describeAccessPoints(),
    lambda.listFunctions(),
    scanContainers(ecs),
  ]);
  const policies = new Map<string, string | null>();
  for (const id of new Set(accessPoints.map(({ fileSystemId }) => fileSystemId)))
    policies.set(id, await efs.describePolicy(id));
  return { fileSystems, accessPoints, functions, ...containers, policies };
}

async function scanContainers(ecs: Ecs): Promise<Pick<Account, "services" | "families">> {
  const described: ObservedService[] = [];
  for (const cluster of await ecs.listClusters()) {
    const names = (await ecs.listServices(cluster)) ?? [];
    if (names.length > 0) described.push(...((await ecs.describeServices(cluster, names)) ?? []));
  }
  const living = described.filter(({ status }) => status !== "INACTIVE");
  const services: FoundService[] = [];
  for (const service of living) {
    const arn = revisionOf(service);
    services.push({ service, revision: arn === "" ? null : await ecs.describeTaskDefinition(arn) });
  }
  const run = new Set(living.flatMap(familiesRunBy));
  const families: ObservedTaskDefinition[] = [];
  for (const family of await ecs.listFamilies()) {
    const newest = run.has(family) ? null : await ecs.describeTaskDefinition(family);
    if (newest !== null) families.push(newest);
  }
  return { services, families };
}

function revisionOf(service: ObservedService): string {
  return primaryOf(service)?.taskDefinitionArn ?? service.taskDefinitionArn;
}

function familiesRunBy(service: ObservedService): string[] {
  const arns = [revisionOf(service), ...service.deployments.map(({ taskDefinitionArn }) => taskDefinitionArn)];
  return arns.filter((arn) => arn !== "").map((arn) => parseTaskDefinitionArn(arn).family);
}
