/** PutEvents: entries succeed or fail on their own. */
import type { WorldEvent } from "../../world.ts";
import { constraint, invalid } from "./buses.ts";

export interface Entry {
  Time?: Date;
  Source?: string;
  Resources?: string[];
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
}

export const PUT_EVENTS_INPUT_MEMBERS = [
  "Entries.Time",
  "Entries.Source",
  "Entries.Resources",
  "Entries.DetailType",
  "Entries.Detail",
  "Entries.EventBusName",
  "Entries.TraceHeader",
];

const ENTRIES_MAX = 10;
/** Of the whole request; 256 KB until 2025. */
const TOTAL_BYTES_MAX = 1_048_576;

/**
 * @param publish takes an accepted event to its bus and returns its id.
 * @throws ValidationException for no entries, too many or too large ones.
 */
export function putEvents(entries: Entry[], publish: (event: WorldEvent, entry: Entry) => string): object {
  if (entries.length < 1 || entries.length > ENTRIES_MAX) {
    throw constraint(entries.length, "entries", `Member must have length between 1 and ${ENTRIES_MAX}`);
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > TOTAL_BYTES_MAX) {
    throw invalid("Total size of the entries in the request is over the limit.");
  }
  const results = entries.map((entry) => {
    const complaint = complaintAbout(entry);
    if (complaint) return complaint;
    const { Source = "", DetailType = "", Detail = "", Resources = [] } = entry;
    const detail = JSON.parse(Detail) as Record<string, unknown>;
    return { EventId: publish({ source: Source, "detail-type": DetailType, resources: Resources, detail }, entry) };
  });
  return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
}

/** As EventBridge counts: 14 bytes for a time, and the texts. @see user guide, "Calculating PutEvents entry size" */
function sizeOf({ Time, Source = "", DetailType = "", Detail = "", Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time ? 14 : 0) + texts.reduce((sum, text) => sum + Buffer.byteLength(text, "utf8"), 0);
}

function complaintAbout({
  Source,
  DetailType,
  Detail,
}: Entry): { ErrorCode: string; ErrorMessage: string } | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === undefined || value === "") {
      return {
        ErrorCode: "InvalidArgument",
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
    }
  }
  if (Source?.startsWith("aws."))
    return { ErrorCode: "NotAuthorizedForSource", ErrorMessage: "Not authorized for the source." };
  if ((DetailType?.length ?? 0) > 128) {
    return {
      ErrorCode: "InvalidArgument",
      ErrorMessage: "Parameter DetailType is not valid. Reason: DetailType is longer than 128 characters.",
    };
  }
  return isJsonObject(Detail ?? "")
    ? undefined
    : { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
