import { AwsError } from "../model/errors.ts";

interface Page<Item> {
  items: Item[] | undefined;
  next: string | undefined;
}

/**
 * Reads every page. Absence is concluded from lists, so an incomplete one must never look
 * complete: a page that fails fails the whole read, and a token that comes twice does too.
 */
export async function readAllPages<Item>(
  operation: string,
  read: (token: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await read(token);
    items.push(...(page.items ?? []));
    token = page.next || undefined;
    if (token !== undefined && seen.has(token)) throw repeatedToken(operation);
    if (token !== undefined) seen.add(token);
  } while (token !== undefined);
  return items;
}

function repeatedToken(operation: string): AwsError {
  return new AwsError({
    kind: "Transient",
    operation,
    code: "PagingLoop",
    message:
      "AWS handed out the same page token twice, so the list cannot be known to be complete; it is read again later",
    certainlyNotDone: true,
  });
}
