import {
  answers,
  atLeast,
  behavioursOf,
  callsOf,
  docs,
  EMPTY,
  fails,
  issue,
  length,
  oneOf,
  reference,
  until,
  type Call,
} from "../behaviour.ts";

const ecs = callsOf("ecs");
const api = reference("ecs");

/** Fargate, so that no container instance is needed; wanting no tasks, so that none has to run anywhere. */
const DEFINITION: Call = ecs(
  "RegisterTaskDefinition",
  {
    family: "$own",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "app", image: "app:1" }],
  },
  { revision: "taskDefinition.taskDefinitionArn" },
);
const NETWORK = { awsvpcConfiguration: { subnets: ["$subnet"], securityGroups: ["$group"] } };
const create = (more: Record<string, unknown> = {}): Call =>
  ecs("CreateService", {
    cluster: "$cluster",
    serviceName: "$own",
    taskDefinition: "$own",
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    ...more,
  });
const describe = ecs("DescribeServices", { cluster: "$cluster", services: ["$own"] });
const update = (input: Record<string, unknown>): Call =>
  ecs("UpdateService", { cluster: "$cluster", service: "$own", ...input });
const complete = until(describe, answers({ "services.0.deployments.0.rolloutState": "COMPLETED" }));

const SERVICES = behavioursOf("ecs", {
  "create-service": {
    states: "A new service is ACTIVE with one PRIMARY deployment of its revision.",
    sources: api("CreateService"),
    given: [DEFINITION],
    when: create(),
    expects: answers({
      "service.status": "ACTIVE",
      "service.deployments": length(1),
      "service.deployments.0.status": "PRIMARY",
      "service.deployments.0.taskDefinition": "$revision",
      "service.deployments.0.rolloutState": oneOf("IN_PROGRESS", "COMPLETED"),
      "service.taskDefinition": "$revision",
    }),
  },
  "service-arn": {
    states: "A service's ARN holds the name of its cluster.",
    sources: docs("AmazonECS/latest/developerguide/ecs-account-settings.html"),
    given: [DEFINITION],
    when: create(),
    expects: answers({ "service.serviceArn": /:service\/[^/]+\/[^/]+$/ }),
  },
  "rollout-completes": {
    states: "A rollout becomes COMPLETED by itself.",
    sources: api("Deployment"),
    given: [DEFINITION, create()],
    when: describe,
    eventually: true,
    expects: answers({ "services.0.deployments": length(1), "services.0.deployments.0.rolloutState": "COMPLETED" }),
  },
  "service-exists": {
    states: "A name that is taken, with other parameters: Creation of service was not idempotent.",
    sources: issue("hashicorp/terraform-provider-aws", 14_489),
    evidence: "reported",
    given: [DEFINITION, create()],
    when: create({ desiredCount: 1 }),
    expects: fails("InvalidParameterException", 400, { message: /Creation of service was not idempotent/ }),
  },
  "service-in-unknown-cluster": {
    states: "A service in a cluster that does not exist: ClusterNotFoundException.",
    sources: api("CreateService"),
    given: [DEFINITION],
    when: create({ cluster: "mooring-probe-nothing" }),
    expects: fails("ClusterNotFoundException", 400, { message: /^Cluster not found/ }),
  },
  "service-of-unknown-definition": {
    states: "A service of a task definition that does not exist: ClientException.",
    sources: api("CreateService"),
    when: create({ taskDefinition: "mooring-probe-nothing" }),
    expects: fails("ClientException", 400, { message: /^TaskDefinition not found/ }),
  },
  "awsvpc-without-network": {
    states: "A service of network mode awsvpc needs a network configuration.",
    sources: api("CreateService"),
    given: [DEFINITION],
    when: create({ networkConfiguration: undefined }),
    expects: fails("InvalidParameterException", 400, { message: /network configuration/i }),
  },
  "describe-unknown-service": {
    states: "A service that does not exist is a failure MISSING in an answer with status 200.",
    sources: [api("DescribeServices"), docs("AmazonECS/latest/developerguide/api_failures_messages.html")],
    when: ecs("DescribeServices", { cluster: "$cluster", services: ["mooring-probe-nothing"] }),
    expects: answers({ services: EMPTY, "failures.0.reason": "MISSING" }),
  },
  "describe-in-unknown-cluster": {
    states: "Services of a cluster that does not exist: ClusterNotFoundException.",
    sources: api("DescribeServices"),
    when: ecs("DescribeServices", { cluster: "mooring-probe-nothing", services: ["a"] }),
    expects: fails("ClusterNotFoundException", 400),
  },
  "eleven-services": {
    states: "More than ten services cannot be described at once.",
    sources: api("DescribeServices"),
    when: ecs("DescribeServices", { cluster: "$cluster", services: Array.from({ length: 11 }, (_, n) => `s${n}`) }),
    expects: fails(["InvalidParameterException", "ClientException"], 400),
  },
  "no-services": {
    states: "DescribeServices without services is refused.",
    sources: api("DescribeServices"),
    when: ecs("DescribeServices", { cluster: "$cluster", services: [] }),
    expects: fails("InvalidParameterException", 400),
  },
  "services-page": {
    states: "ListServices keeps to maxResults, and nextToken leads on.",
    sources: api("ListServices"),
    given: [DEFINITION, create(), create({ serviceName: "$own-b" })],
    when: ecs("ListServices", { cluster: "$cluster", maxResults: 1 }),
    expects: answers({ serviceArns: length(1), nextToken: /./ }),
  },
  "list-in-unknown-cluster": {
    states: "Listing the services of a cluster that does not exist: ClusterNotFoundException.",
    sources: api("ListServices"),
    when: ecs("ListServices", { cluster: "mooring-probe-nothing" }),
    expects: fails("ClusterNotFoundException", 400),
  },
  "delete-cluster-with-services": {
    states: "A cluster with a service cannot be deleted: ClusterContainsServicesException.",
    sources: api("DeleteCluster"),
    given: [DEFINITION, create()],
    when: ecs("DeleteCluster", { cluster: "$cluster" }),
    expects: fails("ClusterContainsServicesException", 400),
  },
  "delete-service-that-wants-tasks": {
    states: "A service that wants tasks is deleted only with force.",
    sources: api("DeleteService"),
    given: [DEFINITION, create({ desiredCount: 1 })],
    when: ecs("DeleteService", { cluster: "$cluster", service: "$own" }),
    expects: fails("InvalidParameterException", 400, { message: /cannot be stopped while/i }),
  },
  "deleted-service": {
    states: "A deleted service is DRAINING, then INACTIVE, and still described for a while.",
    sources: api("DeleteService"),
    given: [DEFINITION, create(), ecs("DeleteService", { cluster: "$cluster", service: "$own" })],
    when: describe,
    expects: answers({ "services.0.status": oneOf("DRAINING", "INACTIVE") }),
  },
});

