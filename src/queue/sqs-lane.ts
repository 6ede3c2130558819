import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Clock } from "../model/clock.ts";
import { AwsError } from "../model/errors.ts";
import { Batcher, type BatchOutcome } from "./batcher.ts";
import { boundedCall } from "./bounded-call.ts";

/** SQS takes at most 10 messages a call. */
const BATCH_MAX = 10;
const BATCHES_IN_FLIGHT = 4;
/** SQS refuses longer delays; whoever waits longer is woken early and waits again. */
const DELAY_SECONDS_MAX = 900;
const VISIBILITY_SECONDS_MAX = 43_200;
const POLL_SECONDS_MAX = 20;
/** For one call, the SDK's retries included; a long poll adds its wait. */
const CALL_DEADLINE_MS = 8_000;

/**
 * How long an open poll may still answer once its receiver stops, ms. SQS hides what it hands out, so what is on its
 * way just then must be taken and put back, or nobody sees it for 30 s.
 */
const LAST_ANSWER_MS = 100;

/** One SQS queue, in batches. */
export class SqsLane {
  readonly #client: Pick<SQSClient, "send">;
  readonly #queueUrl: string;
  readonly #clock: Clock;
  readonly #sends: Batcher<{ body: string; delaySeconds: number }>;
  readonly #deletes: Batcher<string>;

  constructor(client: Pick<SQSClient, "send">, queueUrl: string, clock: Clock) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#clock = clock;
    this.#sends = new Batcher((items) => this.#sendBatch(items), BATCH_MAX, BATCHES_IN_FLIGHT);
    // Nobody waits for a deletion: one batch at a time lets the next ones fill.
    this.#deletes = new Batcher((handles) => this.#deleteBatch(handles), BATCH_MAX, 1);
  }

  send(body: string, delayMs: number): Promise<void> {
    return this.#sends.add({
      body,
      delaySeconds: Math.min(DELAY_SECONDS_MAX, Math.ceil(delayMs / 1_000)),
    });
  }

  delete(receiptHandle: string): Promise<void> {
    return this.#deletes.add(receiptHandle);
  }

  async showAgainIn(receiptHandle: string, delayMs: number): Promise<void> {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: this.#queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: Math.min(VISIBILITY_SECONDS_MAX, Math.ceil(delayMs / 1_000)),
    });
    await boundedCall("sqs:ChangeMessageVisibility", this.#clock, CALL_DEADLINE_MS, (o) =>
      this.#client.send(command, o),
    );
  }

  /** At most 10 messages; none once `waitMs` is over, or soon after `signal` aborts: what comes until then is put back. */
  async receive(max: number, waitMs: number, signal: AbortSignal): Promise<Message[]> {
    if (signal.aborted) return [];
    const waitSeconds = Math.min(POLL_SECONDS_MAX, Math.ceil(waitMs / 1_000));
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: Math.max(1, Math.min(BATCH_MAX, max)),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    const deadlineMs = waitSeconds * 1_000 + CALL_DEADLINE_MS;
    const ending = new AbortController();
    const end = () => void this.#clock.sleep(LAST_ANSWER_MS).then(() => ending.abort("the receiver stops"));
    signal.addEventListener("abort", end, { once: true });
    try {
      const answer = await boundedCall(
        "sqs:ReceiveMessage",
        this.#clock,
        deadlineMs,
        (o) => this.#client.send(command, o),
        ending.signal,
      );
      return answer.Messages ?? [];
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #sendBatch(items: { body: string; delaySeconds: number }[]): Promise<BatchOutcome> {
    const Entries = items.map(({ body, delaySeconds }, place) => ({
      Id: `${place}`,
      MessageBody: body,
      // Left out where it is 0, so that the queue's own default stands.
      ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}),
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries });
    const answer = await boundedCall("sqs:SendMessage", this.#clock, CALL_DEADLINE_MS, (o) =>
      this.#client.send(command, o),
    );
    return outcomeOf("sqs:SendMessage", items.length, answer.Failed ?? []);
  }

  async #deleteBatch(handles: string[]): Promise<BatchOutcome> {
    const Entries = handles.map((ReceiptHandle, place) => ({ Id: `${place}`, ReceiptHandle }));
    const command = new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries });
    const answer = await boundedCall("sqs:DeleteMessage", this.#clock, CALL_DEADLINE_MS, (o) =>
      this.#client.send(command, o),
    );
    return outcomeOf("sqs:DeleteMessage", handles.length, answer.Failed ?? []);
  }
}

/** A batch answers 200 although single entries failed. */
function outcomeOf(
  operation: string,
  size: number,
  failed: {
    Id?: string | undefined;
    Code?: string | undefined;
    Message?: string | undefined;
    SenderFault?: boolean | undefined;
  }[],
): BatchOutcome {
  const outcome: BatchOutcome = Array.from({ length: size }, () => null);
  for (const { Id, Code, Message, SenderFault } of failed) {
    outcome[Number(Id)] = new AwsError({
      kind: SenderFault === true ? "Rejected" : "Transient",
      operation,
      code: Code ?? "BatchEntryFailed",
      message: Message ?? "SQS refused one message of a batch",
      certainlyNotDone: true,
    });
  }
  return outcome;
}
