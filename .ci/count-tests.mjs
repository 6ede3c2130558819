// Prints "passed failed skipped" of a report of vitest's JSON reporter. A file that broke before its tests counts as one failure.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
).length;
console.log(report.numPassedTests, report.numFailedTests + broken, report.numPendingTests + (report.numTodoTests ?? 0));
