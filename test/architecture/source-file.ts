import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "rolldown/utils";

/** An import, a re-export or a dynamic import. */
export interface ImportOf {
  /** As written, e.g. "../model/keys.ts" or "zod". */
  specifier: string;
  /** Path of the file in the repository, or null if it is a package or a module of Node. */
  file: string | null;
  typeOnly: boolean;
  line: number;
}

/** A node of the ESTree; only what the checks look at. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [member: string]: unknown;
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
  program: SyntaxNode;
  imports: readonly ImportOf[];
}

/** All TypeScript sources below the given folders of the repository. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name))
      .map((entry) =>
        posix.join(entry.parentPath.slice(root.length).replaceAll("\\", "/").replace(/^\//, ""), entry.name),
      )
      .sort()
      .map((path) => parseSource(path, readFileSync(join(root, path), "utf8"))),
  );
}

/** @throws {Error} if the text is not TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`Cannot parse ${path}: ${errors[0]!.message}`);
  const root = program as unknown as SyntaxNode;
  const imports: ImportOf[] = [];
  walk(root, (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return;
    const file = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : null;
    imports.push({ specifier, file, typeOnly: isTypeOnly(node), line: lineAt(text, node.start) });
  });
  return { path, text, program: root, imports };
}

/** Visits every node, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? (child as unknown[]) : [child]) {
      if (isNode(item)) walk(item, visit);
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** Tests, and what only tests use: contract suites that import vitest, and worlds and fixtures by their names. */
export function isTest({ path, imports }: Pick<SourceFile, "path" | "imports">): boolean {
  const name = posix.basename(path);
  if (path.startsWith("test/") || /\.test\.ts$|^test-|-fixture\.ts$/.test(name)) return true;
  return imports.some(({ specifier }) => specifier === "vitest");
}

function specifierOf(node: SyntaxNode): string | null {
  const sources = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"];
  if (!sources.includes(node.type) || !isNode(node.source)) return null;
  return typeof node.source.value === "string" ? node.source.value : null;
}

/** `import type`, or an import in braces whose members are all marked `type`. */
function isTypeOnly(node: SyntaxNode): boolean {
  if (node.importKind === "type" || node.exportKind === "type") return true;
  const specifiers = node.specifiers;
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every(
    (specifier: SyntaxNode) => specifier.importKind === "type" || specifier.exportKind === "type",
  );
}
