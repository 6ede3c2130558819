import { ApiError } from "../../src/api/api-error.ts";
import { decodeJson } from "../../src/api/body.ts";
import { decideCreate } from "../../src/api/create.ts";
import type { ApiOptions } from "../../src/api/options.ts";
import { decideDelete } from "../../src/api/remove.ts";
import { BINDINGS, FILE_SYSTEMS } from "../../src/api/resources.ts";
import { decidePatch } from "../../src/api/update.ts";
import { writeRecord, type Decision } from "../../src/api/write-record.ts";
import type { Manifest } from "../integration/world.ts";

/** What a user asks of the API. */
export type ApiRequest =
  | { verb: "create"; manifest: Manifest }
  | { verb: "patch"; manifest: Manifest; patch: Record<string, unknown> }
  | { verb: "delete"; manifest: Manifest };

/**
 * One request to a replica's API, below HTTP: the same decisions and commits, without a socket.
 *
 * @returns the HTTP code that a client would have seen.
 */
export async function ask(options: ApiOptions, actor: string, request: ApiRequest): Promise<number> {
  const by = { actor, atMs: options.clock.nowMs() };
  try {
    await writeRecord(options, { by, dryRun: false }, decisionOf(options, request, by));
    return request.verb === "create" ? 201 : 200;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

function decisionOf(
  options: ApiOptions,
  request: ApiRequest,
  by: { actor: string; atMs: number },
): (view: Parameters<ReturnType<typeof decideCreate>>[0]) => Decision {
  const { kind, metadata } = request.manifest;
  const resource = kind === "Binding" ? BINDINGS : FILE_SYSTEMS;
  const namespace = kind === "Binding" ? (metadata.namespace ?? "default") : "";
  const target = { resource, namespace, fieldValidation: "Strict" as const };
  const named = { ...target, name: metadata.name };
  switch (request.verb) {
    case "create":
      return decideCreate(options, target, decodeJson(JSON.stringify(request.manifest)), by);
    case "patch":
      return decidePatch(options, named, JSON.stringify(request.patch), "application/merge-patch+json", by);
    case "delete":
      return decideDelete(named, { dryRun: false, preconditions: {} }, by);
  }
}