const DEPLOYMENTS = behavioursOf("ecs", {
  "update-unknown-service": {
    states: "Updating a service that does not exist: ServiceNotFoundException.",
    sources: api("UpdateService"),
    when: update({ service: "mooring-probe-nothing", desiredCount: 0 }),
    expects: fails("ServiceNotFoundException", 400),
  },
  "new-revision-deploys": {
    states: "Another task definition starts a deployment: it becomes PRIMARY.",
    sources: api("UpdateService"),
    given: [DEFINITION, create(), complete, DEFINITION],
    when: update({ taskDefinition: "$revision" }),
    expects: answers({
      "service.taskDefinition": "$revision",
      "service.deployments.0.status": "PRIMARY",
      "service.deployments.0.taskDefinition": "$revision",
      "service.deployments.0.rolloutState": "IN_PROGRESS",
    }),
  },
  "old-deployment-stays-active": {
    states: "The deployment before stays ACTIVE until the rollout is complete.",
    sources: api("Deployment"),
    given: [DEFINITION, create(), complete, DEFINITION],
    when: update({ taskDefinition: "$revision" }),
    expects: answers({ "service.deployments": length(2), "service.deployments.1.status": "ACTIVE" }),
  },
  "new-revision-completes": {
    states: "Once complete, the new deployment is the only one.",
    sources: api("Deployment"),
    given: [DEFINITION, create(), complete, DEFINITION, update({ taskDefinition: "$revision" })],
    when: describe,
    eventually: true,
    expects: answers({
      "services.0.deployments": length(1),
      "services.0.deployments.0.taskDefinition": "$revision",
      "services.0.deployments.0.rolloutState": "COMPLETED",
    }),
  },
  "inactive-revision": {
    states: "A service cannot be updated to an INACTIVE revision, at least ten minutes after its deregistration.",
    evidence: "unverified",
    sources: api("DeregisterTaskDefinition"),
    given: [
      DEFINITION,
      create(),
      complete,
      DEFINITION,
      ecs("DeregisterTaskDefinition", { taskDefinition: "$revision" }),
    ],
    when: update({ taskDefinition: "$revision" }),
    expects: fails("ClientException", 400, { message: /inactive/i }),
  },
  "count-starts-no-deployment": {
    states: "Another desired count starts no deployment.",
    sources: api("UpdateService"),
    given: [DEFINITION, create(), complete, until(describe, answers({ "services.0.deployments": length(1) }))],
    when: update({ desiredCount: 0 }),
    expects: answers({ "service.deployments": length(1) }),
  },
  "forced-deployment": {
    states: "forceNewDeployment starts a deployment of the same revision.",
    sources: api("UpdateService"),
    given: [DEFINITION, create(), complete],
    when: update({ forceNewDeployment: true }),
    expects: answers({
      "service.deployments.0.status": "PRIMARY",
      "service.deployments.0.rolloutState": "IN_PROGRESS",
    }),
  },
  "circuit-breaker-read-back": {
    states: "The circuit breaker is read back; percentages have the documented defaults of 100 and 200.",
    sources: api("DeploymentConfiguration"),
    given: [
      DEFINITION,
      create({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } }),
    ],
    when: describe,
    expects: answers({
      "services.0.deploymentConfiguration.deploymentCircuitBreaker.rollback": true,
      "services.0.deploymentConfiguration.minimumHealthyPercent": 100,
      "services.0.deploymentConfiguration.maximumPercent": 200,
    }),
  },
  "platform-version": {
    states: "A Fargate service says its platform family and version.",
    sources: api("Service"),
    given: [DEFINITION, create()],
    when: describe,
    expects: answers({ "services.0.platformVersion": /./, "services.0.launchType": "FARGATE" }),
  },
});

