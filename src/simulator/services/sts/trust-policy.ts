/** Whether a role's trust policy lets a caller assume it. */
import type { Caller } from "../../core.ts";

interface Statement {
  Effect: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Trust by account, ARN or `*`, with `sts:ExternalId` as the only condition; a statement with any
 * other condition does not hold. Within the account, trust in the account is enough here, since
 * identity policies of users are not evaluated.
 */
export function mayAssume(document: string, caller: Caller, externalId: string | undefined): boolean {
  const { Statement = [] } = JSON.parse(document) as { Statement?: Statement | Statement[] };
  const applying = list(Statement).filter(
    (statement) => coversAction(statement) && covers(statement, caller) && holds(statement, externalId),
  );
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}

function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function coversAction({ Action }: Statement): boolean {
  return list(Action).some((action) => ["*", "sts:*", "sts:assumerole"].includes(action.toLowerCase()));
}

function covers({ Principal }: Statement, caller: Caller): boolean {
  const named = typeof Principal === "string" ? [Principal] : list(Principal?.["AWS"]);
  const root = `arn:aws:iam::${caller.accountId}:root`;
  const own = ["*", root, caller.accountId, caller.arn, caller.principalId, caller.sessionIssuer?.arn];
  return named.some((each) => own.includes(each));
}

function holds({ Condition = {} }: Statement, externalId: string | undefined): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(
      ([key, values]) =>
        operator === "StringEquals" &&
        key.toLowerCase() === "sts:externalid" &&
        list(values).includes(externalId ?? ""),
    ),
  );
}
