import { expect, test } from "vitest";
import { evaluateMatrix, renderMatrix, type MayMount } from "./matrix.ts";
import type { ShownRecord } from "./readiness.ts";

const binding = (name: string, accessPointId: string, role: string): ShownRecord => ({
  kind: "Binding",
  metadata: { name, namespace: "media", generation: 1 },
  spec: {},
  status: { accessPointId, roleArns: [`arn:aws:iam::111122223333:role/${role}`] },
});

const bindings = [binding("a", "fsap-a", "role-a"), binding("b", "fsap-b", "role-b")];
const confined: MayMount = ({ roleArn, accessPointId, tls }) => tls && accessPointId === `fsap-${roleArn.at(-1)}`;

test("a confined role reaches its own access point only, and only with TLS", () => {
  const { rows, surprises } = evaluateMatrix(confined, "fs-1", bindings);
  expect(renderMatrix(rows)).toEqual([
    "ROLE    OWN    OTHER  NO-AP  NO-TLS",
    "role-a  allow  deny   deny   deny",
    "role-b  allow  deny   deny   deny",
  ]);
  expect(surprises).toEqual([]);
});

test("every verdict that Enforce does not promise is a sentence", () => {
  const { surprises } = evaluateMatrix(() => true, "fs-1", [bindings[0]!]);
  expect(surprises).toEqual([
    'the simulator answers "allow" for role role-a, column noAccessPoint; Enforce promises "deny"',
    'the simulator answers "allow" for role role-a, column noTls; Enforce promises "deny"',
  ]);
});

test("two bindings on one role are one row, and their access points are both its own", () => {
  const shared = [binding("a", "fsap-a", "role-a"), binding("c", "fsap-c", "role-a")];
  const { rows } = evaluateMatrix(({ accessPointId }) => accessPointId === "fsap-a", "fs-1", shared);
  expect(rows).toMatchObject([{ role: "role-a", own: "deny", other: "-" }]);
});
