/** Where decisions are made. What only carries them out, reads or stores is judged by the invariants. */
export const DECIDING = ["src/plan", "src/reconcilers", "state-machines"] as const;

/** How many ways out of `if`, `?:`, `&&`, `||`, `??`, `switch` and default values there are, and how many were taken. */
export interface DirectoryBranches {
  directory: string;
  covered: number;
  total: number;
}

/** A way that no run took. */
export interface BranchNeverTaken {
  file: string;
  line: number;
  column: number;
  /** As Istanbul names it: if, cond-expr, binary-expr, switch, default-arg. */
  kind: string;
  /** The code that never ran; of an `if` without `else`, that its condition always held. */
  code: string;
}

export interface BranchReport {
  /** How many runs were looked at. */
  runs: number;
  directories: DirectoryBranches[];
  neverTaken: BranchNeverTaken[];
}

/** One line for each directory and one for all. */
export function branchLines({ runs, directories }: BranchReport): string[] {
  const all = { covered: 0, total: 0 };
  for (const { covered, total } of directories) {
    all.covered += covered;
    all.total += total;
  }
  const line = (covered: number, total: number): string =>
    `${covered} of ${total}, ${((100 * covered) / Math.max(1, total)).toFixed(1)} %`;
  return [
    `branches taken      ${line(all.covered, all.total)}, in ${runs} runs`,
    ...directories.map(({ directory, covered, total }) => `  ${directory.padEnd(26)} ${line(covered, total)}`),
  ];
}

/** One line for each branch that no run took, in the order of the files. */
export function neverTakenText({ neverTaken }: BranchReport): string {
  return neverTaken
    .map(({ file, line, column, kind, code }) => `${file}:${line}:${column} ${kind}: ${code}\n`)
    .join("");
}
