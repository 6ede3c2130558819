/**
 * What ECS checks before it takes a task definition. Texts are ECS's own where they are known from
 * public reports; the others are worded alike.
 */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Volume } from "@aws-sdk/client-ecs";
import { clientError } from "./state.ts";

/** Of the definition as JSON, bytes (Amazon ECS service quotas); cannot be raised. */
const SIZE_MAX_BYTES = 65_536;
const NAME = /^[a-zA-Z0-9_-]{1,255}$/;

/** @throws ClientException naming the first rule that is broken. */
export function checkDefinition(given: RegisterTaskDefinitionRequest): void {
  if (!NAME.test(given.family ?? "")) throw clientError("Family contains invalid characters.");
  checkSize(given);
  const volumes = given.volumes ?? [];
  checkVolumes(volumes, given.taskRoleArn);
  const windows = given.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") === true;
  if (windows && volumes.some((volume) => volume.efsVolumeConfiguration)) {
    throw clientError("EFS volumes are not supported for Windows task definitions.");
  }
  checkContainers(given, new Set(volumes.map(({ name = "" }) => name)));
  for (const arn of [given.taskRoleArn, given.executionRoleArn]) {
    // Names without a path are taken as well; whether the role exists shows when a task starts.
    if (arn?.startsWith("arn:") && !/^arn:aws[-a-z]*:iam::\d{12}:role\/.+$/.test(arn)) {
      throw clientError("Role is not valid");
    }
  }
  if (given.requiresCompatibilities?.includes("FARGATE")) checkFargate(given);
}

function checkSize({ tags: _, ...definition }: RegisterTaskDefinitionRequest): void {
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes <= SIZE_MAX_BYTES) return;
  throw clientError(`Actual length: '${bytes}'. Max allowed length is '${SIZE_MAX_BYTES}' bytes.`);
}

const KINDS = [
  "host",
  "dockerVolumeConfiguration",
  "efsVolumeConfiguration",
  "s3filesVolumeConfiguration",
  "fsxWindowsFileServerVolumeConfiguration",
] as const;

