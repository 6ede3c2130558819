import { expect, test } from "vitest";
import { parseSchedule } from "./schedule-expression.ts";

/** A Thursday. */
const NEW_YEAR_MS = Date.UTC(2026, 0, 1);

test.each([
  "rate(1 minute)",
  "rate(5 minutes)",
  "rate(1 day)",
  "cron(0/5 * * * ? *)",
  "cron(15 10 ? * MON-FRI *)",
  "cron(0 8 L * ? 2026-2030)",
  "cron(0 8 ? * 6#3 *)",
  "at(2026-02-03T04:05:06)",
])("%s is a schedule", (text) => {
  expect(parseSchedule(text)).not.toBeNull();
});

test.each([
  "rate(1 minutes)",
  "rate(5 minute)",
  "rate(0 minutes)",
  "rate(1 week)",
  "rate(5)",
  "cron(0 8 * * * *)",
  "cron(0 8 ? * ? *)",
  "cron(60 8 * * ? *)",
  "cron(0 8 * * ?)",
  "cron(0 8 5-1 * ? *)",
  "at(tomorrow)",
  "every day",
])("%s is none", (text) => {
  expect(parseSchedule(text)).toBeNull();
});

test.each([
  ["cron(30 2 * * ? *)", "2026-01-01T02:30:00.000Z"],
  ["cron(0 0 ? * MON *)", "2026-01-05T00:00:00.000Z"],
  ["cron(0/20 1 29 FEB ? *)", "2028-02-29T01:00:00.000Z"],
  ["at(2026-02-03T04:05:06)", "2026-02-03T04:05:06.000Z"],
])("%s is next due at %s", (text, due) => {
  expect(new Date(parseSchedule(text)!.next(NEW_YEAR_MS, 0)!).toISOString()).toBe(due);
});

test("a rate counts from when it was set, and what is past never comes again", () => {
  const rate = parseSchedule("rate(5 minutes)")!;
  expect(rate.next(NEW_YEAR_MS, NEW_YEAR_MS)).toBe(NEW_YEAR_MS + 300_000);
  expect(rate.next(NEW_YEAR_MS + 300_000, NEW_YEAR_MS)).toBe(NEW_YEAR_MS + 600_000);
  expect(parseSchedule("at(2025-01-01T00:00:00)")!.next(NEW_YEAR_MS, 0)).toBeNull();
  expect(parseSchedule("cron(0 0 1 1 ? 2025)")!.next(NEW_YEAR_MS, 0)).toBeNull();
});
