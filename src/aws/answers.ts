import { AwsError } from "../model/errors.ts";

/** AWS's request id of an answer; empty only if a proxy swallowed the header. */
export function requestIdOf(answer: { $metadata: { requestId?: string } }): string {
  return answer.$metadata.requestId ?? "";
}

/** null if AWS answered with exactly this error code; any other failure stays one: unreadable is not absent. */
export async function orNullIf<T>(code: string, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsError && error.code === code) return null;
    throw error;
  }
}