function checkVolumes(volumes: readonly Volume[], taskRoleArn: string | undefined): void {
  const names = new Set<string>();
  for (const volume of volumes) {
    const { name = "" } = volume;
    if (!NAME.test(name)) throw clientError("Volume.name contains invalid characters.");
    if (names.has(name)) throw clientError(`Duplicate volume name '${name}'.`);
    names.add(name);
    // An empty host means only that the volume lives as long as the task.
    const kinds = KINDS.filter((kind) => kind !== "host" || volume.host?.sourcePath !== undefined).filter(
      (kind) => volume[kind] !== undefined,
    );
    if (kinds.length > 1) throw clientError(`Volume '${name}' can have one volume configuration only.`);
    checkEfs(volume, taskRoleArn);
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
function checkEfs({ efsVolumeConfiguration: efs, name }: Volume, taskRoleArn: string | undefined): void {
  if (!efs) return;
  const { fileSystemId = "", rootDirectory = "/", transitEncryption, transitEncryptionPort, authorizationConfig } = efs;
  const refuse = (rule: string): Error => clientError(`Invalid EFS volume configuration for volume '${name}': ${rule}`);
  if (!/^fs-[0-9a-f]{8,40}$/.test(fileSystemId)) throw refuse("the file system ID is not valid.");
  const { accessPointId, iam } = authorizationConfig ?? {};
  if (accessPointId !== undefined && !/^fsap-[0-9a-f]{8,40}$/.test(accessPointId)) {
    throw refuse("the access point ID is not valid.");
  }
  if (accessPointId !== undefined && rootDirectory !== "/") {
    throw refuse("if an access point is specified, the root directory must either be omitted or set to '/'.");
  }
  if (!rootDirectory.startsWith("/")) throw refuse("the root directory must be an absolute path.");
  if (transitEncryption !== "ENABLED" && (iam === "ENABLED" || accessPointId !== undefined)) {
    throw refuse("transit encryption must be enabled if IAM authorization or an access point is used.");
  }
  if (transitEncryption !== "ENABLED" && transitEncryptionPort !== undefined) {
    throw refuse("a transit encryption port needs transit encryption.");
  }
  // The task's role is what the client shows to EFS; without one there is nobody to authorise.
  if (iam === "ENABLED" && taskRoleArn === undefined) throw refuse("IAM authorization requires a task role.");
}

function checkContainers(given: RegisterTaskDefinitionRequest, volumes: ReadonlySet<string>): void {
  const containers = given.containerDefinitions ?? [];
  if (containers.length === 0) throw clientError("Container list cannot be empty.");
  const names = new Set<string>();
  for (const container of containers) {
    const { name = "", image } = container;
    if (name === "") throw clientError("Container.name should not be null or empty.");
    if (!NAME.test(name)) throw clientError("Container.name contains invalid characters.");
    if (names.has(name)) throw clientError(`Duplicate container name '${name}'.`);
    names.add(name);
    if (!image) throw clientError("Container.image should not be null or empty.");
    if (given.memory === undefined && container.memory === undefined && container.memoryReservation === undefined) {
      const text = "At least one of 'memory' or 'memoryReservation' must be specified.";
      throw clientError(`Invalid setting for container '${name}'. ${text}`);
    }
    checkMountPoints(container, volumes);
  }
  if (containers.every(({ essential }) => essential === false)) {
    throw clientError("At least one container must be marked as essential.");
  }
  for (const { volumesFrom = [], dependsOn = [] } of containers) {
    const named = [...volumesFrom.map((one) => one.sourceContainer), ...dependsOn.map((one) => one.containerName)];
    const stranger = named.find((name) => !names.has(name ?? ""));
    if (stranger !== undefined) throw clientError(`Unknown container '${stranger}'.`);
  }
}

function checkMountPoints({ name, mountPoints = [] }: ContainerDefinition, volumes: ReadonlySet<string>): void {
  const paths = new Set<string>();
  for (const { sourceVolume = "", containerPath = "" } of mountPoints) {
    if (!volumes.has(sourceVolume)) throw clientError(`Unknown volume '${sourceVolume}'.`);
    if (containerPath === "") throw clientError("MountPoint.containerPath should not be null or empty.");
    if (paths.has(containerPath)) {
      throw clientError(`Duplicate mount point '${containerPath}' in container '${name}'.`);
    }
    paths.add(containerPath);
  }
}

/** Fargate task sizes: CPU units → allowed memory, MiB (Amazon ECS developer guide, "Task definition parameters for Fargate"). */
const FARGATE_MEMORY: Readonly<Record<number, (mib: number) => boolean>> = {
  256: (mib) => [512, 1024, 2048].includes(mib),
  512: (mib) => inSteps(mib, 1024, 4096, 1024),
  1024: (mib) => inSteps(mib, 2048, 8192, 1024),
  2048: (mib) => inSteps(mib, 4096, 16_384, 1024),
  4096: (mib) => inSteps(mib, 8192, 30_720, 1024),
  8192: (mib) => inSteps(mib, 16_384, 61_440, 4096),
  16_384: (mib) => inSteps(mib, 32_768, 122_880, 8192),
};

const inSteps = (mib: number, min: number, max: number, step: number): boolean =>
  mib >= min && mib <= max && (mib - min) % step === 0;

export function checkFargate({ networkMode, cpu, memory, ...given }: RegisterTaskDefinitionRequest): void {
  if (networkMode !== "awsvpc") throw clientError("Fargate only supports network mode ‘awsvpc’.");
  if (cpu === undefined) throw clientError("Fargate requires that 'cpu' be defined at the task level.");
  if (memory === undefined) throw clientError("Fargate requires that 'memory' be defined at the task level.");
  if (!FARGATE_MEMORY[units(cpu, 1024)]?.(units(memory, 1024))) {
    const text = `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`;
    throw clientError(`${text} See the Amazon ECS documentation for the valid values.`);
  }
  if (given.pidMode === "host") {
    const text = "Tasks using the Fargate launch type do not support pidMode 'host'.";
    throw clientError(`${text} The supported value for pidMode is 'task'.`);
  }
  const logsToCloudWatch = given.containerDefinitions?.some(
    ({ logConfiguration }) => logConfiguration?.logDriver === "awslogs",
  );
  if (logsToCloudWatch && given.executionRoleArn === undefined) {
    throw clientError("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
  }
}

/** "256", "1024", ".5 vCPU", "1 GB". */
function units(text: string, perUnit: number): number {
  const match = /^([\d.]+)\s*(vcpu|gb)?$/i.exec(text.trim());
  return match ? Number(match[1]) * (match[2] === undefined ? 1 : perUnit) : NaN;
}
