import type { Call, ServiceName } from "./behaviour.ts";
import { UNREADABLE, type Outcome } from "./judge.ts";

const MODULES: Record<ServiceName, { load(): Promise<object>; client: string }> = {
  efs: { load: () => import("@aws-sdk/client-efs"), client: "EFSClient" },
  lambda: { load: () => import("@aws-sdk/client-lambda"), client: "LambdaClient" },
  ecs: { load: () => import("@aws-sdk/client-ecs"), client: "ECSClient" },
  eventbridge: { load: () => import("@aws-sdk/client-eventbridge"), client: "EventBridgeClient" },
  sqs: { load: () => import("@aws-sdk/client-sqs"), client: "SQSClient" },
  dynamodb: { load: () => import("@aws-sdk/client-dynamodb"), client: "DynamoDBClient" },
  sts: { load: () => import("@aws-sdk/client-sts"), client: "STSClient" },
  iam: { load: () => import("@aws-sdk/client-iam"), client: "IAMClient" },
  ec2: { load: () => import("@aws-sdk/client-ec2"), client: "EC2Client" },
};

/** How to reach what is probed. */
export interface Target {
  region: string;
  /** Null = AWS itself, by the SDK's own addresses. */
  endpoint: string | null;
  /** Other addresses for single services. */
  endpoints: Partial<Record<ServiceName, string>>;
  /** Absent = the SDK's ordinary chain. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Makes calls by the SDK's own clients, so that what is judged is what programs get to see. */
export interface Caller {
  make(call: Pick<Call, "service" | "operation" | "input">): Promise<Outcome>;
  close(): void;
}

export type Client = { send(command: object): Promise<Record<string, unknown>>; destroy(): void };
export type Constructor<T> = new (input: object) => T;

const CALL_MAX_MS = 20_000;

export function openCaller(target: Target): Caller {
  const clients = new Map<ServiceName, Client>();
  const clientOf = (service: ServiceName, ClientOfService: Constructor<Client>): Client => {
    const endpoint = target.endpoints[service] ?? target.endpoint;
    const client =
      clients.get(service) ??
      new ClientOfService({
        region: target.region,
        // Against emulators every answer counts; AWS itself may throttle.
        maxAttempts: endpoint === null ? 5 : 1,
        requestHandler: { requestTimeout: CALL_MAX_MS, throwOnRequestTimeout: true },
        ...(endpoint !== null && { endpoint }),
        ...(target.credentials && { credentials: target.credentials }),
      });
    clients.set(service, client);
    return client;
  };
  return callerOver(clientOf, () => clients.forEach((client) => client.destroy()));
}

/** A caller over clients of any origin that take the SDK's commands. */
export function callerOver(
  clientOf: (service: ServiceName, ClientOfService: Constructor<Client>) => Pick<Client, "send">,
  close: () => void,
): Caller {
  const make: Caller["make"] = async ({ service, operation, input }) => {
    const sdk = (await MODULES[service].load()) as Record<string, unknown>;
    const Command = sdk[`${operation}Command`] as Constructor<object> | undefined;
    if (Command === undefined) throw new Error(`the SDK's client of ${service} has no ${operation}`);
    try {
      const client = clientOf(service, sdk[MODULES[service].client] as Constructor<Client>);
      const { $metadata: _, ...answer } = await client.send(new Command(input));
      return { answer };
    } catch (error) {
      return { error: errorOf(error as Error) };
    }
  };
  return { make, close };
}

interface SdkError extends Error {
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number };
  code?: string;
}

function errorOf(error: SdkError): {
  name: string;
  status: number | null;
  message: string;
  members: Record<string, unknown>;
} {
  const { name, message, $metadata, $response, code, stack: _, ...members } = error;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode ?? null;
  if (name === "SyntaxError") return { name: UNREADABLE, status, message: "not what the protocol allows", members: {} };
  return { name, status, message: message === "" ? (code ?? "") : message, members: { ...members, message } };
}
