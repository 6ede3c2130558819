import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { DescribeFileSystemsCommand } from "@aws-sdk/client-efs";
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateFunctionCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { ZIP_FILE } from "../probe/zip-file.ts";
import type { Clients } from "./clients.ts";
import type { WorldName } from "./world-under-test.ts";

/** Something that an emulator does otherwise than AWS says. */
export interface KnownWrong {
  id: string;
  request: string;
  /** What the emulator answers. */
  answer: string;
  /** What AWS documents, and where. */
  documented: string;
  source: string;
  worlds: readonly WorldName[];
  /** Asks the world. @returns whether it (still) does wrong. Everywhere else it must answer false. */
  probe(ask: Ask): Promise<boolean>;
}

/** What a probe may use. */
export interface Ask {
  clients: Clients;
  account: string;
  region: string;
  /** Calls to the emulator that substitutes stand in for; null = nobody stands in. */
  substituted: Clients | null;
  /** A function of the probes' own, in a VPC. */
  functionName: string;
}

export const KNOWN_WRONGS: readonly KnownWrong[] = [
  {
    id: "no-cloudtrail-events",
    request: "a rule for CloudTrail's events of a call, then the call",
    answer: "no event comes; the suite puts it into Mooring's queue itself, as EventBridge would",
    documented: "CloudTrail delivers an event of each mutating call to the default bus",
    source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
    // With a token: not verified.
    worlds: ["free world", "LocalStack", "LocalStack with a token"],
    probe: noEventComes,
  },
  {
    id: "lists-no-versions",
    request: "lambda:ListFunctions with FunctionVersion=ALL, after PublishVersion",
    answer: "$LATEST alone",
    documented: "FunctionVersion=ALL includes entries for all published versions of each function",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html",
    worlds: ["free world", "LocalStack"],
    probe: versionsAreMissing,
  },
  {
    id: "localstack-free-without-efs",
    request: "efs:DescribeFileSystems of LocalStack itself",
    answer: "InternalFailure: not included in the licence plan; MiniStack stands in",
    documented: "the account's file systems",
    source: "https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html",
    worlds: ["LocalStack"],
    probe: async ({ substituted }) => fails(substituted?.efs.send(new DescribeFileSystemsCommand({}))),
  },
  {
    id: "localstack-free-without-ecs",
    request: "ecs:ListClusters of LocalStack itself",
    answer: "InternalFailure: not included in the licence plan; MiniStack stands in",
    documented: "the account's clusters",
    source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html",
    worlds: ["LocalStack"],
    probe: async ({ substituted }) => fails(substituted?.ecs.send(new ListClustersCommand({}))),
  },
  {
    id: "localstack-free-drops-mounts",
    request: "lambda:CreateFunction with FileSystemConfigs, of LocalStack itself",
    answer: "a function without FileSystemConfigs; MiniStack stands in, and for EC2, whose VPCs must be its own",
    documented: "FileSystemConfigs as they were given",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
    worlds: ["LocalStack"],
    probe: mountsAreDropped,
  },
];

/** A rule for the event of the very call that is made next. */
async function noEventComes({ clients, account, region, functionName }: Ask): Promise<boolean> {
  const Arn = `arn:aws:sqs:${region}:${account}:probed-events`;
  const allow = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allow, Resource: Arn }] });
  const queue = { QueueName: "probed-events", Attributes: { Policy } };
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand(queue));
  const EventPattern = JSON.stringify({ source: ["aws.lambda"], detail: { eventSource: ["lambda.amazonaws.com"] } });
  await clients.eventbridge.send(new PutRuleCommand({ Name: "probed", EventPattern }));
  await clients.eventbridge.send(new PutTargetsCommand({ Rule: "probed", Targets: [{ Id: "probe", Arn }] }));
  await clients.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: functionName, Timeout: 7 }));
  const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
  await clients.eventbridge.send(new RemoveTargetsCommand({ Rule: "probed", Ids: ["probe"] }));
  await clients.eventbridge.send(new DeleteRuleCommand({ Name: "probed" }));
  return Messages.length === 0;
}

async function versionsAreMissing({ clients, functionName }: Ask): Promise<boolean> {
  const { Version } = await clients.lambda.send(new PublishVersionCommand({ FunctionName: functionName }));
  const { Functions = [] } = await clients.lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }));
  return !Functions.some((each) => each.FunctionName === functionName && each.Version === Version);
}

/** Of a call that there is nobody to make to: false. */
async function fails(call: Promise<unknown> | undefined): Promise<boolean> {
  return (
    call?.then(
      () => false,
      () => true,
    ) ?? false
  );
}

async function mountsAreDropped({ substituted, account, region }: Ask): Promise<boolean> {
  if (substituted === null) return false;
  const Arn = `arn:aws:elasticfilesystem:${region}:${account}:access-point/fsap-0123456789abcdef0`;
  const made = await substituted.lambda.send(
    new CreateFunctionCommand({
      FunctionName: "probed-mounts",
      Role: `arn:aws:iam::${account}:role/probed`,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: ZIP_FILE },
      FileSystemConfigs: [{ Arn, LocalMountPath: "/mnt/probed" }],
    }),
  );
  return made.FileSystemConfigs?.[0]?.Arn !== Arn;
}

/** Whether the table says so of the world. @throws for a name that is not in the table. */
export function isKnownWrong(world: WorldName, id: string): boolean {
  const entry = KNOWN_WRONGS.find((each) => each.id === id);
  if (entry === undefined) throw new Error(`"${id}" is not in the table of known wrongs`);
  return entry.worlds.includes(world);
}
