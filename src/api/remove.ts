import type { Provenance, StoredRecord } from "../model/records.ts";
import type { RecordsView } from "../store/store.ts";
import { badRequest, conflict } from "./api-error.ts";
import { decodeObject } from "./body.ts";
import { rfc3339 } from "./durations.ts";
import { isObject } from "./merge-patch.ts";
import { mustFind } from "./record-access.ts";
import type { ObjectName } from "./record-access.ts";
import { isDryRun } from "./request-parameters.ts";
import type { Query } from "./request-parameters.ts";
import type { Decision } from "./write-record.ts";

/** Kubernetes' DeleteOptions, as far as they mean something here. */
export interface DeleteOptions {
  dryRun: boolean;
  preconditions: { uid?: string; resourceVersion?: string };
}

const PROPAGATION_POLICIES = ["Background", "Foreground", "Orphan"];

/**
 * Reads DeleteOptions from body and query. Propagation policies are accepted: nothing depends on these objects.
 *
 * @throws {ApiError} 400 on options that cannot be read.
 */
export function readDeleteOptions(
  body: string | undefined,
  contentType: string | undefined,
  query: Query,
): DeleteOptions {
  const given = body === undefined || body.trim() === "" ? {} : decodeObject(body, contentType).value;
  if (!isObject(given)) throw badRequest("The body of a deletion is DeleteOptions, or nothing.");
  const policy = given.propagationPolicy ?? query.propagationPolicy;
  if (policy !== undefined && policy !== null && !PROPAGATION_POLICIES.includes(policy as string)) {
    throw badRequest(`propagationPolicy is ${JSON.stringify(policy)}: allowed are ${PROPAGATION_POLICIES.join(", ")}.`);
  }
  const inBody = given.dryRun === undefined || given.dryRun === null ? {} : { dryRun: given.dryRun as string[] };
  const preconditions = isObject(given.preconditions) ? given.preconditions : {};
  return {
    dryRun: isDryRun(query) || (inBody.dryRun !== undefined && [inBody.dryRun].flat().length > 0 && isDryRun(inBody)),
    preconditions: {
      ...(typeof preconditions.uid === "string" ? { uid: preconditions.uid } : {}),
      ...(typeof preconditions.resourceVersion === "string" ? { resourceVersion: preconditions.resourceVersion } : {}),
    },
  };
}

/**
 * Decides a deletion: the record gets a deletionTimestamp and goes once its finalizers are released.
 * Asked a second time, it changes nothing.
 *
 * @throws {ApiError} 404, 409 if a precondition does not hold.
 */
export function decideDelete(
  object: ObjectName,
  { preconditions }: DeleteOptions,
  by: Provenance,
): (view: RecordsView) => Decision {
  return (view) => {
    const before = mustFind(view, object);
    checkPrecondition(object, "UID", preconditions.uid, before.metadata.uid);
    checkPrecondition(object, "ResourceVersion", preconditions.resourceVersion, String(before.resourceVersion));
    return { before, after: markedForDeletion(before, by), warnings: [] };
  };
}

export function markedForDeletion(record: StoredRecord, by: Provenance): StoredRecord {
  if (record.metadata.deletionTimestamp !== undefined) return record;
  const { generation } = record.metadata;
  const metadata = { ...record.metadata, deletionTimestamp: rfc3339(by.atMs), generation: generation + 1 };
  return { ...record, metadata, changedBy: by };
}

function checkPrecondition(object: ObjectName, what: string, wanted: string | undefined, actual: string): void {
  if (wanted === undefined || wanted === actual) return;
  throw conflict(
    object.resource,
    object.name,
    `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${actual}`,
  );
}
