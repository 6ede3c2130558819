import type { ObjectMeta, Provenance, StoredRecord } from "../model/records.ts";
import { admit } from "../model/validate.ts";
import type { Manifest } from "../model/validate.ts";
import type { RecordsView } from "../store/store.ts";
import { alreadyExists, ApiError, badRequest, invalid } from "./api-error.ts";
import type { DecodedBody } from "./body.ts";
import { rfc3339 } from "./durations.ts";
import { checkManifest } from "./manifest-input.ts";
import type { Target } from "./manifest-input.ts";
import { isObject } from "./merge-patch.ts";
import { neighboursOf } from "./neighbours.ts";
import type { ApiOptions } from "./options.ts";
import { find } from "./record-access.ts";
import type { Decision } from "./write-record.ts";

/** Kubernetes' alphabet: no vowels, so that no words come out. */
const NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const NAME_SUFFIX_CHARACTERS = 5;

/**
 * Decides a create.
 *
 * @throws {ApiError} 400, 409 AlreadyExists, 422 with all faults of the manifest or all conflicts with other records.
 */
export function decideCreate(
  options: ApiOptions,
  target: Target,
  body: DecodedBody,
  by: Provenance,
): (view: RecordsView) => Decision {
  const named = withGeneratedName(body, options);
  const { manifest, warnings } = checkManifest(named, target, options.home);
  const { resource } = target;
  const { name, namespace } = manifest.metadata;
  if (manifest.metadata.resourceVersion) throw badRequest("resourceVersion should not be set on objects to be created");
  const metadata = firstMetadata(manifest, target, options, by);
  return (view) => {
    const existing = find(view, { resource, namespace, name });
    if (existing)
      throw existing.metadata.deletionTimestamp === undefined
        ? alreadyExists(resource, name)
        : beingDeleted(target, name);
    const faults = admit(manifest, undefined, neighboursOf(manifest, view));
    if (faults.length > 0) throw invalid(resource, name, faults);
    const after = {
      kind: manifest.kind,
      metadata,
      spec: manifest.spec,
      changedBy: by,
      facets: {},
      resourceVersion: 0,
    } as StoredRecord;
    return { after, warnings };
  };
}

function firstMetadata(manifest: Manifest, { resource }: Target, options: ApiOptions, by: Provenance): ObjectMeta {
  const { name, namespace, labels, annotations, finalizers = [] } = manifest.metadata;
  const foreign = finalizers.filter((finalizer) => !resource.finalizers.includes(finalizer));
  if (foreign.length > 0) throw invalid(resource, name, [foreignFinalizers(foreign)]);
  return {
    name,
    namespace,
    uid: options.chance.uuid(),
    generation: 1,
    creationTimestamp: rfc3339(by.atMs),
    finalizers: resource.finalizers,
    labels,
    annotations,
  };
}

/** Nobody but Mooring releases finalizers here, so a foreign one would keep its record for ever. */
export function foreignFinalizers(foreign: string[]): { field: string; value: unknown; rule: string; message: string } {
  return {
    field: "metadata.finalizers",
    value: foreign,
    rule: "finalizers-mooring-only",
    message: `metadata.finalizers has ${foreign.join(", ")}: only Mooring's own are allowed, and it sets them itself. Leave the field out.`,
  };
}

function beingDeleted({ resource }: Target, name: string): ApiError {
  const usual = alreadyExists(resource, name);
  return new ApiError(
    409,
    "AlreadyExists",
    `object is being deleted: ${usual.message}; wait until it is gone (kubectl wait --for=delete)`,
    usual.details,
  );
}

function withGeneratedName(body: DecodedBody, options: ApiOptions): DecodedBody {
  const { value } = body;
  if (!isObject(value) || !isObject(value.metadata)) return body;
  const { name, generateName } = value.metadata;
  if ((name !== undefined && name !== "") || typeof generateName !== "string" || generateName === "") return body;
  const suffix = Array.from(
    { length: NAME_SUFFIX_CHARACTERS },
    () => NAME_ALPHABET[Math.floor(options.chance.random() * NAME_ALPHABET.length)]!,
  );
  return { ...body, value: { ...value, metadata: { ...value.metadata, name: generateName + suffix.join("") } } };
}
