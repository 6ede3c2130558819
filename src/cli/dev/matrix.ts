import { table } from "../terminal.ts";
import type { ShownRecord } from "./readiness.ts";

/** One attempt of a role to mount, as the simulated EFS would judge it. */
export interface MountAttempt {
  roleArn: string;
  fileSystemId: string;
  /** null = the file system itself, through no access point. */
  accessPointId: string | null;
  tls: boolean;
}

/** The simulator's own decision: identity policies and file system policy together. */
export type MayMount = (attempt: MountAttempt) => boolean;

export type Verdict = "allow" | "deny" | "-";

export interface MatrixRow {
  role: string;
  /** Its own access points, all of them. */
  own: Verdict;
  /** Any access point of another role. */
  other: Verdict;
  /** The file system without an access point. */
  noAccessPoint: Verdict;
  /** Its own access points without TLS. */
  noTls: Verdict;
}

const EXPECTED: Omit<MatrixRow, "role"> = { own: "allow", other: "deny", noAccessPoint: "deny", noTls: "deny" };

/**
 * Who can mount what, as the simulator decides right now.
 *
 * @param bindings of one file system.
 * @returns the rows, and a sentence for each verdict that is not what Enforce promises.
 */
export function evaluateMatrix(
  mayMount: MayMount,
  fileSystemId: string,
  bindings: ShownRecord[],
): { rows: MatrixRow[]; surprises: string[] } {
  const byRole = accessPointsByRole(bindings);
  const rows = [...byRole].map(([roleArn, own]) => {
    const others = [...byRole]
      .filter(([role]) => role !== roleArn)
      .flatMap(([, theirs]) => theirs.filter((id) => !own.includes(id)));
    const verdict = (ids: (string | null)[], tls: boolean, combine: "every" | "some"): Verdict => {
      if (ids.length === 0) return "-";
      return ids[combine]((accessPointId) => mayMount({ roleArn, fileSystemId, accessPointId, tls }))
        ? "allow"
        : "deny";
    };
    return {
      role: roleArn.slice(roleArn.lastIndexOf("/") + 1),
      own: verdict(own, true, "every"),
      other: verdict(others, true, "some"),
      noAccessPoint: verdict([null], true, "some"),
      noTls: verdict(own, false, "some"),
    };
  });
  rows.sort((a, b) => (a.role < b.role ? -1 : 1));
  return { rows, surprises: rows.flatMap(surprisesOf) };
}

function accessPointsByRole(bindings: ShownRecord[]): Map<string, string[]> {
  const byRole = new Map<string, string[]>();
  for (const { status } of bindings) {
    const { accessPointId } = status ?? {};
    if (accessPointId === undefined) continue;
    for (const role of status?.roleArns ?? []) byRole.set(role, [...(byRole.get(role) ?? []), accessPointId]);
  }
  return byRole;
}

function surprisesOf(row: MatrixRow): string[] {
  return (Object.keys(EXPECTED) as (keyof typeof EXPECTED)[])
    .filter((column) => row[column] !== "-" && row[column] !== EXPECTED[column])
    .map(
      (column) =>
        `the simulator answers "${row[column]}" for role ${row.role}, column ${column}; Enforce promises "${EXPECTED[column]}"`,
    );
}

/** The matrix as lines. */
export function renderMatrix(rows: MatrixRow[]): string[] {
  return table([
    ["ROLE", "OWN", "OTHER", "NO-AP", "NO-TLS"],
    ...rows.map((row) => [row.role, row.own, row.other, row.noAccessPoint, row.noTls]),
  ]);
}
