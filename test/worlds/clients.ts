import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EFSClient } from "@aws-sdk/client-efs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { NOWHERE, type ServiceName, type WorldUnderTest } from "./world-under-test.ts";

/** One person's clients, one per service. */
export interface Clients {
  ec2: EC2Client;
  ecs: ECSClient;
  efs: EFSClient;
  eventbridge: EventBridgeClient;
  iam: IAMClient;
  lambda: LambdaClient;
  sqs: SQSClient;
  sts: STSClient;
  destroy(): void;
}

/** Longest wait for one answer: an emulator that hangs fails a test and not the whole run. */
const ANSWER_MAX_MS = 15_000;

export function clientsOf(world: WorldUnderTest, person: string): Clients {
  const config = (service: ServiceName) => ({
    region: world.region,
    endpoint: world.endpoints[service] ?? NOWHERE,
    credentials: world.credentialsOf(person),
    requestHandler: { requestTimeout: ANSWER_MAX_MS, throwOnRequestTimeout: true, connectionTimeout: 3_000 },
  });
  const clients = {
    ec2: new EC2Client(config("ec2")),
    ecs: new ECSClient(config("ecs")),
    efs: new EFSClient(config("efs")),
    eventbridge: new EventBridgeClient(config("eventbridge")),
    iam: new IAMClient(config("iam")),
    lambda: new LambdaClient(config("lambda")),
    sqs: new SQSClient(config("sqs")),
    sts: new STSClient(config("sts")),
  };
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => client.destroy()) };
}
