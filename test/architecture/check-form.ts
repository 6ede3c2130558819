import type { Finding } from "./check-imports.ts";
import { isTest, lineAt, walk, type SourceFile } from "./source-file.ts";

export const FUNCTION_LINES_MAX = 70;

/** Functions that do not fit on a screen. */
export function longFunctions(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, text, program } of files.filter((file) => !isTest(file))) {
    walk(program, (node) => {
      if (!["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"].includes(node.type)) return;
      const line = lineAt(text, node.start);
      const lines = lineAt(text, node.end) - line + 1;
      if (lines > FUNCTION_LINES_MAX)
        findings.push({ path, line, says: `a function of ${lines} lines; ${FUNCTION_LINES_MAX} are allowed` });
    });
  }
  return findings;
}

const EMPTY_NAMES = ["util", "utils", "helper", "helpers", "lib", "types", "common", "misc", "shared"];

/** Names that say nothing about what is inside, or are not in kebab-case. */
export function badFileNames(paths: readonly string[]): Finding[] {
  return paths.flatMap((path) => {
    const segments = path.split("/").map((segment) => segment.replace(/(\.test|\.suite|\.config|\.d)?\.m?[jt]s$/, ""));
    const empty = segments.find((segment) => EMPTY_NAMES.includes(segment));
    if (empty !== undefined) return [{ path, line: 1, says: `"${empty}" says nothing about what is inside` }];
    const odd = segments.find((segment) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(segment));
    return odd === undefined ? [] : [{ path, line: 1, says: `"${odd}" is not in kebab-case` }];
  });
}

/** Scripts that a text tells people to run but package.json does not have. */
export function missingScripts(text: string, scripts: Readonly<Record<string, string>>): string[] {
  const named = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map((match) => match[1]!);
  const short = [...text.matchAll(/npm (start|test)\b/g)].map((match) => match[1]!);
  return [...new Set([...named, ...short])].filter((script) => !Object.hasOwn(scripts, script));
}
