/**
 * SQS: standard queues with real long polling.
 *
 * Not built: FIFO queues, customer-managed keys, message move tasks, AddPermission and RemovePermission.
 */
import type { Service } from "../../core.ts";
import type { World } from "../../world.ts";
import type { AttributeValue } from "./message.ts";
import { createMessageOperations, MESSAGE_INPUT_MEMBERS, send } from "./message-operations.ts";
import { createQueueOperations, QUEUE_INPUT_MEMBERS } from "./queue-operations.ts";
import { maySend } from "./queue-policy.ts";
import { createQueues } from "./queues.ts";

declare module "../../world.ts" {
  interface Services {
    sqs: SqsService;
  }
}

export interface SqsService extends Service {
  /**
   * A rule's delivery.
   *
   * @returns undefined once the message is in the queue; otherwise EventBridge's error code.
   */
  deliver(delivery: {
    queueArn: string;
    body: string;
    ruleArn: string;
    /** The target names a role to send with, so the queue's own policy need not allow EventBridge. */
    hasRole: boolean;
    groupId?: string;
    attributes?: Record<string, AttributeValue>;
  }): string | undefined;
}

const READ_ONLY = ["GetQueueUrl", "ListQueues", "GetQueueAttributes", "ListQueueTags", "ListDeadLetterSourceQueues"];

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export function createSqsService(world: World): SqsService {
  const queues = createQueues(world);
  return {
    name: "sqs",
    operations: {
      ...createQueueOperations(world.clock, world.account, queues),
      ...createMessageOperations(world.clock, queues),
    },
    inputMembers: { ...QUEUE_INPUT_MEMBERS, ...MESSAGE_INPUT_MEMBERS },
    readOnly: new Set(READ_ONLY),
    dataEvents: new Set(Object.keys(MESSAGE_INPUT_MEMBERS)),
    deliver({ queueArn, body, ruleArn, hasRole, groupId, attributes = {} }) {
      const queue = queues.byArn(queueArn);
      if (!queue || queue.arn !== queueArn) return "AWS.SimpleQueueService.NonExistentQueue";
      const delivery = {
        servicePrincipal: "events.amazonaws.com",
        queueArn,
        sourceArn: ruleArn,
        sourceAccount: world.account,
      };
      if (!hasRole && !maySend(queue.attributes["Policy"], delivery)) return "NO_PERMISSIONS";
      send(
        world.clock,
        queue,
        { MessageBody: body, MessageAttributes: attributes, ...(groupId !== undefined && { MessageGroupId: groupId }) },
        "events.amazonaws.com",
      );
      world.changed();
      return undefined;
    },
    snapshot: queues.snapshot,
    restore: queues.restore,
  };
}
