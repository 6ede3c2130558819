import { ListQueuesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import { isKnownWrong } from "./known-wrongs.ts";
import type { WorldUnderTest } from "./world-under-test.ts";

export interface MadeCall {
  /** As in CloudTrail's eventSource, before the dot. */
  service: string;
  eventName: string;
  person: string;
  request: object;
  response: object | null;
}

let announced = 0;

/**
 * Delivers CloudTrail's event of a call to every Mooring of a world that makes no such events itself; elsewhere does
 * nothing. It goes to their queues, as EventBridge would bring it: PutEvents takes no event of AWS's own sources. That
 * such a world does so is a known wrong, by name.
 */
export async function announce(world: WorldUnderTest, clients: Clients, call: MadeCall): Promise<void> {
  if (!isKnownWrong(world.name, "no-cloudtrail-events")) return;
  const MessageBody = JSON.stringify(eventOf(world, call, `announced-${process.pid}-${++announced}`));
  const { QueueUrls = [] } = await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: "mooring-" }));
  for (const QueueUrl of QueueUrls.filter((url) => url.endsWith("-fast")))
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

/** Shaped after the CloudTrail user guide, "CloudTrail record contents". */
function eventOf({ account, region }: WorldUnderTest, call: MadeCall, id: string): object {
  const time = new Date(Date.now()).toISOString();
  return {
    version: "0",
    id,
    "detail-type": "AWS API Call via CloudTrail",
    source: `aws.${call.service}`,
    account,
    time,
    region,
    resources: [],
    detail: {
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDAEXAMPLE",
        arn: `arn:aws:iam::${account}:user/${call.person}`,
        accountId: account,
        userName: call.person,
      },
      eventTime: time,
      eventSource: `${call.service}.amazonaws.com`,
      eventName: call.eventName,
      awsRegion: region,
      sourceIPAddress: "192.0.2.1",
      userAgent: "somebody/1.0",
      requestParameters: call.request,
      responseElements: call.response,
      requestID: id,
      eventID: id,
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: "Management",
    },
  };
}
