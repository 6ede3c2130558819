/** "1 statement", "2 statements"; 0 takes the plural, as in English. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
