/** Batches: up to ten entries, each of which succeeds or fails on its own. */
import { ServiceError } from "../../core.ts";
import { errorForm } from "../../model/error-form.ts";

const ENTRIES_MAX = 10;
const BATCH_BYTES_MAX = 1_048_576;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Runs each entry.
 *
 * @param sizeOf bytes of an entry, where the batch's total is limited.
 * @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct, BatchRequestTooLong
 */
export function inBatch<T extends { Id: string }>(
  entries: T[],
  run: (entry: T) => object | void,
  sizeOf?: (entry: T) => number,
): object {
  checkEntries(entries);
  const total = sizeOf ? entries.reduce((sum, entry) => sum + sizeOf(entry), 0) : 0;
  if (total > BATCH_BYTES_MAX) {
    const message = `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${total} bytes.`;
    throw new ServiceError("BatchRequestTooLong", 400, message);
  }
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      // A queue that is not there fails the whole batch, not each entry.
      if (!(error instanceof ServiceError) || error.code === "QueueDoesNotExist") throw error;
      const { queryCode, message } = errorForm("sqs", error);
      failed.push({ Id: entry.Id, SenderFault: true, Code: queryCode, Message: message });
    }
  }
  return { Successful: successful, ...(failed.length > 0 && { Failed: failed }) };
}

function checkEntries(entries: { Id: string }[]): void {
  if (entries.length === 0) {
    throw new ServiceError(
      "EmptyBatchRequest",
      400,
      "There should be at least one SendMessageBatchRequestEntry in the request.",
    );
  }
  if (entries.length > ENTRIES_MAX) {
    const message = `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`;
    throw new ServiceError("TooManyEntriesInBatchRequest", 400, message);
  }
  for (const { Id } of entries) {
    if (ENTRY_ID.test(Id)) continue;
    const message =
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
    throw new ServiceError("InvalidBatchEntryId", 400, message);
  }
  const repeated = entries.find(({ Id }, at) => entries.findIndex((other) => other.Id === Id) !== at);
  if (repeated) throw new ServiceError("BatchEntryIdsNotDistinct", 400, `Id ${repeated.Id} repeated.`);
}
