/** What a target receives: the event, a constant, a part of the event, or a template filled from it. */

export interface TargetInput {
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
}

export interface EventSource {
  ruleArn: string;
  ruleName: string;
  /** When EventBridge received the event, ISO 8601. */
  ingestedAt: string;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export function targetInput(target: TargetInput, event: object, eventText: string, source: EventSource): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  if (target.InputTransformer) return transform(target.InputTransformer, event, eventText, source);
  return eventText;
}

/** `$.detail.name`, `$.resources[0]`, `$['detail-type']`; undefined if nothing is there. */
function valueAt(event: object, path: string): unknown {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    (step) => step[1] ?? step[2] ?? step[3] ?? "",
  );
  let value: unknown = event;
  for (const step of steps) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined;
  }
  return value;
}

function transform(
  { InputPathsMap = {}, InputTemplate }: NonNullable<TargetInput["InputTransformer"]>,
  event: object,
  eventText: string,
  source: EventSource,
): string {
  const reserved: Record<string, unknown> = {
    "aws.events.rule-arn": source.ruleArn,
    "aws.events.rule-name": source.ruleName,
    "aws.events.event.ingestion-time": source.ingestedAt,
    "aws.events.event": event,
    "aws.events.event.json": JSON.parse(eventText),
  };
  let isQuoted = false;
  return InputTemplate.replaceAll(/\\.|"|<([\w.-]+)>/g, (found, name: string | undefined) => {
    if (found === '"') isQuoted = !isQuoted;
    if (name === undefined) return found;
    const path = InputPathsMap[name];
    const isKnown = path !== undefined || Object.hasOwn(reserved, name);
    return isKnown ? inserted(path === undefined ? reserved[name] : valueAt(event, path), isQuoted) : found;
  });
}

/** A missing value becomes empty; inside quotes a text stands as it is, outside it brings its own quotes. */
function inserted(value: unknown, isQuoted: boolean): string {
  if (value === undefined) return "";
  if (typeof value === "string" && isQuoted) return JSON.stringify(value).slice(1, -1);
  return isQuoted && typeof value === "object"
    ? JSON.stringify(JSON.stringify(value)).slice(1, -1)
    : JSON.stringify(value);
}
