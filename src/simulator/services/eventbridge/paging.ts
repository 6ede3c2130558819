/** Pages of a list, by `Limit` and an opaque `NextToken`. */
import { constraint, invalid } from "./buses.ts";

const LIMIT_MAX = 100;

/** @throws ValidationException for a limit out of 1-100 or a token that we did not give. */
export function pageOf<T>(
  items: T[],
  { Limit = LIMIT_MAX, NextToken }: { Limit?: number; NextToken?: string },
): { page: T[]; token: { NextToken?: string } } {
  if (Limit < 1 || Limit > LIMIT_MAX) {
    throw constraint(
      Limit,
      "limit",
      `Member must have value ${Limit < 1 ? "greater than or equal to 1" : `less than or equal to ${LIMIT_MAX}`}`,
    );
  }
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64").toString("utf8"));
  if (!Number.isInteger(start) || start < 0) throw invalid("Next Token is not valid.");
  const page = items.slice(start, start + Limit);
  const hasMore = start + Limit < items.length;
  return { page, token: hasMore ? { NextToken: Buffer.from(String(start + Limit)).toString("base64") } : {} };
}
