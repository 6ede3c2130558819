import { wantsColour } from "../config.ts";

export type Paint = (text: string) => string;

/** Where a verb writes. Handed in, so that tests can read what a person would see. */
export interface Terminal {
  /** One line on standard output. */
  out(line: string): void;
  /** One line on standard error. */
  err(line: string): void;
  paint: Palette;
}

export interface Palette {
  bold: Paint;
  dim: Paint;
  red: Paint;
  green: Paint;
  yellow: Paint;
  cyan: Paint;
}

const ansi =
  (open: number, close: number): Paint =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`;
const plainly: Paint = (text) => text;

/** ANSI colours, or none at all. */
export function palette(colour: boolean): Palette {
  if (!colour) return { bold: plainly, dim: plainly, red: plainly, green: plainly, yellow: plainly, cyan: plainly };
  return {
    bold: ansi(1, 22),
    dim: ansi(2, 22),
    red: ansi(31, 39),
    green: ansi(32, 39),
    yellow: ansi(33, 39),
    cyan: ansi(36, 39),
  };
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    paint: palette(wantsColour(process.stdout.isTTY === true)),
  };
}

/** Rows as columns that are as wide as their widest cell; the last column is never padded. */
export function table(rows: string[][], gap = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join(gap)
      .trimEnd(),
  );
}
