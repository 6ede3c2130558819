import { expect, test } from "vitest";
import { branchReport, readSources } from "./branch-coverage.ts";
import { branchLines, DECIDING, neverTakenText } from "./branch-report.ts";

const url = new URL("../../../src/plan/example.ts", import.meta.url).href;
const code = `export function sign(n: number): string {
  if (n < 0) return "-";
  return n > 0 ? "+" : "";
}
`;
const sources = new Map([[url, code]]);

/** As V8 counts it: the whole file, the function, and blocks of it that ran less often. */
function counted(calls: number, ...never: string[]): Parameters<typeof branchReport>[1][number] {
  const range = (text: string, count: number) => {
    const startOffset = code.indexOf(text);
    return { startOffset, endOffset: startOffset + text.length, count };
  };
  const body = code.slice(code.indexOf("function"), code.lastIndexOf("}") + 1);
  const sign = { functionName: "sign", isBlockCoverage: true };
  return [
    {
      url,
      functions: [
        { functionName: "", isBlockCoverage: true, ranges: [range(code, 1)] },
        { ...sign, ranges: [range(body, calls), ...never.map((text) => range(text, 0))] },
      ],
    },
  ];
}

test("a branch counts as taken if any thread took it", async () => {
  const negative = counted(1, `return n > 0 ? "+" : "";`, ` ? "+"`, ` : ""`);
  const positive = counted(1, `return "-";`, ` : ""`);
  const one = await branchReport(sources, [negative], 1);
  const both = await branchReport(sources, [negative, positive], 2);
  expect(one.directories[0]).toEqual({ directory: "src/plan", covered: 1, total: 4 });
  expect(both.directories[0]).toEqual({ directory: "src/plan", covered: 3, total: 4 });
  expect(neverTakenText(both)).toBe('src/plan/example.ts:3:24 cond-expr: "";\n');
  expect(branchLines(both)[0]).toBe("branches taken      3 of 4, 75.0 %, in 2 runs");
});

test("a file that no run loaded counts with none of its branches taken", async () => {
  const { directories, neverTaken } = await branchReport(sources, [], 1);
  expect(directories[0]).toEqual({ directory: "src/plan", covered: 0, total: 4 });
  expect(neverTaken.map(({ line, kind }) => `${line} ${kind}`)).toEqual(["2 if", "2 if", "3 cond-expr", "3 cond-expr"]);
});

test("all that decides is looked at, and no tests", () => {
  const paths = [...readSources().keys()];
  for (const directory of DECIDING) expect(paths.some((path) => path.includes(`/${directory}/`))).toBe(true);
  expect(paths.filter((path) => path.endsWith(".test.ts") || path.includes("/planning-"))).toEqual([]);
});
