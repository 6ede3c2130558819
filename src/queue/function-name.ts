/**
 * Lambda takes a name, `account:function:name` or the full ARN, each with a qualifier or without.
 * Account and region are present only as far as the given form says them.
 */
export function parseFunctionName(
  given: string,
): { functionName: string; account?: string; region?: string } | undefined {
  const match =
    /^(?:(?:arn:[a-z-]+:lambda:([a-z0-9-]+):)?(?:(\d{12}):)?function:)?([A-Za-z0-9-_]+)(?::[A-Za-z0-9-_$]+)?$/.exec(
      given,
    );
  if (match === null) return undefined;
  const [, region, account, functionName] = match;
  return {
    functionName: functionName!,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}
