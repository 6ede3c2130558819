import { checkRecord } from "../../model/check-record.ts";
import type { ObservedAccessPoint, ObservedFunction } from "../../model/observations.ts";
import { ANNOTATIONS, API_VERSION, TAGS } from "../../model/records.ts";
import type { Home } from "../../model/validate.ts";
import { grantedAccess } from "./granted-access.ts";
import type { Account } from "./scan-account.ts";

/** A record to apply, and what its reader should know. */
export interface FoundRecord {
  notes: string[];
  body: Record<string, unknown> & {
    kind: "Binding" | "FileSystem";
    metadata: Record<string, unknown> & { name: string };
  };
}

export interface Adoptable {
  /** FileSystems first. Applied as they are, they change nothing. */
  records: FoundRecord[];
  /** Mounts that no record can describe, each with the reason. */
  leftOut: string[];
}

export interface ScanChoice {
  home: Home;
  namespace: string;
  driftPolicy: "Observe" | "Correct";
}

/** Bindings, and the FileSystems that they name, for every EFS mount of every function. */
export function adoptable(account: Account, choice: ScanChoice): Adoptable {
  const leftOut: string[] = [];
  const bindings: FoundRecord[] = [];
  const names = new Set<string>();
  const owners = new Map<string, string>();
  const byArn = new Map(account.accessPoints.map((one) => [one.accessPointArn, one]));
  for (const fn of account.functions.toSorted((a, b) => (a.functionName < b.functionName ? -1 : 1))) {
    for (const { arn, localMountPath } of fn.fileSystemConfigs) {
      const accessPoint = byArn.get(arn);
      const mount = `function ${fn.functionName} mounts ${arn} at ${localMountPath}`;
      const why =
        accessPoint === undefined ? "no EFS access point of this account and region" : obstacle(accessPoint, owners);
      if (accessPoint === undefined || why !== null) {
        leftOut.push(`${mount}: ${why}`);
        continue;
      }
      const record = bindingOf(fn, accessPoint, localMountPath, account, choice, names);
      const faults = faultsOf(record, choice.home);
      if (faults.length > 0) {
        leftOut.push(`${mount}: ${faults.join(" ")}`);
        continue;
      }
      owners.set(accessPoint.accessPointId, fn.functionName);
      names.add(record.body.metadata.name);
      bindings.push(record);
    }
  }
  const used = new Set(
    bindings.map(({ body }) => (body["spec"] as { fileSystemRef: { name: string } }).fileSystemRef.name),
  );
  const fileSystems = account.fileSystems
    .filter(({ fileSystemId }) => used.has(fileSystemId))
    .map(({ fileSystemId }) => fileSystemOf(fileSystemId, choice.home));
  return { records: [...fileSystems, ...bindings], leftOut };
}

/** Why no Binding can take this access point over; null = one can. */
function obstacle({ accessPointId, tags, creationInfo, posixUser }: ObservedAccessPoint, owners: Map<string, string>) {
  if (tags[TAGS.installation] !== undefined)
    return `the access point is kept by Binding ${tags[TAGS.bindingName] ?? "(unnamed)"} of installation "${tags[TAGS.installation]}" already`;
  const owner = owners.get(accessPointId);
  if (owner !== undefined)
    return `a Binding has an access point of its own, and function ${owner} has taken this one; give this function one with the same directory`;
  if (creationInfo === null || posixUser === null)
    return "the access point states no owner of its directory, or no POSIX user, and a Binding always states both; make a new one";
  return null;
}

function bindingOf(
  fn: ObservedFunction,
  accessPoint: ObservedAccessPoint,
  localMountPath: string,
  { policies }: Account,
  { namespace, driftPolicy }: ScanChoice,
  names: ReadonlySet<string>,
): FoundRecord {
  const { accessPointId, accessPointArn, fileSystemId, path, creationInfo, posixUser } = accessPoint;
  const mount = { roleArn: fn.roleArn, accessPointArn, posixUid: posixUser?.uid ?? 0 };
  const { access, doubt } = grantedAccess(policies.get(fileSystemId) ?? null, mount);
  return {
    notes: doubt === null ? [] : [`access: ${access} is a guess: ${doubt}`],
    body: {
      apiVersion: API_VERSION,
      kind: "Binding",
      metadata: {
        name: freeName(fn.functionName, names),
        namespace,
        annotations: { [ANNOTATIONS.adopt]: `${accessPointId},mount` },
      },
      spec: {
        fileSystemRef: { name: fileSystemId },
        rootDirectory: { path, ...creationInfo },
        posixUser,
        access,
        workload: { lambda: { functionName: fn.functionName, localMountPath } },
        driftPolicy,
        deletionPolicy: "Retain",
      },
    },
  };
}

function fileSystemOf(fileSystemId: string, { account, region }: Home): FoundRecord {
  return {
    notes: [],
    body: {
      apiVersion: API_VERSION,
      kind: "FileSystem",
      metadata: { name: fileSystemId },
      spec: { account, region, fileSystemId, policy: { mode: "Observe" } },
    },
  };
}

/** A DNS name as near to the function's as can be. */
function freeName(functionName: string, taken: ReadonlySet<string>): string {
  const base = functionName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const stem = base === "" ? "function" : base;
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** What the API would refuse it for. */
function faultsOf({ body }: FoundRecord, home: Home): string[] {
  const checked = checkRecord(body.kind, body, home);
  return checked.ok ? [] : checked.faults.map(({ message }) => message);
}
