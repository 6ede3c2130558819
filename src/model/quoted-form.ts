/**
 * What a number that stands where a string belongs was most likely meant to be.
 *
 * YAML 1.1 (kubectl) reads 0750 as octal, 488; YAML 1.2 reads it as 750. Twelve digits lose their leading
 * zeros. The suggestion undoes that where it can be told; where two readings make sense, both are returned.
 */
export function quotedForms(field: string, value: number): string[] {
  if (field.endsWith(".permissions")) return permissionForms(value).map((form) => `"${form}"`);
  if (field === "spec.account" && Number.isSafeInteger(value) && value >= 0)
    return [`"${String(value).padStart(12, "0")}"`];
  return [JSON.stringify(String(value))];
}

function permissionForms(value: number): string[] {
  if (!Number.isInteger(value) || value < 0 || value > 7777) return ["0750"];
  const digits = String(value);
  const asDigits = /^[0-7]{1,4}$/.test(digits) ? digits.padStart(4, "0") : null;
  const asOctal = value <= 0o7777 ? value.toString(8).padStart(4, "0") : null;
  const readings = [...new Set([asDigits, asOctal].filter((form) => form !== null))];
  const sensible = readings.filter(isUsualMode);
  return sensible.length > 0 ? sensible : readings.slice(0, 1);
}

/** Modes that people write give the owner at least what the group has, and the group what others have. */
function isUsualMode(mode: string): boolean {
  const [owner, group, others] = [mode.at(-3), mode.at(-2), mode.at(-1)].map(Number) as [number, number, number];
  return (owner & group) === group && (group & others) === others && owner >= 4;
}
