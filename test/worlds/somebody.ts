import { CreateAccessPointCommand, DeleteAccessPointCommand, PutFileSystemPolicyCommand } from "@aws-sdk/client-efs";
import {
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { PublishVersionCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { announce } from "./announce.ts";
import { type Clients, clientsOf } from "./clients.ts";
import type { WorldUnderTest } from "./world-under-test.ts";

/** A person, or a pipeline, who changes things behind Mooring's back. */
export class Somebody {
  readonly name: string;
  readonly #world: WorldUnderTest;
  readonly #clients: Clients;

  constructor(world: WorldUnderTest, name: string) {
    this.#world = world;
    this.name = name;
    this.#clients = clientsOf(world, name);
  }

  destroy(): void {
    this.#clients.destroy();
  }

  async deleteAccessPoint(fileSystemId: string, accessPointId: string): Promise<void> {
    await this.#clients.efs.send(new DeleteAccessPointCommand({ AccessPointId: accessPointId }));
    await this.#told("elasticfilesystem", "DeleteAccessPoint", { fileSystemId, accessPointId });
  }

  async createAccessPoint(fileSystemId: string, path: string): Promise<string> {
    const { AccessPointId } = await this.#clients.efs.send(
      new CreateAccessPointCommand({
        ClientToken: `${this.name}-${path}`,
        FileSystemId: fileSystemId,
        PosixUser: { Uid: 7, Gid: 7 },
        RootDirectory: { Path: path, CreationInfo: { OwnerUid: 7, OwnerGid: 7, Permissions: "0755" } },
      }),
    );
    await this.#told("elasticfilesystem", "CreateAccessPoint", { fileSystemId });
    return AccessPointId!;
  }

  async putPolicy(fileSystemId: string, statements: readonly object[]): Promise<void> {
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await this.#clients.efs.send(new PutFileSystemPolicyCommand({ FileSystemId: fileSystemId, Policy: policy }));
    await this.#told("elasticfilesystem", "PutFileSystemPolicy", { fileSystemId, policy });
  }

  async mount(functionName: string, mounts: { Arn: string; LocalMountPath: string }[]): Promise<void> {
    await this.#clients.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: functionName, FileSystemConfigs: mounts }),
    );
    await this.#told("lambda", "UpdateFunctionConfiguration20150331v2", { functionName });
  }

  async setMemory(functionName: string, megabytes: number): Promise<void> {
    await this.#clients.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: functionName, MemorySize: megabytes }),
    );
    await this.#told("lambda", "UpdateFunctionConfiguration20150331v2", { functionName });
  }

  async publishVersion(functionName: string): Promise<string> {
    const { Version } = await this.#clients.lambda.send(new PublishVersionCommand({ FunctionName: functionName }));
    await this.#told("lambda", "PublishVersion20150331", { functionName });
    return Version!;
  }

  /** Registers a revision and lets a service run it. @returns its ARN. */
  async deploy(cluster: string, service: string, definition: RegisterTaskDefinitionCommandInput): Promise<string> {
    const { taskDefinition } = await this.#clients.ecs.send(new RegisterTaskDefinitionCommand(definition));
    const { taskDefinitionArn } = taskDefinition!;
    await this.#told(
      "ecs",
      "RegisterTaskDefinition",
      { family: definition.family },
      { taskDefinition: { taskDefinitionArn } },
    );
    await this.#clients.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: taskDefinitionArn }));
    await this.#told("ecs", "UpdateService", { cluster, service, taskDefinition: taskDefinitionArn });
    return taskDefinitionArn!;
  }

  async #told(service: string, eventName: string, request: object, response: object | null = null): Promise<void> {
    await this.#world.settle();
    await announce(this.#world, this.#clients, { service, eventName, person: this.name, request, response });
  }
}
