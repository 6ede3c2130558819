/** What the SDK itself says about a service: operations, shapes, errors. Loaded when first needed. */
import { createRequire } from "node:module";
import type { ServiceName } from "../core.ts";
import type { RawSchema, Shape } from "./shape.ts";
import { shapeOf } from "./shape.ts";

export type Protocol = "restJson" | "awsJson" | "awsQuery" | "ec2Query";

/** What the schemas leave out: how a service is addressed. */
export interface ServiceAddress {
  protocol: Protocol;
  /** Service name in the credential scope of a signature. */
  signingName: string;
  /** First part of X-Amz-Target; awsJson only. */
  targetPrefix?: string;
  jsonVersion?: "1.0" | "1.1";
  /** Namespace of XML answers; query protocols only. */
  xmlNamespace?: string;
  /** `Version` parameter of the query protocols. */
  version?: string;
  /** eventSource in CloudTrail is this name + ".amazonaws.com"; the EventBridge source is "aws." + this. */
  eventName: string;
  clientClass: string;
  /** Global services are signed for us-east-1 whatever the region. */
  global?: true;
}

export const ADDRESSES: Record<ServiceName, ServiceAddress> = {
  efs: {
    protocol: "restJson",
    signingName: "elasticfilesystem",
    eventName: "elasticfilesystem",
    clientClass: "EFSClient",
  },
  lambda: { protocol: "restJson", signingName: "lambda", eventName: "lambda", clientClass: "LambdaClient" },
  ecs: {
    protocol: "awsJson",
    jsonVersion: "1.1",
    targetPrefix: "AmazonEC2ContainerServiceV20141113",
    signingName: "ecs",
    eventName: "ecs",
    clientClass: "ECSClient",
  },
  eventbridge: {
    protocol: "awsJson",
    jsonVersion: "1.1",
    targetPrefix: "AWSEvents",
    signingName: "events",
    eventName: "events",
    clientClass: "EventBridgeClient",
  },
  scheduler: {
    protocol: "restJson",
    signingName: "scheduler",
    eventName: "scheduler",
    clientClass: "SchedulerClient",
  },
  sqs: {
    protocol: "awsJson",
    jsonVersion: "1.0",
    targetPrefix: "AmazonSQS",
    signingName: "sqs",
    eventName: "sqs",
    clientClass: "SQSClient",
    xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    version: "2012-11-05",
  },
  sts: {
    protocol: "awsQuery",
    signingName: "sts",
    eventName: "sts",
    clientClass: "STSClient",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    version: "2011-06-15",
    global: true,
  },
  iam: {
    protocol: "awsQuery",
    signingName: "iam",
    eventName: "iam",
    clientClass: "IAMClient",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    version: "2010-05-08",
    global: true,
  },
  ec2: {
    protocol: "ec2Query",
    signingName: "ec2",
    eventName: "ec2",
    clientClass: "EC2Client",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    version: "2016-11-15",
  },
};

export interface Operation {
  name: string;
  input: Shape;
  output: Shape;
  /** REST only. */
  http?: { method: string; uri: string; status: number };
}

export interface ServiceModel {
  name: ServiceName;
  address: ServiceAddress;
  operations: ReadonlyMap<string, Operation>;
  /** The declared error with this name or this query-protocol code; undefined for e.g. AccessDenied. */
  errorShape(code: string): Shape | undefined;
  /** The package's exports: exception and client classes for the stand-in. */
  sdk: Record<string, unknown>;
}

const require = createRequire(import.meta.url);
const models = new Map<ServiceName, ServiceModel>();

/** The model of a service. The first call loads the SDK's client: some 10-90 ms, ec2 250-500 ms. */
export function serviceModel(name: ServiceName): ServiceModel {
  let model = models.get(name);
  if (!model) {
    model = readModel(name, require(`@aws-sdk/client-${name}`) as Record<string, unknown>);
    models.set(name, model);
  }
  return model;
}

/** The SDK's service behind a signing name, X-Amz-Target prefix excluded. */
export function serviceOfSigningName(signingName: string): ServiceName | undefined {
  return SIGNING_NAMES.get(signingName);
}

const SIGNING_NAMES = new Map(
  Object.entries(ADDRESSES).map(([name, { signingName }]) => [signingName, name as ServiceName]),
);

function readModel(name: ServiceName, sdk: Record<string, unknown>): ServiceModel {
  const operations = new Map<string, Operation>();
  const errors = new Map<string, Shape>();
  for (const schema of Object.values(sdk)) {
    if (!Array.isArray(schema)) continue;
    if (schema[0] === 9) operations.set(schema[2], readOperation(schema));
    if (schema[0] === -3) readError(shapeOf(schema), errors);
  }
  return { name, address: ADDRESSES[name], operations, errorShape: (code) => errors.get(code), sdk };
}

function readOperation(schema: RawSchema[]): Operation {
  const [, , name, traits, input, output] = schema as [number, string, string, RawSchema, RawSchema, RawSchema];
  const http = traits?.http as [string, string, number] | undefined;
  const operation: Operation = { name, input: shapeOf(input), output: shapeOf(output) };
  if (http) operation.http = { method: http[0], uri: http[1], status: http[2] };
  return operation;
}

function readError(shape: Shape, errors: Map<string, Shape>): void {
  if (!shape.traits.error) return;
  errors.set(shape.name, shape);
  const queryCode = shape.traits.awsQueryError?.[0];
  if (queryCode) errors.set(queryCode, shape);
}
