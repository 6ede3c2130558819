import { ecsFamilyKey, ecsServiceKey, type ReconcileKey } from "../model/keys.ts";
import { type Fields, fieldsOf, text } from "./fields.ts";

/** Keys that an event concerns; "irrelevant" = none can be; "unknown" = there may be some, but it does not say which. */
type Found = ReconcileKey[] | "unknown" | "irrelevant";

interface Place {
  account: string;
  region: string;
}

/** What ECS takes a call without a cluster to mean. */
const DEFAULT_CLUSTER = "default";

/** ECS's calls that concern a service, or a family of task definitions; all others concern nobody. */
export const ECS_CALLS: readonly string[] = [
  "CreateService",
  "UpdateService",
  "DeleteService",
  "CreateTaskSet",
  "UpdateTaskSet",
  "DeleteTaskSet",
  "UpdateServicePrimaryTaskSet",
  "StopServiceDeployment",
  "RegisterTaskDefinition",
  "DeregisterTaskDefinition",
  "DeleteTaskDefinitions",
  "TagResource",
  "UntagResource",
];

/**
 * The service or family that a call was about. A service's key comes from the answer, which has full names, and
 * from the request where the answer is missing: by bare name, short ARN or long ARN, with or without a cluster.
 */
export function keysOfEcsCall(eventName: string, request: Fields, response: Fields, here: Place): Found {
  if (eventName.includes("TaskDefinition")) return familiesOfCall(request, response, here);
  if (eventName === "UpdateService" && isScaling(request)) return "irrelevant";
  const tagged = text(request, "resourceArn");
  if (tagged !== undefined) return keyOfTagged(tagged, here);
  const deployment = text(request, "serviceDeploymentArn") ?? text(response, "serviceDeploymentArn");
  if (deployment !== undefined)
    return asFound(serviceOf(deployment.replace(":service-deployment/", ":service/"), undefined, here));
  const answered = fieldsOf(response["service"]);
  const service = text(answered, "serviceArn") ?? text(request, "service") ?? text(request, "serviceName");
  const cluster = text(answered, "clusterArn") ?? text(request, "cluster") ?? DEFAULT_CLUSTER;
  return service === undefined ? "unknown" : asFound(serviceOf(service, cluster, here));
}

/**
 * True if nothing but the number of tasks was given: that starts no deployment, and with automatic scaling it is given
 * all day long (AWS-FACTS 3.3).
 */
function isScaling(request: Fields): boolean {
  const given = Object.keys(request).filter((name) => name !== "cluster" && name !== "service");
  return given.join() === "desiredCount";
}

/** By others, too: a family binding's base is the newest revision, whoever registered it. */
function familiesOfCall(request: Fields, response: Fields, here: Place): Found {
  const several = request["taskDefinitions"];
  const given: unknown[] = Array.isArray(several)
    ? several
    : [
        text(fieldsOf(response["taskDefinition"]), "taskDefinitionArn") ??
          text(request, "family") ??
          text(request, "taskDefinition"),
      ];
  const keys = given.flatMap((one) => (typeof one === "string" ? (familyOf(one, here) ?? []) : []));
  return keys.length === 0 ? "unknown" : keys;
}

function keyOfTagged(resource: string, here: Place): Found {
  if (resource.includes(":task-definition/")) return asFound(familyOf(resource, here));
  // A tag on a service changes nothing that a reconciler looks at, and tasks and clusters are nobody's.
  return "irrelevant";
}

/**
 * What the reconcilers act on among ECS's own events, which have no actor: CloudTrail's event of the call that
 * caused them names one.
 *
 * - every step of a deployment: begun, completed, failed;
 * - a service's actions that say that its tasks do not start, or that a task set has all of them. That a service is
 *   steady is said again and again, and that it was scaled changes no mount;
 * - a task that could not start, for the service's or the family's sake.
 */
export function keysOfEcsState(
  event: { "detail-type"?: unknown; resources?: unknown; detail?: unknown },
  here: Place,
): Found {
  const detail = fieldsOf(event.detail);
  const resource: unknown = Array.isArray(event.resources) ? event.resources[0] : undefined;
  const service = typeof resource === "string" ? serviceOf(resource, text(detail, "clusterArn"), here) : undefined;
  switch (event["detail-type"]) {
    case "ECS Deployment State Change":
      return asFound(service);
    case "ECS Service Action":
      return TELLING_ACTIONS.includes(text(detail, "eventName") ?? "") ? asFound(service) : "irrelevant";
    case "ECS Task State Change":
      return text(detail, "stopCode") === FAILED_TO_START ? keysOfTask(detail, here) : "irrelevant";
    default:
      return "irrelevant";
  }
}

/** Of deployments that others control, nothing but its task sets' steadiness tells that one has ended. */
export const TELLING_ACTIONS: readonly string[] = [
  "SERVICE_TASK_START_IMPAIRED",
  "SERVICE_TASK_CONFIGURATION_FAILURE",
  "TASKSET_STEADY_STATE",
];
export const FAILED_TO_START = "TaskFailedToStart";

/** A service's tasks are of its group; all others count for their family, whatever group they were started with. */
function keysOfTask(detail: Fields, here: Place): Found {
  const group = text(detail, "group");
  if (group?.startsWith("service:") === true)
    return asFound(serviceOf(group.slice("service:".length), text(detail, "clusterArn"), here));
  const revision = text(detail, "taskDefinitionArn");
  return revision === undefined ? "unknown" : asFound(familyOf(revision, here));
}

function asFound(key: ReconcileKey | undefined): Found {
  return key === undefined ? "unknown" : [key];
}

const NAME = "[A-Za-z0-9_-]{1,255}";
const SERVICE = new RegExp(
  `^(?:arn:[a-z-]+:ecs:([a-z0-9-]+):(\\d{12}):(?:service|task-set)/)?(?:(${NAME})/)?(${NAME})(?:/${NAME}){0,2}$`,
);
const FAMILY = new RegExp(`^(?:arn:[a-z-]+:ecs:([a-z0-9-]+):(\\d{12}):task-definition/)?(${NAME})(?::\\d+)?$`);

/**
 * @param given a name, a short ARN (`…:service/web`), a long one (`…:service/prod/web`), or a deployment's
 *   (`…/prod/web/<id>`), or a task set's (`…:task-set/prod/web/ecs-svc/<number>`).
 * @param cluster a name or an ARN, for the forms that do not say it.
 */
function serviceOf(given: string, cluster: string | undefined, here: Place): ReconcileKey | undefined {
  const match = SERVICE.exec(given);
  const inCluster = match?.[3] ?? (cluster === undefined ? undefined : cluster.slice(cluster.lastIndexOf("/") + 1));
  if (match === null || inCluster === undefined || !new RegExp(`^${NAME}$`).test(inCluster)) return undefined;
  const [, region = here.region, account = here.account, , service = ""] = match;
  return ecsServiceKey({ region, account, cluster: inCluster, service });
}

/** @param given a family, `family:revision`, or the ARN of either. */
function familyOf(given: string, here: Place): ReconcileKey | undefined {
  const match = FAMILY.exec(given);
  if (match === null) return undefined;
  const [, region = here.region, account = here.account, family = ""] = match;
  return ecsFamilyKey({ region, account, family });
}
