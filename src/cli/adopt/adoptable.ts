import { admit } from "../../model/admit.ts";
import { checkRecord } from "../../model/check-record.ts";
import { fileSystemArn } from "../../model/keys.ts";
import type { ObservedAccessPoint } from "../../model/observations.ts";
import { ANNOTATIONS, API_VERSION, TAGS, type BindingRecord } from "../../model/records.ts";
import type { Home } from "../../model/validate.ts";
import { adoptableStatements, fileSystemStatements } from "./adoptable-statements.ts";
import { familyMounts, serviceMounts } from "./ecs-mounts.ts";
import type { FoundMount } from "./found-mount.ts";
import { functionMounts } from "./function-mounts.ts";
import { asStored, type KnownRecords, NO_RECORDS } from "./known-records.ts";
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
  /** What a running Mooring has already; left out = none was asked. */
  known?: KnownRecords;
}

/** Bindings, and the FileSystems that they name, for every EFS mount of every function, service and task family. */
export function adoptable(account: Account, choice: ScanChoice): Adoptable {
  const scan = new Scan(account, choice);
  for (const mount of mountsOf(account)) scan.take(mount);
  return scan.result();
}

function mountsOf({ functions, services, families }: Account): FoundMount[] {
  const byWho = (a: FoundMount, b: FoundMount) => (a.who < b.who ? -1 : a.who > b.who ? 1 : 0);
  return [functions.flatMap(functionMounts), services.flatMap(serviceMounts), families.flatMap(familyMounts)].flatMap(
    (kind) => kind.toSorted(byWho),
  );
}

/** Takes mounts one after the other: who comes first has the access point, and the plain name. */
class Scan {
  readonly #account: Account;
  readonly #choice: ScanChoice;
  readonly #accessPoints: ReadonlyMap<string, ObservedAccessPoint>;
  readonly #bindings: FoundRecord[] = [];
  readonly #known: KnownRecords;
  /** Those known, and those found so far. */
  readonly #accepted: BindingRecord[];
  readonly #leftOut: string[] = [];
  readonly #owners = new Map<string, string>();

