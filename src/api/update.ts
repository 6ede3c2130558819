import { isDeepStrictEqual } from "node:util";
import { ANNOTATIONS } from "../model/records.ts";
import type { Provenance, StoredRecord } from "../model/records.ts";
import { admit } from "../model/validate.ts";
import type { Fault, Manifest } from "../model/validate.ts";
import type { RecordsView } from "../store/store.ts";
import { badRequest, conflict, invalid, staleVersion, unsupportedMediaType, ApiError } from "./api-error.ts";
import { decodeJson, mediaType } from "./body.ts";
import type { DecodedBody } from "./body.ts";
import { foreignFinalizers } from "./create.ts";
import { jsonPatch, JsonPatchError } from "./json-patch.ts";
import { checkManifest } from "./manifest-input.ts";
import type { Target } from "./manifest-input.ts";
import { isObject, mergePatch } from "./merge-patch.ts";
import { neighboursOf } from "./neighbours.ts";
import type { ApiOptions } from "./options.ts";
import { mustFind } from "./record-access.ts";
import { render } from "./render.ts";
import type { Decision } from "./write-record.ts";

type NamedTarget = Target & { name: string };

/**
 * Decides a PUT. As for Kubernetes' custom resources, metadata.resourceVersion must be given: without it
 * the last writer would silently win.
 *
 * @throws {ApiError} 400, 404, 409 Conflict, 422.
 */
export function decideReplace(
  options: ApiOptions,
  target: NamedTarget,
  body: DecodedBody,
  by: Provenance,
): (view: RecordsView) => Decision {
  const { manifest, warnings } = checkManifest(body, target, options.home);
  if (!manifest.metadata.resourceVersion) throw invalid(target.resource, target.name, [versionMissing()]);
  return (view) => {
    const before = mustFind(view, target);
    return { ...decideUpdate(before, manifest, target, by, view), warnings };
  };
}

/**
 * Decides a PATCH: the patch is applied to the newest record, each time that is asked.
 *
 * @throws {ApiError} 400, 404, 409 Conflict, 415 for a patch type that custom resources do not have, 422.
 */
export function decidePatch(
  options: ApiOptions,
  target: NamedTarget,
  text: string,
  contentType: string | undefined,
  by: Provenance,
): (view: RecordsView) => Decision {
  const patch = readPatch(text, contentType);
  return (view) => {
    const before = mustFind(view, target);
    const patched = patch.apply(render(before, view), target);
    const strips = isObject(patched) && isObject(patched.metadata) && patched.metadata.finalizers === undefined;
    if (strips && before.metadata.finalizers.length > 0)
      throw invalid(target.resource, target.name, [stripped(before, before.metadata.finalizers)]);
    const { manifest, warnings } = checkManifest(
      { value: patched, duplicates: patch.duplicates },
      target,
      options.home,
    );
    return { ...decideUpdate(before, manifest, target, by, view), warnings };
  };
}

function decideUpdate(
  before: StoredRecord,
  manifest: Manifest,
  target: NamedTarget,
  by: Provenance,
  view: RecordsView,
): { before: StoredRecord; after: StoredRecord } {
  const { resource, name } = target;
  const { uid, resourceVersion, labels, annotations, finalizers } = manifest.metadata;
  if (uid && uid !== before.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== String(before.resourceVersion)) throw staleVersion(resource, name);
  const faults = [...finalizerFaults(before, finalizers), ...admit(manifest, before, neighboursOf(manifest, view))];
  if (faults.length > 0) throw invalid(resource, name, faults);
  const changed = !isDeepStrictEqual(before.spec, manifest.spec);
  const metadata = {
    ...before.metadata,
    labels,
    annotations,
    generation: before.metadata.generation + (changed ? 1 : 0),
  };
  const after = {
    ...before,
    metadata,
    spec: changed ? manifest.spec : before.spec,
    changedBy: changed ? by : before.changedBy,
  } as StoredRecord;
  return { before, after };
}

function finalizerFaults(before: StoredRecord, wanted: string[] | undefined): Fault[] {
  if (wanted === undefined) return [];
  const missing = before.metadata.finalizers.filter((finalizer) => !wanted.includes(finalizer));
  const foreign = wanted.filter((finalizer) => !before.metadata.finalizers.includes(finalizer));
  return [
    ...(missing.length > 0 ? [stripped(before, missing)] : []),
    ...(foreign.length > 0 ? [foreignFinalizers(foreign)] : []),
  ];
}

function stripped(before: StoredRecord, missing: string[]): Fault {
  const { kind, metadata } = before;
  const where =
    kind === "Binding" ? `binding ${metadata.name} -n ${metadata.namespace}` : `filesystem ${metadata.name}`;
  const way =
    kind === "Binding"
      ? `To give up on an unmount that cannot be proven and leave mount, access point and statements as they are: kubectl annotate ${where} ${ANNOTATIONS.forceRelease}=${metadata.uid}`
      : "It is released as soon as no Binding names this file system: delete or move those Bindings first";
  return {
    field: "metadata.finalizers",
    value: missing,
    rule: "finalizers-stay",
    message: `metadata.finalizers lacks ${missing.join(", ")}, which Mooring alone releases, once AWS is cleaned up. ${way}.`,
  };
}

function versionMissing(): Fault {
  return {
    field: "metadata.resourceVersion",
    value: undefined,
    rule: "required",
    message: "metadata.resourceVersion must be specified for an update: send the one that you have read, or use PATCH.",
  };
}

interface Patch {
  duplicates: string[];
  apply(current: unknown, target: NamedTarget): unknown;
}

function readPatch(text: string, contentType: string | undefined): Patch {
  const type = mediaType(contentType);
  if (type === "application/merge-patch+json") return mergePatchOf(text);
  if (type === "application/json-patch+json") return jsonPatchOf(text);
  throw unsupportedMediaType(
    `${PATCH_ADVICE[type] ?? `The patch type ${type} is not understood.`} Send application/merge-patch+json or application/json-patch+json.`,
  );
}

const PATCH_ADVICE: Record<string, string> = {
  "application/strategic-merge-patch+json":
    "Custom resources have no strategic merge patch (kubectl patch --type=merge).",
  "application/apply-patch+yaml": "Server-side apply is not supported: use kubectl apply without --server-side.",
  "application/apply-patch+cbor": "Server-side apply is not supported: use kubectl apply without --server-side.",
};

function mergePatchOf(text: string): Patch {
  const { value, duplicates } = decodeJson(text);
  if (!isObject(value)) throw badRequest("A merge patch is an object with the fields to change.");
  return { duplicates, apply: (current) => mergePatch(current, value) };
}

function jsonPatchOf(text: string): Patch {
  const { value, duplicates } = decodeJson(text);
  return {
    duplicates,
    apply: (current, { resource, name }) => {
      try {
        return jsonPatch(current, value);
      } catch (error) {
        if (!(error instanceof JsonPatchError)) throw error;
        throw new ApiError(
          422,
          "Invalid",
          `The JSON patch of ${resource.plural}.${resource.group} "${name}" does not fit: ${error.message}`,
        );
      }
    },
  };
}
