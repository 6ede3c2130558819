/** IPv4 addresses and blocks as numbers. */
export interface Cidr {
  base: number;
  /** How many addresses the block has. */
  size: number;
}

/** @returns null if the text is not an IPv4 block such as 10.0.0.0/16. */
export function parseCidr(text: string): Cidr | null {
  const [address = "", bits = ""] = text.split("/");
  const base = parseAddress(address);
  const prefix = Number(bits);
  if (base === null || !/^\d{1,2}$/.test(bits) || prefix > 32) return null;
  const size = 2 ** (32 - prefix);
  return { base: base - (base % size), size };
}

/** @returns null if the text is not an IPv4 address. */
export function parseAddress(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function showAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.base < other.base + other.size && other.base < one.base + one.size;
}