  constructor(account: Account, choice: ScanChoice) {
    this.#account = account;
    this.#choice = choice;
    this.#known = choice.known ?? NO_RECORDS;
    this.#accepted = [...this.#known.bindings];
    this.#accessPoints = new Map(
      account.accessPoints.flatMap((one) => [
        [one.accessPointArn, one],
        [one.accessPointId, one],
      ]),
    );
    for (const { service, revision } of account.services)
      if (revision === null)
        this.#leftOut.push(
          `service ${service.cluster}/${service.serviceName}: it names no task definition that ECS knows, so what it mounts is not known`,
        );
  }

  take(mount: FoundMount): void {
    const accessPoint = mount.accessPoint === null ? undefined : this.#accessPoints.get(mount.accessPoint);
    const why = mount.obstacle ?? obstacle(mount, accessPoint, this.#owners);
    if (why !== null || accessPoint === undefined || mount.roleArn === null) {
      this.#leftOut.push(`${mount.says}: ${why ?? "it has no role"}`);
      return;
    }
    const record = bindingOf({ ...mount, roleArn: mount.roleArn }, accessPoint, this.#account, {
      ...this.#choice,
      name: freeName(mount.stem, this.#takenNames()),
      fileSystemName: this.#nameOf(accessPoint.fileSystemId),
      modeNote: this.#modeNote(accessPoint.fileSystemId),
    });
    const faults = this.#accept(record);
    if (faults.length > 0) this.#leftOut.push(`${mount.says}: ${faults.join(" ")}`);
    else this.#owners.set(accessPoint.accessPointId, mount.who);
  }

  #takenNames(): Set<string> {
    const own = this.#accepted.filter(({ metadata }) => metadata.namespace === this.#choice.namespace);
    return new Set(own.map(({ metadata }) => metadata.name));
  }

  /** A FileSystem that Mooring has keeps its name; a new one is called by its id. */
  #nameOf(fileSystemId: string): string {
    return (
      this.#known.fileSystems.find(({ spec }) => spec.fileSystemId === fileSystemId)?.metadata.name ?? fileSystemId
    );
  }

  /** Where Mooring writes the policy already, a Binding that only observes is not admitted by it. */
  #modeNote(fileSystemId: string): string[] {
    const known = this.#known.fileSystems.find(({ spec }) => spec.fileSystemId === fileSystemId);
    const mode = known?.spec.policy.mode ?? "Observe";
    if (mode === "Observe" || this.#choice.driftPolicy === "Correct") return [];
    return [
      `FileSystem ${known!.metadata.name} is in mode ${mode}: unless Mooring's statements admit this Binding already, it says so (Drifted, HeldBack) until driftPolicy is Correct`,
    ];
  }

  /** What the API would refuse it for, by itself or beside those taken so far; if nothing, it is taken. */
  #accept(record: FoundRecord): string[] {
    const checked = checkRecord(record.body.kind, record.body, this.#choice.home);
    const faults = checked.ok
      ? admit(checked.manifest, undefined, { bindings: this.#accepted, fileSystems: this.#known.fileSystems })
      : checked.faults;
    if (checked.ok && faults.length === 0) {
      this.#bindings.push(record);
      this.#accepted.push(...(asStored("Binding", record.body, this.#choice.home) as BindingRecord[]));
    }
    return faults.map(({ message }) => message);
  }

  result(): Adoptable {
    const found = this.#accepted.slice(this.#known.bindings.length);
    const used = new Set(found.map(({ spec }) => spec.fileSystemRef.name));
    const fileSystems = this.#account.fileSystems
      .filter(({ fileSystemId }) => used.has(fileSystemId))
      .map(({ fileSystemId }) => fileSystemOf(fileSystemId, this.#account, this.#choice.home));
    return { records: [...fileSystems, ...this.#bindings], leftOut: this.#leftOut };
  }
}

/** Why no Binding can take this access point over; null = one can. */
function obstacle(
  { who, fileSystemId: stated }: FoundMount,
  accessPoint: ObservedAccessPoint | undefined,
  owners: ReadonlyMap<string, string>,
): string | null {
  if (accessPoint === undefined) return "no EFS access point of this account and region";
  const { accessPointId, fileSystemId, lifeCycleState, tags, creationInfo, posixUser } = accessPoint;
  if (stated !== null && stated !== fileSystemId)
    return `access point ${accessPointId} is one of ${fileSystemId}, and the volume names ${stated}; no task can start with it`;
  if (lifeCycleState !== "available") return `access point ${accessPointId} is "${lifeCycleState}"`;
  if (tags[TAGS.installation] !== undefined && tags[TAGS.retained] !== "true")
    return `the access point is kept by Binding ${tags[TAGS.bindingName] ?? "(unnamed)"} of installation "${tags[TAGS.installation]}" already`;
  const owner = owners.get(accessPointId);
  if (owner !== undefined)
    return `a Binding has an access point of its own, and ${owner} has taken this one; give ${who} one with the same directory`;
  if (creationInfo === null || posixUser === null)
    return "the access point states no owner of its directory, or no POSIX user, and a Binding always states both; make a new one";
  return null;
}

interface Naming {
  name: string;
  fileSystemName: string;
  modeNote: string[];
}

function bindingOf(
  { roleArn, workload, notes }: FoundMount & { roleArn: string },
  accessPoint: ObservedAccessPoint,
  { policies }: Account,
  { home, name, fileSystemName, modeNote, namespace, driftPolicy }: ScanChoice & Naming,
): FoundRecord {
  const { accessPointId, accessPointArn, fileSystemId, path, creationInfo, posixUser } = accessPoint;
  const policy = policies.get(fileSystemId) ?? null;
  const { access, doubt } = grantedAccess(policy, { roleArn, accessPointArn, posixUid: posixUser?.uid ?? 0 });
  const arn = fileSystemArn({ ...home, fileSystemId });
  const statements = adoptableStatements(policy, { roleArn, accessPointArn, access }, arn);
  const words = [accessPointId, "mount", ...statements.sids.map((sid) => `sid:${sid}`)];
  return {
    notes: [
      ...notes,
      ...retainedNote(accessPoint),
      ...modeNote,
      ...(doubt === null ? [] : [`access: ${access} is a guess: ${doubt}`]),
      ...statements.notes,
    ],
    body: {
      apiVersion: API_VERSION,
      kind: "Binding",
      metadata: { name, namespace, annotations: { [ANNOTATIONS.adopt]: words.join(",") } },
      spec: {
        fileSystemRef: { name: fileSystemName },
        rootDirectory: { path, ...creationInfo },
        posixUser,
        access,
        workload,
        driftPolicy,
        deletionPolicy: "Retain",
      },
    },
  };
}

function retainedNote({ tags }: ObservedAccessPoint): string[] {
  if (tags[TAGS.installation] === undefined) return [];
  return [
    `Binding ${tags[TAGS.bindingName] ?? "(unnamed)"} of installation "${tags[TAGS.installation]}" left this access point behind (deletionPolicy: Retain); only that installation takes it over`,
  ];
}

function fileSystemOf(fileSystemId: string, { policies }: Account, home: Home): FoundRecord {
  const { account, region } = home;
  return {
    notes: fileSystemStatements(policies.get(fileSystemId) ?? null, fileSystemArn({ ...home, fileSystemId })),
    body: {
      apiVersion: API_VERSION,
      kind: "FileSystem",
      metadata: { name: fileSystemId },
      spec: { account, region, fileSystemId, policy: { mode: "Observe" } },
    },
  };
}

/** A DNS name as near to the workload's as can be. */
function freeName(workload: string, taken: ReadonlySet<string>): string {
  const base = workload
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const stem = base === "" ? "workload" : base;
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(name)) return name;
  }
}
