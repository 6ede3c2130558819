import {
  DeleteAccessPointCommand,
  DeleteFileSystemPolicyCommand,
  DescribeAccessPointsCommand,
  DescribeFileSystemPolicyCommand,
  PutFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { fileSystemKey, lambdaKey, type ReconcileKey } from "../../model/keys.ts";
import type { Home } from "../../model/validate.ts";
import { counted } from "../counted.ts";
import type { Actor } from "./actors.ts";
import { foreignStatements, holdsOurs, withDenyTurned } from "./policy-text.ts";

/** Something that somebody does in AWS behind Mooring's back. */
export interface Sabotage {
  /** User name and access key of whoever does it. */
  actor: string;
  /** Keys whose runs must have verified the repair. */
  keys: ReconcileKey[];
  /**
   * Makes the call. Answers what was done, for the transcript, and how to see that it is undone.
   *
   * @param sending called right before the call that does the harm.
   */
  carryOut(actor: Actor, sending: () => void): Promise<{ what: string; isUndone(reader: Actor): Promise<boolean> }>;
}

/** A workload that is mounted, as the sabotages need it. */
export interface Victim {
  functionName: string;
  accessPointId: string;
  localMountPath: string;
}

export interface Scene {
  home: Home;
  installation: string;
  fileSystemId: string;
  /** Read anew before each sabotage: repairs change the ids. */
  victim(functionName: string): Promise<Victim>;
}

/** Somebody cleans up "unused" access points. */
export function accessPointDeleted(actor: string, functionName: string, scene: Scene): Sabotage {
  return {
    actor,
    keys: [
      fileSystemKey({ ...scene.home, fileSystemId: scene.fileSystemId }),
      lambdaKey({ ...scene.home, functionName }),
    ],
    async carryOut({ efs }, sending) {
      const { accessPointId, localMountPath } = await scene.victim(functionName);
      sending();
      await efs.send(new DeleteAccessPointCommand({ AccessPointId: accessPointId }));
      return {
        what: `DeleteAccessPoint ${accessPointId}`,
        isUndone: async (reader) => {
          const mounted = await mountedAccessPoint(reader, functionName, localMountPath);
          return mounted !== undefined && mounted !== accessPointId && (await exists(reader, mounted));
        },
      };
    },
  };
}

/** Somebody deploys the function with a configuration that knows nothing of the mount. */
export function mountRemoved(actor: string, functionName: string, scene: Scene): Sabotage {
  return {
    actor,
    keys: [lambdaKey({ ...scene.home, functionName })],
    async carryOut({ lambda }, sending) {
      const { accessPointId, localMountPath } = await scene.victim(functionName);
      sending();
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: functionName, FileSystemConfigs: [] }));
      return {
        what: `UpdateFunctionConfiguration ${functionName}, without its mount`,
        isUndone: async (reader) => (await mountedAccessPoint(reader, functionName, localMountPath)) === accessPointId,
      };
    },
  };
}

/** Somebody "fixes" a permission by turning a Deny into an Allow. */
export function statementEdited(actor: string, scene: Scene): Sabotage {
  return {
    actor,
    keys: [fileSystemKey({ ...scene.home, fileSystemId: scene.fileSystemId })],
    async carryOut(saboteur, sending) {
      const before = await policyOf(saboteur, scene.fileSystemId);
      const turned = withDenyTurned(before, scene.installation);
      if (turned === null) throw new Error(`the policy of ${scene.fileSystemId} holds no Deny of Mooring's to edit`);
      sending();
      await saboteur.efs.send(
        new PutFileSystemPolicyCommand({ FileSystemId: scene.fileSystemId, Policy: turned.policy }),
      );
      return {
        what: `PutFileSystemPolicy ${turned.sid}: Deny -> Allow`,
        isUndone: async (reader) => holdsOurs(await policyOf(reader, scene.fileSystemId), before, scene.installation),
      };
    },
  };
}

/** A pipeline that believes that it owns the policy takes it away. */
export function policyDeleted(actor: string, scene: Scene): Sabotage {
  return {
    actor,
    keys: [fileSystemKey({ ...scene.home, fileSystemId: scene.fileSystemId })],
    async carryOut(saboteur, sending) {
      const before = await policyOf(saboteur, scene.fileSystemId);
      sending();
      await saboteur.efs.send(new DeleteFileSystemPolicyCommand({ FileSystemId: scene.fileSystemId }));
      return {
        what: `DeleteFileSystemPolicy ${scene.fileSystemId}${foreignToo(before, scene)}`,
        isUndone: async (reader) => holdsOurs(await policyOf(reader, scene.fileSystemId), before, scene.installation),
      };
    },
  };
}

/** Mooring puts back what is its own; what others lose this way is theirs to restore, so it is said. */
function foreignToo(policy: string | undefined, { installation }: Scene): string {
  const count = foreignStatements(policy, installation).length;
  return count === 0 ? "" : `, ${counted(count, "foreign statement")} with it`;
}

async function mountedAccessPoint(
  { lambda }: Actor,
  functionName: string,
  localMountPath: string,
): Promise<string | undefined> {
  const { FileSystemConfigs = [] } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName }),
  );
  return FileSystemConfigs.find((config) => config.LocalMountPath === localMountPath)
    ?.Arn?.split("/")
    .at(-1);
}

async function exists({ efs }: Actor, accessPointId: string): Promise<boolean> {
  try {
    const { AccessPoints = [] } = await efs.send(new DescribeAccessPointsCommand({ AccessPointId: accessPointId }));
    return AccessPoints[0]?.LifeCycleState === "available";
  } catch (error) {
    if ((error as Error).name === "AccessPointNotFound") return false;
    throw error;
  }
}

/** The text of the policy; undefined = there is none. */
export async function policyOf({ efs }: Actor, fileSystemId: string): Promise<string | undefined> {
  try {
    return (await efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId: fileSystemId }))).Policy;
  } catch (error) {
    if ((error as Error).name === "PolicyNotFound") return undefined;
    throw error;
  }
}
