/** Whether a queue's resource policy lets EventBridge send to it: without a statement that does, events are dropped. */
interface Statement {
  Effect: string;
  Principal?: unknown;
  Action?: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export interface Delivery {
  /** "events.amazonaws.com" */
  servicePrincipal: string;
  queueArn: string;
  /** The rule that sends. */
  sourceArn: string;
  sourceAccount: string;
}

/** An Allow applies and no Deny does; a condition key that a service's send does not carry never matches. */
export function maySend(policy: string | undefined, delivery: Delivery): boolean {
  if (!policy) return false;
  const { Statement } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  const applying = list(Statement).filter((statement) => applies(statement as Statement, delivery)) as Statement[];
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function applies({ Principal, Action, Resource, Condition = {} }: Statement, delivery: Delivery): boolean {
  const services = typeof Principal === "object" && Principal !== null ? (Principal as Record<string, unknown>) : {};
  const isPrincipal =
    Principal === "*" ||
    list(services["AWS"]).includes("*") ||
    list(services["Service"]).some((name) => name === delivery.servicePrincipal || name === "*");
  return (
    isPrincipal &&
    list(Action).some((action) => like(String(action).toLowerCase(), "sqs:sendmessage")) &&
    list(Resource).some((resource) => like(String(resource), delivery.queueArn)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, key, list(wanted), delivery)),
    )
  );
}

function holds(operator: string, key: string, wanted: unknown[], delivery: Delivery): boolean {
  const values: Record<string, string> = {
    "aws:sourcearn": delivery.sourceArn,
    "aws:sourceaccount": delivery.sourceAccount,
    "aws:securetransport": "true",
  };
  const value = values[key.toLowerCase()];
  const isNegated = operator.includes("Not");
  // A missing key fails a plain operator and satisfies a negated one, or one that says IfExists.
  if (value === undefined) return isNegated || operator.endsWith("IfExists");
  const isPattern = /Like|^Arn/.test(operator);
  const isMatch = wanted.some((each) => (isPattern ? like(String(each), value) : String(each) === value));
  return isNegated ? !isMatch : isMatch;
}

/** `*` and `?` as IAM reads them. */
function like(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s").test(text);
}
