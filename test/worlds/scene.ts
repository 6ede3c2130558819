import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type TaskDefinition } from "@aws-sdk/client-ecs";
import {
  type AccessPointDescription,
  DescribeAccessPointsCommand,
  DescribeFileSystemPolicyCommand,
} from "@aws-sdk/client-efs";
import { type FunctionConfiguration, GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Manifest } from "../integration/world.ts";
import { type Clients, clientsOf } from "./clients.ts";
import { MooringUnderTest } from "./mooring-under-test.ts";
import { Somebody } from "./somebody.ts";
import type { Team } from "./team.ts";
import type { WorldUnderTest } from "./world-under-test.ts";

export interface Statement {
  Sid: string;
  Effect: string;
  Principal: unknown;
}

/** One story in a world: its own file system, its own Mooring, and names that nobody else in the world has. */
export class Scene {
  readonly world: WorldUnderTest;
  readonly team: Team;
  readonly mooring: MooringUnderTest;
  readonly fileSystemId: string;
  readonly #name: string;
  readonly #clients: Clients;
  readonly #people: Somebody[] = [];

  private constructor(name: string, parts: Pick<Scene, "world" | "team" | "mooring" | "fileSystemId">) {
    this.#name = name;
    this.world = parts.world;
    this.team = parts.team;
    this.mooring = parts.mooring;
    this.fileSystemId = parts.fileSystemId;
    this.#clients = clientsOf(parts.world, "auditor");
  }

  /** @param name lower-case letters, once in a world. */
  static async open(name: string, world: WorldUnderTest, team: Team): Promise<Scene> {
    const fileSystemId = await team.makeFileSystem(name);
    const mooring = await MooringUnderTest.start(world, name);
    return new Scene(name, { world, team, mooring, fileSystemId });
  }

  async close(): Promise<void> {
    for (const person of this.#people) person.destroy();
    this.#clients.destroy();
    await this.mooring.close();
  }

  /** A name of this scene's own in the account. */
  named(name: string): string {
    return `${this.#name}-${name}`;
  }

  somebody(name: string): Somebody {
    const person = new Somebody(this.world, name);
    this.#people.push(person);
    return person;
  }

  /** Makes a function. @returns its full name. */
  async makeFunction(name: string): Promise<string> {
    await this.team.makeFunction(this.named(name));
    return this.named(name);
  }

  fileSystem(policy: Record<string, unknown> = { mode: "Observe" }): Manifest {
    const { account, region } = this.world;
    return {
      apiVersion: "mooring.dev/v1",
      kind: "FileSystem",
      metadata: { name: "shared" },
      spec: { account, region, fileSystemId: this.fileSystemId, policy },
    };
  }

  /** A FileSystem whose policy Mooring keeps. */
  enforced(): Manifest {
    return this.fileSystem({ mode: "Enforce", confirm: this.fileSystemId });
  }

  /** A Binding of one of the scene's functions, in a directory of its own unless told otherwise. */
  binding(name: string, spec: Record<string, unknown> = {}): Manifest {
    return {
      apiVersion: "mooring.dev/v1",
      kind: "Binding",
      metadata: { name, namespace: "media" },
      spec: {
        fileSystemRef: { name: "shared" },
        rootDirectory: directory(`/${name}`),
        posixUser: { uid: 1001, gid: 1001 },
        access: "ReadWrite",
        workload: { lambda: { functionName: this.named(name), localMountPath: "/mnt/data" } },
        ...spec,
      },
    };
  }

  async accessPoints(): Promise<AccessPointDescription[]> {
    const input = { FileSystemId: this.fileSystemId };
    return (await this.#clients.efs.send(new DescribeAccessPointsCommand(input))).AccessPoints ?? [];
  }

  /** Those that this scene's Mooring made. */
  async ourAccessPoints(): Promise<AccessPointDescription[]> {
    return (await this.accessPoints()).filter(({ Tags }) =>
      Tags?.some(({ Key, Value }) => Key === "mooring.dev/installation" && Value === this.mooring.installation),
    );
  }

  /** Of the file system's policy; none if it has no policy. */
  async statements(): Promise<Statement[]> {
    try {
      const { Policy } = await this.#clients.efs.send(
        new DescribeFileSystemPolicyCommand({ FileSystemId: this.fileSystemId }),
      );
      return (JSON.parse(Policy!) as { Statement: Statement[] }).Statement;
    } catch (error) {
      if ((error as Error).name === "PolicyNotFound") return [];
      throw error;
    }
  }

  async function(name: string): Promise<FunctionConfiguration> {
    return this.#clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: this.named(name) }));
  }

  /** ARNs of the access points that a function mounts, by path. */
  async mountsOf(name: string): Promise<Record<string, string>> {
    const { FileSystemConfigs = [] } = await this.function(name);
    return Object.fromEntries(FileSystemConfigs.map(({ LocalMountPath, Arn }) => [LocalMountPath!, Arn!]));
  }

  /** The id of the access point that a function mounts; null = none. */
  async mountedBy(name: string): Promise<string | null> {
    const [arn] = Object.values(await this.mountsOf(name));
    return arn?.split("/").at(-1) ?? null;
  }

  /** The revision that a service is to run. */
  async deployed(cluster: string, service: string): Promise<TaskDefinition> {
    const { services } = await this.#clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return this.revision(services![0]!.taskDefinition!);
  }

  /** @param name of a family (its newest revision), or an ARN. */
  async revision(name: string): Promise<TaskDefinition> {
    const { taskDefinition } = await this.#clients.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: name, include: ["TAGS"] }),
    );
    return taskDefinition!;
  }
}

export function directory(path: string): Record<string, unknown> {
  return { path, ownerUid: 1001, ownerGid: 1001, permissions: "0750" };
}

/** `container:path` → id of the access point behind it, of a task definition. */
export function volumesOf({ volumes = [], containerDefinitions = [] }: TaskDefinition): Record<string, string> {
  const idOf = (name: string) =>
    volumes.find((volume) => volume.name === name)?.efsVolumeConfiguration?.authorizationConfig?.accessPointId ?? "";
  return Object.fromEntries(
    containerDefinitions.flatMap(({ name, mountPoints = [] }) =>
      mountPoints.map(({ sourceVolume, containerPath }) => [`${name}:${containerPath}`, idOf(sourceVolume!)]),
    ),
  );
}
