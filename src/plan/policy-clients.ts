import type { EcsConsumer, ObservedFunction, Reading } from "../model/observations.ts";
import type { FileSystemObservation, FileSystemPlanInput, KnownClient } from "./file-system-input.ts";
import type { FileSystemPass } from "./file-system-pass.ts";
import { accessPointIdOf, type Admission } from "./policy-admissions.ts";
import { isEnforcing } from "./policy-mode.ts";
import type { PolicyView } from "./policy-view.ts";

/**
 * The Lambda functions, ECS services and tasks that mount one file system today. No API of AWS lists its other clients
 * (EC2, DataSync); CloudWatch's ClientConnections only counts them (AWS-FACTS 10, "First policy").
 */
export function clientsAmong(
  { functions, ecs }: { functions: Reading<ObservedFunction[]>; ecs: Reading<EcsConsumer[]> },
  fileSystemId: string,
  accessPoints: FileSystemObservation["accessPoints"],
): Reading<KnownClient[]> {
  if (!functions.known) return functions;
  if (!ecs.known) return ecs;
  if (!accessPoints.known) return accessPoints;
  const own = new Set(accessPoints.value.map(({ accessPointId }) => accessPointId));
  const lambdas = functions.value.flatMap(({ functionName, version, roleArn, fileSystemConfigs }) => {
    const accessPointId = fileSystemConfigs.map(({ arn }) => accessPointIdOf(arn)).find((id) => own.has(id));
    const name = `Lambda function ${functionName}${version === "$LATEST" ? "" : `, version ${version}`}`;
    return accessPointId === undefined ? [] : [{ name, roleArn, accessPointId }];
  });
  const services = ecs.value.flatMap((consumer) => clientsOf(consumer, fileSystemId, own));
  return { known: true, value: [...lambdas, ...services], readAtMs: functions.readAtMs };
}

/** One client for each way in which the tasks mount the file system: through which access point, and as whom. */
function clientsOf(consumer: EcsConsumer, fileSystemId: string, own: ReadonlySet<string>): KnownClient[] {
  if (!consumer.fileSystemIds.includes(fileSystemId)) return [];
  const isStarter = /^(EventBridge rule|schedule) /.test(consumer.name);
  const name = isStarter ? consumer.name : `ECS ${consumer.name.replace(/^a /, "")}`;
  const ids = consumer.accessPointIds.filter((id) => own.has(id));
  // EFS knows a task by its role only where the volume uses IAM; otherwise it is anonymous.
  const isAnonymous = consumer.anonymousFileSystemIds?.includes(fileSystemId) ?? false;
  const points = ids.length === 0 ? [null] : ids;
  return points.map((accessPointId) => ({ name, roleArn: isAnonymous ? null : consumer.roleArn, accessPointId }));
}

/**
 * True until roles were once confined. A policy that somebody deleted meanwhile is only put back: whoever got in
 * since then was not consented to.
 */
export function isFirstConfinement({ fileSystem, memory }: FileSystemPlanInput): boolean {
  const isEnforced = (fileSystem.facets.fileSystem?.enforcedSinceMs ?? null) !== null;
  return !isEnforced || (memory.admittedRoles ?? []).length === 0;
}

/** Ours was put under this very consent, and others deleted the whole policy. */
export function isPutAgain({ input: { fileSystem, memory } }: FileSystemPass, { text }: PolicyView): boolean {
  const isEnforced = (fileSystem.facets.fileSystem?.enforcedSinceMs ?? null) !== null;
  return text === null && isEnforced && memory.policyPutAtMs > 0;
}

/** True if the report for the consent to mode Enforce is still to be made, and nobody has looked at the clients yet. */
export function needsClients(input: FileSystemPlanInput, isPutDue: boolean): boolean {
  const { fileSystem, observed } = input;
  if (observed.clients !== undefined || !isFirstConfinement(input)) return false;
  const { mode, confirm } = fileSystem.spec.policy;
  return mode === "Enforce" && (isPutDue || confirm !== fileSystem.spec.fileSystemId);
}

/**
 * Names of known clients that stop being admitted once these admissions are enforced; null = nobody could look.
 *
 * Without a policy EFS admits everybody, so the first one shuts out every role that it does not name; and in any
 * case a confined role is shut out of the access points that are not its own. What an identity policy allows is not
 * looked at: whoever has one keeps what no Deny takes.
 */
export function losers(pass: FileSystemPass, view: PolicyView, admissions: readonly Admission[]): string[] | null {
  const { clients } = pass.input.observed;
  if (!clients?.known) return null;
  const pointsOf = new Map<string, Set<string>>();
  for (const { roleArn, accessPointArn } of admissions)
    pointsOf.set(roleArn, (pointsOf.get(roleArn) ?? new Set()).add(accessPointIdOf(accessPointArn)));
  const loses = ({ roleArn, accessPointId }: KnownClient) => {
    const points = roleArn === null ? undefined : pointsOf.get(roleArn);
    return points ? accessPointId === null || !points.has(accessPointId) : view.text === null;
  };
  return [...new Set(clients.value.filter(loses).map(({ name }) => name))].sort();
}

/** False while the report before the first Put in mode Enforce waits for a reading that should succeed soon. */
export function maySay(pass: FileSystemPass, view: PolicyView): boolean {
  const { clients } = pass.input.observed;
  const isFirst = isEnforcing(view.mode) && isFirstConfinement(pass.input);
  if (!isFirst || clients === undefined || clients.known || !clients.why.transient) return true;
  pass.endings.wait(pass.input.settings.backoffBaseMs, "the workloads that mount the file system could not be read");
  return false;
}

/** The report in a sentence; empty if it was not asked for. */
export function lossSentence(pass: FileSystemPass, names: string[] | null): string {
  const { clients } = pass.input.observed;
  if (clients === undefined) return "";
  const others = "Clients other than Lambda functions and ECS tasks are known to no API.";
  if (!clients.known)
    return ` Who would lose access could not be found out (${clients.why.code}): grant lambda:ListFunctions and ECS's List and Describe calls to Mooring's role. ${others}`;
  const shown =
    names!.slice(0, SHOWN_MAX).join(", ") +
    (names!.length > SHOWN_MAX ? `, and ${names!.length - SHOWN_MAX} more` : "");
  return ` Known to lose access, unless an identity policy allows it: ${shown === "" ? "nobody" : shown}. ${others}`;
}

const SHOWN_MAX = 10;
