import { request } from "node:http";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventBridgeService } from "./services/eventbridge/eventbridge.ts";
import { createSqsService } from "./services/sqs/sqs.ts";
import { createStsService } from "./services/sts/sts.ts";
import { createEc2Service } from "./services/ec2/ec2.ts";
import { createIamService } from "./services/iam/iam.ts";
import type { Doors } from "./test-support.ts";
import { openDoors } from "./test-support.ts";

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors({
    services: [createIamService, createStsService, createSqsService, createEventBridgeService, createEc2Service],
  });
});
afterAll(() => doors.close());

const signed = (service: string, region = "eu-west-1") => ({
  authorization: `AWS4-HMAC-SHA256 Credential=me/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=x`,
});

async function post(headers: Record<string, string>, body: string, path = "/") {
  const response = await fetch(`${doors.url}${path}`, { method: "POST", headers, body });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe("answers on the wire", () => {
  test("an awsJson error has its type, and for SQS the query code in a header", async () => {
    const headers = {
      ...signed("sqs"),
      "x-amz-target": "AmazonSQS.GetQueueUrl",
      "content-type": "application/x-amz-json-1.0",
    };
    const answer = await post(headers, '{"QueueName":"none"}');
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-amzn-query-error")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(answer.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(answer.body)).toEqual({
      __type: "com.amazonaws.sqs#QueueDoesNotExist",
      message: "The specified queue does not exist.",
    });
  });

  test("SQS also speaks the query protocol of old clients", async () => {
    const headers = { ...signed("sqs"), "content-type": "application/x-www-form-urlencoded" };
    const answer = await post(
      headers,
      "Action=CreateQueue&Version=2012-11-05&QueueName=old&Attribute.1.Name=DelaySeconds&Attribute.1.Value=3",
    );
    expect(answer.body).toContain(
      `<CreateQueueResult><QueueUrl>${doors.url}/111122223333/old</QueueUrl></CreateQueueResult>`,
    );
    const read = await post(
      headers,
      `Action=GetQueueAttributes&QueueUrl=${doors.url}/111122223333/old&AttributeName.1=DelaySeconds`,
    );
    expect(read.body).toContain("<Attribute><Name>DelaySeconds</Name><Value>3</Value></Attribute>");
  });

  test("an awsQuery answer is XML with its request id", async () => {
    const answer = await post(signed("sts"), "Action=GetCallerIdentity&Version=2011-06-15");
    expect(answer.headers.get("content-type")).toContain("text/xml");
    expect(answer.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<GetCallerIdentityResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/"><GetCallerIdentityResult>/,
    );
    expect(answer.body).toContain(`<RequestId>${answer.headers.get("x-amzn-requestid")}</RequestId>`);
  });

  test("an awsQuery error says Sender, code and message, escaped", async () => {
    const answer = await post(signed("sts"), "Action=AssumeRole&RoleArn=a%3Cb&RoleSessionName=me");
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(
      "<Error><Type>Sender</Type><Code>ValidationError</Code><Message>a&lt;b is invalid</Message></Error>",
    );
  });

  test("an ec2Query error lists Errors", async () => {
    const answer = await post(signed("ec2"), "Action=DescribeSubnets&SubnetId.1=subnet-0000");
    expect(answer.body).toMatch(
      /<Response><Errors><Error><Code>InvalidSubnetID.NotFound<\/Code><Message>.+<\/Message><\/Error><\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>/,
    );
  });

  test("a body that is not JSON is a SerializationException", async () => {
    const headers = { ...signed("events"), "x-amz-target": "AWSEvents.ListRules" };
    const answer = await post(headers, "{");
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: "SerializationException" });
  });

  test("a number that is not one is MalformedInput in a query protocol", async () => {
    const answer = await post(signed("sts"), "Action=GetSessionToken&DurationSeconds=long");
    expect(answer.body).toContain("<Code>MalformedInput</Code>");
  });
});

