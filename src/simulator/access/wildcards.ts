/** `*` stands for any run of characters, `?` for any one, as in IAM policies. */
export function matchesWildcard(value: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (!/[*?]/.test(pattern)) return value === pattern;
  return regExpOf(pattern).test(value);
}

/** Like matchesWildcard, but each of an ARN's six parts by itself, so that `*` never crosses a colon before the last. */
export function matchesArn(value: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return value === pattern;
  const values = partsOf(value);
  const patterns = partsOf(pattern);
  if (patterns.length < 6 || values.length < 6) return matchesWildcard(value, pattern);
  return patterns.every((part, index) => matchesWildcard(values[index] ?? "", part));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}

function regExpOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