const run = (more: Record<string, unknown> = {}, remember: Record<string, string> = {}): Call =>
  ecs(
    "RunTask",
    { cluster: "$cluster", taskDefinition: "$own", launchType: "FARGATE", networkConfiguration: NETWORK, ...more },
    remember,
  );

const TASKS = behavioursOf("ecs", {
  "run-task": {
    states: "RunTask answers the task it starts, of the newest revision.",
    sources: api("RunTask"),
    given: [DEFINITION],
    when: run({ startedBy: "probe" }),
    expects: answers({
      tasks: length(1),
      failures: EMPTY,
      "tasks.0.taskDefinitionArn": "$revision",
      "tasks.0.startedBy": "probe",
    }),
  },
  "run-task-again": {
    states: "The same client token and parameters answer the same task.",
    sources: api("RunTask"),
    given: [DEFINITION, run({ clientToken: "$own" }, { task: "tasks.0.taskArn" })],
    when: run({ clientToken: "$own" }),
    expects: answers({ "tasks.0.taskArn": "$task" }),
  },
  "run-task-token-other-parameters": {
    states: "The same client token with other parameters: ConflictException.",
    sources: api("RunTask"),
    given: [DEFINITION, run({ clientToken: "$own" })],
    when: run({ clientToken: "$own", startedBy: "other" }),
    expects: fails("ConflictException", 400),
  },
  "eleven-tasks": {
    states: "More than ten tasks cannot be run at once.",
    sources: api("RunTask"),
    given: [DEFINITION],
    when: run({ count: 11 }),
    expects: fails("InvalidParameterException", 400),
  },
  "run-unknown-definition": {
    states: "Running a task definition that does not exist: ClientException.",
    sources: api("RunTask"),
    when: run({ taskDefinition: "mooring-probe-nothing" }),
    expects: fails("ClientException", 400),
  },
  "list-tasks-of-unknown-cluster": {
    states: "Tasks of a cluster that does not exist: ClusterNotFoundException.",
    sources: api("ListTasks"),
    when: ecs("ListTasks", { cluster: "mooring-probe-nothing" }),
    expects: fails("ClusterNotFoundException", 400),
  },
  "tasks-by-starter": {
    states: "ListTasks finds tasks by startedBy.",
    sources: api("ListTasks"),
    given: [DEFINITION, run({ startedBy: "$own" })],
    when: ecs("ListTasks", { cluster: "$cluster", startedBy: "$own" }),
    expects: answers({ taskArns: length(1) }),
  },
  "describe-unknown-task": {
    states: "A task that does not exist is a failure MISSING.",
    sources: [api("DescribeTasks"), docs("AmazonECS/latest/developerguide/api_failures_messages.html")],
    when: ecs("DescribeTasks", { cluster: "$cluster", tasks: ["00000000000000000000000000000000"] }),
    expects: answers({ tasks: EMPTY, "failures.0.reason": "MISSING" }),
  },
  "stopped-task": {
    states: "A stopped task ends as STOPPED by UserInitiated, with the reason that was given.",
    sources: api("Task"),
    given: [
      DEFINITION,
      run({}, { task: "tasks.0.taskArn" }),
      ecs("StopTask", { cluster: "$cluster", task: "$task", reason: "probe" }),
    ],
    when: ecs("DescribeTasks", { cluster: "$cluster", tasks: ["$task"] }),
    eventually: true,
    expects: answers({
      "tasks.0.lastStatus": "STOPPED",
      "tasks.0.stopCode": "UserInitiated",
      "tasks.0.version": atLeast(1),
    }),
  },
});

export const ECS_SERVICES = [...SERVICES, ...DEPLOYMENTS, ...TASKS];