describe("requests that lead nowhere", () => {
  test.each([
    ["without a signature", {}, 403, "MissingAuthenticationToken"],
    ["to a service that is not simulated", signed("s3"), 501, "NotSimulated"],
    ["to an operation no SDK knows", { ...signed("events"), "x-amz-target": "AWSEvents.Dance" }, 501, "NotSimulated"],
    [
      "to an operation that is not built",
      { ...signed("events"), "x-amz-target": "AWSEvents.CreateArchive" },
      501,
      "NotSimulated",
    ],
    [
      "to another region",
      { ...signed("sqs", "us-east-1"), "x-amz-target": "AmazonSQS.ListQueues" },
      501,
      "NotSimulated",
    ],
  ])("%s say so", async (_, headers, status, type) => {
    const answer = await post(headers as Record<string, string>, "{}");
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: expect.stringContaining(type) });
  });

  test("global services answer whatever region they are signed for", async () => {
    expect((await post(signed("sts", "us-east-1"), "Action=GetCallerIdentity")).status).toBe(200);
  });
});

describe("the control endpoint", () => {
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${doors.url}/_simulator/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test("tells that it is alive", async () => {
    expect((await control("GET", "health")).body).toMatchObject({
      status: "ok",
      account: "111122223333",
      region: "eu-west-1",
      services: expect.arrayContaining(["sqs", "sts"]),
    });
  });

  test("counts calls and forgets them", async () => {
    await control("DELETE", "calls");
    await doors.socketClient<SQSClient>("sqs", "counter").send(new ListQueuesCommand());
    expect((await control("GET", "calls")).body).toMatchObject({
      total: 1,
      byCaller: { counter: { "sqs.ListQueues": 1 } },
    });
  });

  test("sets faults and takes them back", async () => {
    await control("POST", "faults", { kind: "throttle", service: "sqs", operation: "ListQueues" });
    const sqs = doors.socketClient<SQSClient>("sqs");
    await expect(sqs.send(new ListQueuesCommand())).rejects.toMatchObject({ name: "RequestThrottled" });
    await control("DELETE", "faults");
    await sqs.send(new ListQueuesCommand());
  });

  test("a lost reply closes the connection, and the effect stays", async () => {
    await control("POST", "faults", { kind: "lost-reply", service: "sqs", operation: "CreateQueue", times: 1 });
    const sqs = doors.socketClient<SQSClient>("sqs");
    await expect(sqs.send(new CreateQueueCommand({ QueueName: "made" }))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "made" }))).QueueUrls).toHaveLength(1);
  });

  test("the SDK retries what it may retry", async () => {
    await control("POST", "faults", { kind: "throttle", service: "sqs", operation: "ListQueues", times: 1 });
    const config = {
      region: "eu-west-1",
      endpoint: doors.url,
      credentials: { accessKeyId: "retrier", secretAccessKey: "x" },
    };
    const sqs = new SQSClient({ ...config, maxAttempts: 2 });
    const { $metadata } = await sqs.send(new ListQueuesCommand());
    sqs.destroy();
    expect($metadata.attempts).toBe(2);
  });

  test.each([
    ["POST", "faults", { kind: "fire" }, 400],
    ["POST", "faults", { kind: "throttle", wher: "x" }, 400],
    ["PUT", "timings", { lunchMs: 5 }, 400],
    ["PUT", "timings", { eventDeliveryMs: -1 }, 400],
    ["GET", "nothing", undefined, 404],
  ])("%s %s %o is refused with what is allowed", async (method, path, body, status) => {
    const answer = await control(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body["message"]).toBeTruthy();
  });

  test("sets timings", async () => {
    expect((await control("PUT", "timings", { eventDeliveryMs: 5 })).body).toMatchObject({
      eventDeliveryMs: 5,
      callLatencyMs: 0,
    });
    await control("PUT", "timings", { eventDeliveryMs: 0 });
  });
});

test("a connection serves many requests", async () => {
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const asking = request(`${doors.url}/_simulator/health`, { agent }, (response) => {
        ports.add(response.socket.localPort);
        response.resume().on("end", resolve);
      });
      asking.on("error", reject).end();
    });
  for (let at = 0; at < 5; at++) await ask();
  agent.destroy();
  expect(ports.size).toBe(1);
});
