/**
 * Why an endpoint is not what it was taken for, in one line and in no library's words: the SDK tells of a server that
 * speaks another protocol by what its parser met.
 */
export function whyNoAnswer(error: unknown): string {
  const { name, message, code, $response } = error as NodeJS.ErrnoException & { $response?: { statusCode?: number } };
  // Only what could not be read carries the raw response.
  if ($response?.statusCode !== undefined)
    return `what listens there answers HTTP ${$response.statusCode}, not as AWS does`;
  const [line = ""] = message.trim().split("\n");
  return line === "" ? (code ?? name) : line;
}
