import {
  ABSENT,
  answers,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  issue,
  length,
  oneOf,
  reference,
  type Call,
} from "../behaviour.ts";

const ecs = callsOf("ecs");
const api = reference("ecs");

const APP = { name: "app", image: "app:1", memory: 64 };
const register = (more: Record<string, unknown> = {}, remember: Record<string, string> = {}): Call =>
  ecs("RegisterTaskDefinition", { family: "$own", containerDefinitions: [APP], ...more }, remember);
const describe = ecs("DescribeTaskDefinition", { taskDefinition: "$own" });
const withVolume = (efsVolumeConfiguration: object, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  volumes: [{ name: "data", efsVolumeConfiguration }],
  containerDefinitions: [{ ...APP, mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }],
  ...more,
});
const FILE_SYSTEM = { fileSystemId: "fs-0123456789abcdef0" };
const POINT = { accessPointId: "fsap-0123456789abcdef0" };
const volumePath = "taskDefinition.volumes.0.efsVolumeConfiguration";
const refused = fails(["ClientException", "InvalidParameterException"], 400);

const REVISIONS = behavioursOf("ecs", {
  "register-first": {
    states: "The first revision of a family is 1 and ACTIVE; its ARN ends with family:1.",
    sources: api("RegisterTaskDefinition"),
    when: register(),
    expects: answers({
      "taskDefinition.revision": 1,
      "taskDefinition.status": "ACTIVE",
      "taskDefinition.family": "$own",
      "taskDefinition.taskDefinitionArn": /:task-definition\/[^/]+:1$/,
    }),
  },
  "register-again": {
    states: "Registering the same again makes revision 2: there is no client token.",
    sources: api("RegisterTaskDefinition"),
    given: [register()],
    when: register(),
    expects: answers({ "taskDefinition.revision": 2 }),
  },
  "describe-family": {
    states: "A family without a revision stands for its newest ACTIVE one.",
    sources: api("DescribeTaskDefinition"),
    given: [register(), register(), ecs("DeregisterTaskDefinition", { taskDefinition: "$own:2" })],
    when: describe,
    expects: answers({ "taskDefinition.revision": 1 }),
  },
  "describe-unknown-definition": {
    states: "A task definition that does not exist: ClientException.",
    sources: api("DescribeTaskDefinition"),
    when: ecs("DescribeTaskDefinition", { taskDefinition: "mooring-probe-nothing" }),
    expects: fails("ClientException", 400, { message: /^Unable to describe task definition/ }),
  },
  "tags-on-demand": {
    states: "Tags come beside the task definition, and only if they are asked for.",
    sources: api("DescribeTaskDefinition"),
    given: [register({ tags: [{ key: "team", value: "media" }] })],
    when: describe,
    expects: answers({ tags: EMPTY, "taskDefinition.revision": 1 }),
  },
  "tags-included": {
    states: "With include TAGS the tags come.",
    sources: api("DescribeTaskDefinition"),
    given: [register({ tags: [{ key: "team", value: "media" }] })],
    when: ecs("DescribeTaskDefinition", { taskDefinition: "$own", include: ["TAGS"] }),
    expects: answers({ "tags.0.key": "team", "tags.0.value": "media" }),
  },
  deregistered: {
    states: "A deregistered revision is INACTIVE and can still be described.",
    sources: api("DeregisterTaskDefinition"),
    given: [register(), ecs("DeregisterTaskDefinition", { taskDefinition: "$own:1" })],
    when: ecs("DescribeTaskDefinition", { taskDefinition: "$own:1" }),
    expects: answers({ "taskDefinition.status": "INACTIVE" }),
  },
  "revision-after-deregistration": {
    states: "Numbers of revisions are not used again.",
    sources: docs("AmazonECS/latest/developerguide/task-definition-considerations.html"),
    given: [register(), ecs("DeregisterTaskDefinition", { taskDefinition: "$own:1" })],
    when: register(),
    expects: answers({ "taskDefinition.revision": 2 }),
  },
  "delete-active-definition": {
    states: "Only INACTIVE revisions can be deleted: an ACTIVE one is among the failures.",
    evidence: "unverified",
    sources: api("DeleteTaskDefinitions"),
    given: [register()],
    when: ecs("DeleteTaskDefinitions", { taskDefinitions: ["$own:1"] }),
    expects: answers({ failures: length(1), taskDefinitions: EMPTY }),
  },
  "definitions-of-family": {
    states: "ListTaskDefinitions of a family lists its ACTIVE revisions, the newest first if sorted DESC.",
    sources: api("ListTaskDefinitions"),
    given: [register(), register()],
    when: ecs("ListTaskDefinitions", { familyPrefix: "$own", sort: "DESC" }),
    expects: answers({ taskDefinitionArns: length(2), "taskDefinitionArns.0": /:2$/ }),
  },
  "definitions-page": {
    states: "maxResults limits the page, and nextToken leads on.",
    sources: api("ListTaskDefinitions"),
    given: [register(), register()],
    when: ecs("ListTaskDefinitions", { familyPrefix: "$own", maxResults: 1 }),
    expects: answers({ taskDefinitionArns: length(1), nextToken: /./ }),
  },
  "register-without-containers": {
    states: "A task definition without containers is refused.",
    sources: api("RegisterTaskDefinition"),
    when: register({ containerDefinitions: [] }),
    expects: refused,
  },
  "fargate-without-size": {
    states: "A task definition for Fargate needs cpu and memory.",
    sources: docs("AmazonECS/latest/developerguide/task_definition_parameters.html"),
    when: register({ requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc" }),
    expects: refused,
  },
  "fargate-odd-size": {
    states: "Fargate refuses cpu and memory that do not go together.",
    sources: docs("AmazonECS/latest/developerguide/task_definition_parameters.html"),
    when: register({ requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", cpu: "256", memory: "30720" }),
    expects: refused,
  },
  "container-without-memory": {
    states: "Without memory of the task, a container needs memory or memoryReservation.",
    sources: api("ContainerDefinition"),
    when: register({ containerDefinitions: [{ name: "app", image: "app:1" }] }),
    expects: refused,
  },
  "mount-point-without-volume": {
    states: "A mount point must name a volume of the task definition.",
    sources: api("MountPoint"),
    when: register({
      containerDefinitions: [{ ...APP, mountPoints: [{ sourceVolume: "none", containerPath: "/data" }] }],
    }),
    expects: refused,
  },
  "essential-by-default": {
    states: "A container that says nothing of it is essential.",
    sources: api("ContainerDefinition"),
    given: [register()],
    when: describe,
    expects: answers({ "taskDefinition.containerDefinitions.0.essential": true }),
  },
});

const VOLUMES = behavioursOf("ecs", {
  "efs-volume-read-back": {
    states: "An EFS volume is read back with its access point, IAM and TLS.",
    sources: api("EFSVolumeConfiguration"),
    given: [
      register(
        withVolume(
          { ...FILE_SYSTEM, transitEncryption: "ENABLED", authorizationConfig: { ...POINT, iam: "ENABLED" } },
          { taskRoleArn: "$role" },
        ),
      ),
    ],
    when: describe,
    expects: answers({
      [`${volumePath}.fileSystemId`]: FILE_SYSTEM.fileSystemId,
      [`${volumePath}.transitEncryption`]: "ENABLED",
      [`${volumePath}.authorizationConfig.accessPointId`]: POINT.accessPointId,
      [`${volumePath}.authorizationConfig.iam`]: "ENABLED",
    }),
  },
  "efs-volume-root-directory": {
    states: 'A volume that names no root directory is read back with "/".',
    evidence: "reported",
    sources: issue("hashicorp/terraform-provider-aws", 19_549),
    given: [register(withVolume({ ...FILE_SYSTEM, transitEncryption: "ENABLED", authorizationConfig: POINT }))],
    when: describe,
    expects: answers({ [`${volumePath}.rootDirectory`]: "/" }),
  },
  "access-point-with-other-root": {
    states: 'With an access point the root directory must be "/" or left out.',
    sources: api("EFSVolumeConfiguration"),
    when: register(
      withVolume({ ...FILE_SYSTEM, rootDirectory: "/app", transitEncryption: "ENABLED", authorizationConfig: POINT }),
    ),
    expects: refused,
  },
  "access-point-with-root": {
    states: '"/" is allowed with an access point.',
    sources: api("EFSVolumeConfiguration"),
    when: register(
      withVolume({ ...FILE_SYSTEM, rootDirectory: "/", transitEncryption: "ENABLED", authorizationConfig: POINT }),
    ),
    expects: answers({ "taskDefinition.revision": 1 }),
  },
  "access-point-without-tls": {
    states: "An access point needs transitEncryption ENABLED.",
    sources: api("EFSAuthorizationConfig"),
    when: register(withVolume({ ...FILE_SYSTEM, authorizationConfig: POINT })),
    expects: refused,
  },
  "iam-without-tls": {
    states: "IAM needs transitEncryption ENABLED.",
    sources: api("EFSAuthorizationConfig"),
    when: register(withVolume({ ...FILE_SYSTEM, authorizationConfig: { iam: "ENABLED" } }, { taskRoleArn: "$role" })),
    expects: refused,
  },
  "mount-point-read-back": {
    states: "A mount point is read back; readOnly is false, or absent, where it was not given.",
    sources: api("MountPoint"),
    given: [register(withVolume(FILE_SYSTEM))],
    when: describe,
    expects: answers({
      "taskDefinition.containerDefinitions.0.mountPoints.0.containerPath": "/data",
      "taskDefinition.containerDefinitions.0.mountPoints.0.readOnly": {
        is: "false or absent",
        accepts: (value) => value === false || value === undefined,
      },
    }),
  },
  "two-kinds-of-volume": {
    states: "A volume is of one kind only.",
    sources: api("Volume"),
    when: register({
      volumes: [{ name: "data", efsVolumeConfiguration: FILE_SYSTEM, host: { sourcePath: "/data" } }],
    }),
    expects: refused,
  },
  "two-volumes-of-one-name": {
    states: "Two volumes of one name are refused.",
    evidence: "unverified",
    sources: api("Volume"),
    when: register({
      volumes: [
        { name: "data", efsVolumeConfiguration: FILE_SYSTEM },
        { name: "data", efsVolumeConfiguration: FILE_SYSTEM },
      ],
    }),
    expects: refused,
  },
  "launch-type-of-definition": {
    states: "requiresCompatibilities is absent where it was not given; compatibilities says what would do.",
    sources: api("TaskDefinition"),
    given: [register()],
    when: describe,
    expects: answers({ "taskDefinition.requiresCompatibilities": EMPTY, "taskDefinition.cpu": ABSENT }),
  },
  "fargate-network-mode": {
    states: "On Fargate the network mode has to be awsvpc.",
    sources: api("RegisterTaskDefinition"),
    when: register({ requiresCompatibilities: ["FARGATE"], networkMode: "bridge", cpu: "256", memory: "512" }),
    expects: refused,
  },
});

const CLUSTERS = behavioursOf("ecs", {
  "cluster-again": {
    states: "Creating a cluster of a name that is there answers that cluster.",
    evidence: "unverified",
    sources: api("CreateCluster"),
    given: [ecs("CreateCluster", { clusterName: "$own" }, { clusterArn: "cluster.clusterArn" })],
    when: ecs("CreateCluster", { clusterName: "$own" }),
    expects: answers({ "cluster.clusterArn": "$clusterArn", "cluster.status": "ACTIVE" }),
  },
  "describe-unknown-cluster": {
    states: "A cluster that does not exist is a failure MISSING in an answer with status 200.",
    sources: [api("DescribeClusters"), docs("AmazonECS/latest/developerguide/api_failures_messages.html")],
    when: ecs("DescribeClusters", { clusters: ["mooring-probe-nothing"] }),
    expects: answers({ clusters: EMPTY, "failures.0.reason": "MISSING" }),
  },
  "deleted-cluster": {
    states: "A deleted cluster is INACTIVE, or gone.",
    sources: api("DeleteCluster"),
    given: [ecs("CreateCluster", { clusterName: "$own" })],
    when: ecs("DeleteCluster", { cluster: "$own" }),
    expects: answers({ "cluster.status": oneOf("INACTIVE", "DEPROVISIONING") }),
  },
  "delete-unknown-cluster": {
    states: "Deleting a cluster that does not exist: ClusterNotFoundException.",
    sources: api("DeleteCluster"),
    when: ecs("DeleteCluster", { cluster: "mooring-probe-nothing" }),
    expects: fails("ClusterNotFoundException", 400, { message: /^Cluster not found/ }),
  },
});

export const ECS_DEFINITIONS = [...REVISIONS, ...VOLUMES, ...CLUSTERS];
