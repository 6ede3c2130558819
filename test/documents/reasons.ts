import { isNode, walk, type SourceFile, type SyntaxNode } from "../architecture/source-file.ts";

/** Calls whose arguments name a condition's reason. */
const CONDITION_CALLS = ["set", "mountCondition", "say", "tell", "refuse", "ready"];
const STATUSES = ["True", "False", "Unknown"];

/** Every reason that some source gives a condition, as far as it is written as a word. */
export function reasonsIn(files: readonly SourceFile[], conditionTypes: readonly string[]): Set<string> {
  const reasons = new Set<string>();
  const add = (node: unknown) => {
    for (const word of words(node)) {
      if (/^[A-Z][A-Za-z]+$/.test(word) && !STATUSES.includes(word) && !conditionTypes.includes(word))
        reasons.add(word);
    }
  };
  for (const { program } of files) {
    walk(program, (node) => {
      if (node.type === "Property" && isNamed(node.key, "reason")) add(node.value);
      if (node.type === "VariableDeclarator" && isNamed(node.id, "reason")) add(node.init);
      if (
        node.type === "CallExpression" &&
        CONDITION_CALLS.includes(calleeName(node)) &&
        Array.isArray(node.arguments)
      ) {
        node.arguments.forEach(add);
      }
    });
  }
  return reasons;
}

/** The words that an expression may yield: a literal, or both branches of a choice. */
function words(node: unknown): string[] {
  if (!isNode(node)) return [];
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "ConditionalExpression") return [...words(node.consequent), ...words(node.alternate)];
  if (node.type === "LogicalExpression") return [...words(node.left), ...words(node.right)];
  return [];
}

function calleeName(node: SyntaxNode): string {
  const callee = isNode(node.callee) && node.callee.type === "MemberExpression" ? node.callee.property : node.callee;
  return isNode(callee) && callee.type === "Identifier" ? String(callee.name) : "";
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === "Identifier" && node.name === name;
}
