import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  type Failure,
  ListClustersCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Tag,
  type TaskDefinition,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../model/errors.ts";
import type { ObservedTask, ObservedTaskDefinition } from "../model/observations.ts";
import { observedTaskDefinition, registerInputOf } from "../model/task-definition.ts";
import { orNullIf, requestIdOf } from "./answers.ts";
import type { Ecs } from "./aws.ts";
import type { Call } from "./call.ts";
import { lastSegment, observedService, observedTask } from "./ecs-observed.ts";
import { readAllPages } from "./paging.ts";
import { keepWholeAnswer, sendWhole } from "./whole-bodies.ts";

/** ECS's own maxima: names in one DescribeServices, tasks in one DescribeTasks, and items in a list's page. */
const SERVICES_PER_CALL = 10;
const TASKS_PER_CALL = 100;
const PER_PAGE = 100;

const NO_CLUSTER = "ClusterNotFoundException";

type Client = Pick<ECSClient, "send">;

/**
 * ECS's control plane of one account and region.
 *
 * @param once a client that repeats nothing: RegisterTaskDefinition knows no client token, and where its reply is
 *   lost a repetition would register a second revision.
 */
export function createEcs(client: Client, call: Call, once: Client = client): Ecs {
  return { ...serviceReads(client, call), ...taskReads(client, call), ...taskDefinitions(client, call, once) };
}

function serviceReads(client: Client, call: Call): Pick<Ecs, "describeServices" | "listClusters" | "listServices"> {
  const describe = async (cluster: string, services: string[]) => {
    const command = new DescribeServicesCommand({ cluster, services });
    const answer = await call("DescribeServices", command, (c, o) => client.send(c, o));
    refuseFailures("ecs:DescribeServices", answer.failures);
    return (answer.services ?? []).map(observedService);
  };
  return {
    describeServices: (cluster, services) =>
      orNullIf(
        NO_CLUSTER,
        Promise.all(batches(services, SERVICES_PER_CALL).map((names) => describe(cluster, names))).then((all) =>
          all.flat(),
        ),
      ),

    async listClusters() {
      const arns = await readAllPages("ecs:ListClusters", async (token) => {
        const command = new ListClustersCommand({ maxResults: PER_PAGE, ...following(token) });
        const page = await call("ListClusters", command, (c, o) => client.send(c, o));
        return { items: page.clusterArns, next: page.nextToken };
      });
      return arns.map(lastSegment);
    },

    async listServices(cluster) {
      const arns = readAllPages("ecs:ListServices", async (token) => {
        const command = new ListServicesCommand({ cluster, maxResults: PER_PAGE, ...following(token) });
        const page = await call("ListServices", command, (c, o) => client.send(c, o));
        return { items: page.serviceArns, next: page.nextToken };
      });
      return (await orNullIf(NO_CLUSTER, arns))?.map(lastSegment) ?? null;
    },
  };
}

function taskReads(client: Client, call: Call): Pick<Ecs, "listTasks"> {
  type Filter = { serviceName?: string; family?: string };
  const list = (cluster: string, filter: Filter, desiredStatus: "RUNNING" | "STOPPED") =>
    readAllPages("ecs:ListTasks", async (token) => {
      const input = { cluster, ...filter, desiredStatus, maxResults: PER_PAGE, ...following(token) };
      const page = await call("ListTasks", new ListTasksCommand(input), (c, o) => client.send(c, o));
      return { items: page.taskArns, next: page.nextToken };
    });

  const describe = async (cluster: string, tasks: string[]): Promise<ObservedTask[]> => {
    const command = new DescribeTasksCommand({ cluster, tasks });
    const answer = await call("DescribeTasks", command, (c, o) => client.send(c, o));
    // MISSING here: stopped long ago, between the list and this.
    refuseFailures("ecs:DescribeTasks", answer.failures);
    return (answer.tasks ?? []).map(observedTask);
  };

  /** ListTasks shows one desired status at a time, and tasks that are to stop may still run for long. */
  const notStopped = async (cluster: string, filter: Filter): Promise<ObservedTask[]> => {
    const lists = [await list(cluster, filter, "RUNNING"), await list(cluster, filter, "STOPPED")];
    // A task that is told to stop between the two reads is in both.
    const arns = [...new Set(lists.flat())];
    const described = await Promise.all(batches(arns, TASKS_PER_CALL).map((some) => describe(cluster, some)));
    return described.flat().filter(({ lastStatus }) => lastStatus !== "STOPPED");
  };

  /** A service that is gone may have left tasks behind, which ListTasks does not find by its name any more. */
  const ofService = async (cluster: string, serviceName: string): Promise<ObservedTask[]> =>
    (await orNullIf("ServiceNotFoundException", notStopped(cluster, { serviceName }))) ??
    (await notStopped(cluster, {})).filter(({ group }) => group === `service:${serviceName}`);

  return {
    listTasks(cluster, of) {
      if (of === undefined) return orNullIf(NO_CLUSTER, notStopped(cluster, {}));
      const found = "service" in of ? ofService(cluster, of.service) : notStopped(cluster, { family: of.family });
      return orNullIf(NO_CLUSTER, found);
    },
  };
}

