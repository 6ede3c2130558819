/**
 * The schedule expressions of EventBridge's rules and of EventBridge Scheduler: `rate(5 minutes)`,
 * `cron(0/5 * * * ? *)` and, of Scheduler only, `at(2026-01-01T00:00:00)`.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

export interface ScheduleExpression {
  kind: "rate" | "cron" | "at";
  /**
   * The first time after `afterMs` at which it is due, ms since the epoch, in UTC; `null` = never again, or a cron
   * expression with L, W or #, whose days are not computed.
   *
   * @param sinceMs from when a rate counts.
   */
  next(afterMs: number, sinceMs: number): number | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UNIT_MS: Record<string, number> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/** From minutes to years; names count from `first`. */
const FIELDS = [
  { first: 0, last: 59, names: [], special: /^$/ },
  { first: 0, last: 23, names: [], special: /^$/ },
  { first: 1, last: 31, names: [], special: /^(\?|L(-\d+)?W?|\d+W)$/ },
  { first: 1, last: 12, names: MONTHS, special: /^$/ },
  { first: 1, last: 7, names: WEEKDAYS, special: /^(\?|L|\w+L|\w+#[1-5])$/ },
  { first: 1970, last: 2199, names: [], special: /^$/ },
] as const;
/** A leap day that falls on a given weekday comes again within 40 years; nobody waits that long here. */
const DAYS_SEARCHED = 10 * 366;

/** null = AWS would not take it. */
export function parseSchedule(text: string): ScheduleExpression | null {
  const rate = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(text);
  if (rate) return rateOf(Number(rate[1]), rate[2]!, rate[3] === "s");
  const cron = /^cron\((.+)\)$/.exec(text);
  if (cron) return cronOf(cron[1]!.trim().split(/\s+/));
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(text);
  const atMs = Date.parse(`${at?.[1]}Z`);
  return Number.isNaN(atMs) ? null : { kind: "at", next: (afterMs) => (atMs > afterMs ? atMs : null) };
}

/** One is singular and all else plural, or AWS refuses it. */
function rateOf(value: number, unit: string, isPlural: boolean): ScheduleExpression | null {
  if (isPlural !== value > 1) return null;
  const everyMs = value * UNIT_MS[unit]!;
  const next = (afterMs: number, sinceMs: number) =>
    sinceMs + (Math.floor(Math.max(0, afterMs - sinceMs) / everyMs) + 1) * everyMs;
  return { kind: "rate", next };
}

type Values = ReadonlySet<number> | "special";

function cronOf(texts: string[]): ScheduleExpression | null {
  if (texts.length !== FIELDS.length) return null;
  const fields = texts.map((text, at) => valuesOf(text, FIELDS[at]!));
  if (fields.some((field) => field === null)) return null;
  // One of the two kinds of day must be left open with "?".
  if ((texts[2] === "?") === (texts[4] === "?")) return null;
  return { kind: "cron", next: (afterMs) => nextOf(fields as Values[], texts, afterMs) };
}

/** null = not a field of cron. */
function valuesOf(text: string, field: (typeof FIELDS)[number]): Values | null {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    if (field.special.test(part)) return text === part ? "special" : null;
    const match = /^(\*|[A-Z]+|\d+)(?:-([A-Z]+|\d+))?(?:\/(\d+))?$/i.exec(part);
    if (!match) return null;
    const [, from = "", to, step] = match;
    const start = from === "*" ? field.first : numberOf(from, field);
    const isOpen = from === "*" || (step !== undefined && to === undefined);
    const end = isOpen ? field.last : to === undefined ? start : numberOf(to, field);
    if (start === null || end === null || end < start || step === "0") return null;
    for (let value = start; value <= end; value += Number(step ?? 1)) found.add(value);
  }
  return found;
}

function numberOf(text: string, { first, last, names }: (typeof FIELDS)[number]): number | null {
  const named = (names as readonly string[]).indexOf(text.toUpperCase());
  const value = named >= 0 ? named + first : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= first && value <= last ? value : null;
}

function nextOf(fields: Values[], texts: string[], afterMs: number): number | null {
  const [minutes, hours, days, months, weekdays, years] = fields as [Values, Values, Values, Values, Values, Values];
  if ([2, 4].some((at) => fields[at] === "special" && texts[at] !== "?")) return null;
  const admits = (values: Values, value: number) => values === "special" || values.has(value);
  const firstDayMs = Math.floor(afterMs / DAY_MS) * DAY_MS;
  for (let dayMs = firstDayMs; dayMs < firstDayMs + DAYS_SEARCHED * DAY_MS; dayMs += DAY_MS) {
    const day = new Date(dayMs);
    const isDue =
      admits(years, day.getUTCFullYear()) &&
      admits(months, day.getUTCMonth() + 1) &&
      admits(days, day.getUTCDate()) &&
      admits(weekdays, day.getUTCDay() + 1);
    if (!isDue) continue;
    for (let atMs = Math.max(dayMs, nextMinute(afterMs)); atMs < dayMs + DAY_MS; atMs += MINUTE_MS) {
      const at = new Date(atMs);
      if (admits(hours, at.getUTCHours()) && admits(minutes, at.getUTCMinutes())) return atMs;
    }
  }
  return null;
}

function nextMinute(afterMs: number): number {
  return (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
}
