import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";

export interface QueueClientOptions {
  region: string;
  /** Absent = the SDK's ordinary chain. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** One address for both services, e.g. "http://127.0.0.1:4566". */
  endpoint?: string;
  /** Addresses of single services; they win over `endpoint`. */
  endpoints?: { sqs?: string; eventbridge?: string };
}

export interface QueueClients {
  sqs: SQSClient;
  eventBridge: EventBridgeClient;
  /** Closes the sockets. */
  destroy(): void;
}

/** Long polls hold a socket each for up to 20 s, so sends must not have to wait for one. */
const SOCKETS_MAX = 64;

/** One client per service, for the queue, the events out and the provisioning. */
export function createQueueClients(options: QueueClientOptions): QueueClients {
  const sqs = new SQSClient(clientConfig(options, options.endpoints?.sqs));
  const eventBridge = new EventBridgeClient(clientConfig(options, options.endpoints?.eventbridge));
  return {
    sqs,
    eventBridge,
    destroy() {
      sqs.destroy();
      eventBridge.destroy();
    },
  };
}

function clientConfig(options: QueueClientOptions, ownEndpoint: string | undefined) {
  const endpoint = ownEndpoint ?? options.endpoint;
  return {
    region: options.region,
    maxAttempts: 3,
    retryMode: "standard",
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