function taskDefinitions(
  client: Client,
  call: Call,
  once: Client,
): Pick<Ecs, "describeTaskDefinition" | "listFamilies" | "registerTaskDefinition" | "updateService"> {
  return {
    listFamilies: () =>
      readAllPages("ecs:ListTaskDefinitionFamilies", async (token) => {
        const input = { status: "ACTIVE" as const, maxResults: PER_PAGE, ...following(token) };
        const command = new ListTaskDefinitionFamiliesCommand(input);
        const page = await call("ListTaskDefinitionFamilies", command, (c, o) => client.send(c, o));
        return { items: page.families, next: page.nextToken };
      }),

    async describeTaskDefinition(arnOrFamily) {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: arnOrFamily, include: ["TAGS"] });
      const wholeAnswer = keepWholeAnswer(command);
      try {
        const answer = await call("DescribeTaskDefinition", command, (c, o) => client.send(c, o));
        return observed("ecs:DescribeTaskDefinition", answer, wholeAnswer());
      } catch (error) {
        if (isNoTaskDefinition(error)) return null;
        throw error;
      }
    },

    async registerTaskDefinition({ register, tags }) {
      const tagList = Object.entries(tags).map(([key, value]) => ({ key, value }));
      // AWS refuses an empty list of tags.
      const input = { ...register.reveal(), ...(tagList.length === 0 ? {} : { tags: tagList }) };
      const command = new RegisterTaskDefinitionCommand(input as unknown as RegisterTaskDefinitionCommandInput);
      sendWhole(command, input);
      const wholeAnswer = keepWholeAnswer(command);
      const answer = await call("RegisterTaskDefinition", command, (c, o) => once.send(c, o));
      const made = observed("ecs:RegisterTaskDefinition", answer, wholeAnswer());
      return { requestId: requestIdOf(answer), taskDefinition: made };
    },

    async updateService({ cluster, service, taskDefinitionArn }) {
      // Members that are left out stay as they are: desired count, network, deployment configuration and all else.
      const command = new UpdateServiceCommand({ cluster, service, taskDefinition: taskDefinitionArn });
      const answer = await call("UpdateService", command, (c, o) => client.send(c, o));
      return { requestId: requestIdOf(answer), service: observedService(answer.service ?? {}) };
    },
  };
}

/** ECS has no error of its own for "no such revision", "no such family" and "no ACTIVE revision": only this sentence. */
function isNoTaskDefinition(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    error.code === "ClientException" &&
    error.message.includes("Unable to describe task definition")
  );
}

/**
 * Everything that a revision consists of is kept, whatever it is: a copy must differ only where we mean it to.
 *
 * @param whole the answer as it came over the wire, with members that this SDK does not know; null = not to be seen.
 */
function observed(
  operation: string,
  { taskDefinition: described, tags }: { taskDefinition?: TaskDefinition | undefined; tags?: Tag[] | undefined },
  whole: unknown,
): ObservedTaskDefinition {
  if (described?.taskDefinitionArn === undefined)
    throw unexpected(operation, "NoTaskDefinition", "AWS answered without it");
  const wholly = (whole as { taskDefinition?: Record<string, unknown> } | null)?.taskDefinition;
  return observedTaskDefinition({
    taskDefinitionArn: described.taskDefinitionArn,
    status: described.status ?? "ACTIVE",
    tags: Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""])),
    register: registerInputOf(wholly ?? { ...described }),
  });
}

/**
 * HTTP 200 may carry failures. MISSING is an answer: there is none of that name. Anything else means that
 * something could not be read, which is not the same.
 */
function refuseFailures(operation: string, failures: Failure[] = []): void {
  const other = failures.find(({ reason }) => reason !== "MISSING");
  if (other === undefined) return;
  const detail = other.detail === undefined ? "" : ` (${other.detail})`;
  throw unexpected(
    operation,
    other.reason ?? "UnknownFailure",
    `AWS could not describe ${other.arn ?? "one"}${detail}`,
  );
}

function unexpected(operation: string, code: string, message: string): AwsError {
  return new AwsError({ kind: "Transient", operation, code, message, certainlyNotDone: false });
}

function following(token: string | undefined): { nextToken?: string } {
  return token === undefined ? {} : { nextToken: token };
}

function batches<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
