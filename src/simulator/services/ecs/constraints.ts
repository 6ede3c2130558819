/**
 * What the ECS API demands of each input member, as published in the service's own model
 * (botocore, service-2). Data, not code: `inputValidator` reads it. Most of ECS's rules are not in
 * its model; they are where the members are used.
 */
import type { OperationConstraints } from "../input-constraints.ts";

const TAGS = { min: 0, max: 50 } as const;
const KEY = { min: 1, max: 128, pattern: "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)" } as const;
const VALUE = { min: 0, max: 256, pattern: "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)" } as const;
const SETTINGS_NAME = { enum: ["containerInsights"] } as const;
const LOGGING = { enum: ["NONE", "DEFAULT", "OVERRIDE"] } as const;
const WEIGHT = { min: 0, max: 1000, number: true } as const;
const BASE = { min: 0, max: 100000, number: true } as const;
const INCLUDE = { enum: ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"] } as const;
const AVAILABILITY_ZONE_REBALANCING = { enum: ["ENABLED", "DISABLED"] } as const;
const LAUNCH_TYPE = { enum: ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"] } as const;
const STRATEGY = { enum: ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"] } as const;
const TARGET_TYPE = { enum: ["AWS_LAMBDA", "PAUSE"] } as const;
const LIFECYCLE_STAGES = {
  enum: [
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
  ],
} as const;
const TIMEOUT_IN_MINUTES = { min: 1, max: 20160, number: true } as const;
const ACTION = { enum: ["ROLLBACK", "CONTINUE"] } as const;
const PLACEMENT_CONSTRAINTS_TYPE = { enum: ["distinctInstance", "memberOf"] } as const;
const PLACEMENT_STRATEGY_TYPE = { enum: ["random", "spread", "binpack"] } as const;
const SCHEDULING_STRATEGY = { enum: ["REPLICA", "DAEMON"] } as const;
const DEPLOYMENT_CONTROLLER_TYPE = { enum: ["ECS", "CODE_DEPLOY", "EXTERNAL"] } as const;
const PROPAGATE_TAGS = { enum: ["TASK_DEFINITION", "SERVICE", "NONE"] } as const;
const PORT = { min: 0, max: 65535, number: true } as const;
const IDLE_TIMEOUT_SECONDS = { min: 0, max: 2147483647, number: true } as const;
const LOG_DRIVER = {
  enum: ["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"],
} as const;
const ACCESS_LOG_CONFIGURATION_FORMAT = { enum: ["TEXT", "JSON"] } as const;
const INCLUDE_QUERY_PARAMETERS = { enum: ["DISABLED", "ENABLED"] } as const;
const RESOURCE_TYPE = { enum: ["volume"] } as const;
const FILESYSTEM_TYPE = { enum: ["ext3", "ext4", "xfs", "ntfs"] } as const;
const INCLUDE_2 = { enum: ["TAGS"] } as const;
const ENVIRONMENT_FILES_TYPE = { enum: ["s3"] } as const;
const ULIMITS_NAME = {
  enum: [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
  ],
} as const;
const RESOURCE_REQUIREMENTS_TYPE = { enum: ["GPU", "InferenceAccelerator"] } as const;
const OPERATING_SYSTEM_FAMILY = {
  enum: [
    "WINDOWS_SERVER_2019_FULL",
    "WINDOWS_SERVER_2019_CORE",
    "WINDOWS_SERVER_2016_FULL",
    "WINDOWS_SERVER_2004_CORE",
    "WINDOWS_SERVER_2022_CORE",
    "WINDOWS_SERVER_2022_FULL",
    "WINDOWS_SERVER_2025_CORE",
    "WINDOWS_SERVER_2025_FULL",
    "WINDOWS_SERVER_20H2_CORE",
    "LINUX",
  ],
} as const;
const STATUS = {
  enum: [
    "PENDING",
    "SUCCESSFUL",
    "STOPPED",
    "STOP_REQUESTED",
    "IN_PROGRESS",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_SUCCESSFUL",
    "ROLLBACK_FAILED",
  ],
} as const;
const NAME = {
  enum: [
    "serviceLongArnFormat",
    "taskLongArnFormat",
    "containerInstanceLongArnFormat",
    "awsvpcTrunking",
    "containerInsights",
    "fargateFIPSMode",
    "tagResourceAuthorization",
    "fargateTaskRetirementWaitPeriod",
    "guardDutyActivate",
    "defaultLogDriverMode",
    "fargateEventWindows",
  ],
} as const;

export const ECS_CONSTRAINTS: OperationConstraints = {
  CreateCluster: {
    tags: TAGS,
    "tags.*.key": KEY,
    "tags.*.value": VALUE,
    "settings.*.name": SETTINGS_NAME,
    "configuration.executeCommandConfiguration.logging": LOGGING,
    "defaultCapacityProviderStrategy.*.weight": WEIGHT,
    "defaultCapacityProviderStrategy.*.base": BASE,
  },
  UpdateCluster: {
    "settings.*.name": SETTINGS_NAME,
    "configuration.executeCommandConfiguration.logging": LOGGING,
  },
  UpdateClusterSettings: {
    "settings.*.name": SETTINGS_NAME,
  },
  PutClusterCapacityProviders: {
    "defaultCapacityProviderStrategy.*.weight": WEIGHT,
    "defaultCapacityProviderStrategy.*.base": BASE,
  },
  DescribeClusters: {
    "include.*": INCLUDE,
  },
  CreateService: {
    availabilityZoneRebalancing: AVAILABILITY_ZONE_REBALANCING,
    launchType: LAUNCH_TYPE,
    "capacityProviderStrategy.*.weight": WEIGHT,
    "capacityProviderStrategy.*.base": BASE,
    "deploymentConfiguration.strategy": STRATEGY,
    "deploymentConfiguration.lifecycleHooks.*.targetType": TARGET_TYPE,
    "deploymentConfiguration.lifecycleHooks.*.lifecycleStages.*": LIFECYCLE_STAGES,
    "deploymentConfiguration.lifecycleHooks.*.timeoutConfiguration.timeoutInMinutes": TIMEOUT_IN_MINUTES,
    "deploymentConfiguration.lifecycleHooks.*.timeoutConfiguration.action": ACTION,
    "placementConstraints.*.type": PLACEMENT_CONSTRAINTS_TYPE,
    "placementStrategy.*.type": PLACEMENT_STRATEGY_TYPE,
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": AVAILABILITY_ZONE_REBALANCING,
    schedulingStrategy: SCHEDULING_STRATEGY,
    "deploymentController.type": DEPLOYMENT_CONTROLLER_TYPE,
    tags: TAGS,
    "tags.*.key": KEY,
    "tags.*.value": VALUE,
    propagateTags: PROPAGATE_TAGS,
    "serviceConnectConfiguration.services.*.clientAliases.*.port": PORT,
    "serviceConnectConfiguration.services.*.ingressPortOverride": PORT,
    "serviceConnectConfiguration.services.*.timeout.idleTimeoutSeconds": IDLE_TIMEOUT_SECONDS,
    "serviceConnectConfiguration.services.*.timeout.perRequestTimeoutSeconds": IDLE_TIMEOUT_SECONDS,
    "serviceConnectConfiguration.logConfiguration.logDriver": LOG_DRIVER,
    "serviceConnectConfiguration.accessLogConfiguration.format": ACCESS_LOG_CONFIGURATION_FORMAT,
    "serviceConnectConfiguration.accessLogConfiguration.includeQueryParameters": INCLUDE_QUERY_PARAMETERS,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.resourceType": RESOURCE_TYPE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags": TAGS,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.key": KEY,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.value": VALUE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.propagateTags": PROPAGATE_TAGS,
    "volumeConfigurations.*.managedEBSVolume.filesystemType": FILESYSTEM_TYPE,
  },
  UpdateService: {
    "capacityProviderStrategy.*.weight": WEIGHT,
    "capacityProviderStrategy.*.base": BASE,
    "deploymentConfiguration.strategy": STRATEGY,
    "deploymentConfiguration.lifecycleHooks.*.targetType": TARGET_TYPE,
    "deploymentConfiguration.lifecycleHooks.*.lifecycleStages.*": LIFECYCLE_STAGES,
    "deploymentConfiguration.lifecycleHooks.*.timeoutConfiguration.timeoutInMinutes": TIMEOUT_IN_MINUTES,
    "deploymentConfiguration.lifecycleHooks.*.timeoutConfiguration.action": ACTION,
    availabilityZoneRebalancing: AVAILABILITY_ZONE_REBALANCING,
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": AVAILABILITY_ZONE_REBALANCING,
    "placementConstraints.*.type": PLACEMENT_CONSTRAINTS_TYPE,
    "placementStrategy.*.type": PLACEMENT_STRATEGY_TYPE,
    "deploymentController.type": DEPLOYMENT_CONTROLLER_TYPE,
    propagateTags: PROPAGATE_TAGS,
    "serviceConnectConfiguration.services.*.clientAliases.*.port": PORT,
    "serviceConnectConfiguration.services.*.ingressPortOverride": PORT,
    "serviceConnectConfiguration.services.*.timeout.idleTimeoutSeconds": IDLE_TIMEOUT_SECONDS,
    "serviceConnectConfiguration.services.*.timeout.perRequestTimeoutSeconds": IDLE_TIMEOUT_SECONDS,
    "serviceConnectConfiguration.logConfiguration.logDriver": LOG_DRIVER,
    "serviceConnectConfiguration.accessLogConfiguration.format": ACCESS_LOG_CONFIGURATION_FORMAT,
    "serviceConnectConfiguration.accessLogConfiguration.includeQueryParameters": INCLUDE_QUERY_PARAMETERS,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.resourceType": RESOURCE_TYPE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags": TAGS,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.key": KEY,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.value": VALUE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.propagateTags": PROPAGATE_TAGS,
    "volumeConfigurations.*.managedEBSVolume.filesystemType": FILESYSTEM_TYPE,
  },
  DescribeServices: {
    "include.*": INCLUDE_2,
  },
  ListServices: {
    launchType: LAUNCH_TYPE,
    schedulingStrategy: SCHEDULING_STRATEGY,
    resourceManagementType: { enum: ["CUSTOMER", "ECS"] },
  },
  RegisterTaskDefinition: {
    networkMode: { enum: ["bridge", "host", "awsvpc", "none"] },
    "containerDefinitions.*.portMappings.*.protocol": { enum: ["tcp", "udp"] },
    "containerDefinitions.*.portMappings.*.appProtocol": { enum: ["http", "http2", "grpc"] },
    "containerDefinitions.*.environmentFiles.*.type": ENVIRONMENT_FILES_TYPE,
    "containerDefinitions.*.linuxParameters.devices.*.permissions.*": { enum: ["read", "write", "mknod"] },
    "containerDefinitions.*.dependsOn.*.condition": { enum: ["START", "COMPLETE", "SUCCESS", "HEALTHY"] },
    "containerDefinitions.*.versionConsistency": { enum: ["enabled", "disabled"] },
    "containerDefinitions.*.ulimits.*.name": ULIMITS_NAME,
    "containerDefinitions.*.logConfiguration.logDriver": LOG_DRIVER,
    "containerDefinitions.*.resourceRequirements.*.type": RESOURCE_REQUIREMENTS_TYPE,
    "containerDefinitions.*.firelensConfiguration.type": { enum: ["fluentd", "fluentbit"] },
    "volumes.*.dockerVolumeConfiguration.scope": { enum: ["task", "shared"] },
    "volumes.*.efsVolumeConfiguration.transitEncryption": AVAILABILITY_ZONE_REBALANCING,
    "volumes.*.efsVolumeConfiguration.authorizationConfig.iam": AVAILABILITY_ZONE_REBALANCING,
    "placementConstraints.*.type": { enum: ["memberOf"] },
    "requiresCompatibilities.*": LAUNCH_TYPE,
    tags: TAGS,
    "tags.*.key": KEY,
    "tags.*.value": VALUE,
    pidMode: { enum: ["host", "task"] },
    ipcMode: { enum: ["host", "task", "none"] },
    "proxyConfiguration.type": { enum: ["APPMESH"] },
    "runtimePlatform.cpuArchitecture": { enum: ["X86_64", "ARM64"] },
    "runtimePlatform.operatingSystemFamily": OPERATING_SYSTEM_FAMILY,
  },
  DescribeTaskDefinition: {
    "include.*": INCLUDE_2,
  },
  ListTaskDefinitions: {
    status: { enum: ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"] },
    sort: { enum: ["ASC", "DESC"] },
  },
  ListTaskDefinitionFamilies: {
    status: { enum: ["ACTIVE", "INACTIVE", "ALL"] },
  },
  RunTask: {
    "capacityProviderStrategy.*.weight": WEIGHT,
    "capacityProviderStrategy.*.base": BASE,
    launchType: LAUNCH_TYPE,
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": AVAILABILITY_ZONE_REBALANCING,
    "overrides.containerOverrides.*.environmentFiles.*.type": ENVIRONMENT_FILES_TYPE,
    "overrides.containerOverrides.*.resourceRequirements.*.type": RESOURCE_REQUIREMENTS_TYPE,
    "placementConstraints.*.type": PLACEMENT_CONSTRAINTS_TYPE,
    "placementStrategy.*.type": PLACEMENT_STRATEGY_TYPE,
    propagateTags: PROPAGATE_TAGS,
    tags: TAGS,
    "tags.*.key": KEY,
    "tags.*.value": VALUE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.resourceType": RESOURCE_TYPE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags": TAGS,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.key": KEY,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.tags.*.value": VALUE,
    "volumeConfigurations.*.managedEBSVolume.tagSpecifications.*.propagateTags": PROPAGATE_TAGS,
    "volumeConfigurations.*.managedEBSVolume.filesystemType": FILESYSTEM_TYPE,
  },
  DescribeTasks: {
    "include.*": INCLUDE_2,
  },
  ListTasks: {
    desiredStatus: { enum: ["RUNNING", "PENDING", "STOPPED"] },
    launchType: LAUNCH_TYPE,
  },
  ListServiceDeployments: {
    "status.*": STATUS,
  },
  StopServiceDeployment: {
    stopType: { enum: ["ABORT", "ROLLBACK"] },
  },
  TagResource: {
    tags: TAGS,
    "tags.*.key": KEY,
    "tags.*.value": VALUE,
  },
  UntagResource: {
    "tagKeys.*": KEY,
  },
  PutAccountSetting: {
    name: NAME,
  },
  PutAccountSettingDefault: {
    name: NAME,
  },
  DeleteAccountSetting: {
    name: NAME,
  },
  ListAccountSettings: {
    name: NAME,
  },
};
