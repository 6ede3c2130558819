import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { DeleteAccessPointCommand, DescribeAccessPointsCommand } from "@aws-sdk/client-efs";
import type { Actor } from "../../src/cli/dev/actors.ts";
import type { Sabotage } from "../../src/cli/dev/sabotage.ts";
import { CLUSTER, deployWithoutVolume } from "./account-services.ts";
import type { BenchService } from "./account.ts";
import type { Fleet } from "./fleet.ts";

/** What others do to services behind Mooring's back, each on a file system of its own where there are enough. */
export function serviceSabotagesOf({ account }: Fleet): { kind: string; sabotage: Pick<Sabotage, "carryOut"> }[] {
  const { fileSystems } = account;
  const first = fileSystems[0]!;
  const last = fileSystems.at(-1)!;
  return [
    { kind: "service deployed without its volumes", sabotage: volumesLeftOut(first.services[0]!) },
    {
      kind: "access point of a volume deleted",
      sabotage: volumeCutOff(last.services[0]!, last.fileSystemId),
    },
  ];
}

function volumesLeftOut(service: BenchService): Pick<Sabotage, "carryOut"> {
  return {
    async carryOut({ ecs }, sending) {
      sending();
      await deployWithoutVolume(ecs, service, "hotfix");
      return {
        what: `UpdateService ${service.name}`,
        isUndone: async (reader) => (await volumesOf(reader.ecs, service)).length === service.bindings,
      };
    },
  };
}

function volumeCutOff(service: BenchService, fileSystemId: string): Pick<Sabotage, "carryOut"> {
  return {
    async carryOut({ ecs, efs }, sending) {
      const [AccessPointId] = await volumesOf(ecs, service);
      sending();
      await efs.send(new DeleteAccessPointCommand({ AccessPointId }));
      return {
        what: `DeleteAccessPoint ${AccessPointId}`,
        isUndone: async (reader) => {
          const mounted = await volumesOf(reader.ecs, service);
          const there = await accessPointsOf(reader, fileSystemId);
          return mounted.length === service.bindings && mounted.every((id) => there.has(id));
        },
      };
    },
  };
}

/** Access points that the deployed revision mounts. */
async function volumesOf(ecs: ECSClient, { name }: BenchService): Promise<string[]> {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: CLUSTER, services: [name] }));
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services[0]!.taskDefinition }),
  );
  return (taskDefinition?.volumes ?? []).flatMap(
    ({ efsVolumeConfiguration }) => efsVolumeConfiguration?.authorizationConfig?.accessPointId ?? [],
  );
}

async function accessPointsOf({ efs }: Actor, FileSystemId: string): Promise<Set<string>> {
  const { AccessPoints = [] } = await efs.send(new DescribeAccessPointsCommand({ FileSystemId, MaxResults: 1_000 }));
  return new Set(AccessPoints.map(({ AccessPointId }) => AccessPointId!));
}
