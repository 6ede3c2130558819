import type { EcsMount, EcsWorkload } from "../model/records.ts";
import type { MountSource } from "./mount-source.ts";

/** Containers in the order of the Binding, each with its mounts. */
export function mountsByContainer({ mounts }: EcsWorkload): Map<string, EcsMount[]> {
  const byContainer = new Map<string, EcsMount[]>();
  for (const mount of mounts) byContainer.set(mount.container, [...(byContainer.get(mount.container) ?? []), mount]);
  return byContainer;
}

/** The part of a task definition, as RegisterTaskDefinition takes it, that the Binding is about. */
export function taskDefinitionPart(source: MountSource, ecs: EcsWorkload): object {
  const { volumeName, fileSystemId, accessPointId } = source;
  return {
    volumes: [
      {
        name: volumeName,
        efsVolumeConfiguration: {
          fileSystemId,
          rootDirectory: "/",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId, iam: "ENABLED" },
        },
      },
    ],
    containerDefinitions: [...mountsByContainer(ecs)].map(([name, mounts]) => ({
      name,
      mountPoints: mounts.map(({ containerPath, readOnly }) => ({ sourceVolume: volumeName, containerPath, readOnly })),
    })),
  };
}
