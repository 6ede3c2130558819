import { notAcceptable } from "./api-error.ts";

/** The form in which an answer goes out. */
export type Form = "json" | "yaml" | "table" | "partialMetadata" | "partialMetadataList";

/**
 * Chooses the form from an Accept header: the first entry that we can serve, as clients list them by preference.
 *
 * @throws {ApiError} 406 if nothing that we can serve is acceptable (e.g. protobuf alone).
 */
export function negotiate(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === "") return "json";
  for (const entry of accept.split(",")) {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    const form = formOf(type, as);
    if (form) return form;
  }
  throw notAcceptable(
    `None of the accepted types can be served: ${accept}. Accept application/json or application/yaml; custom resources have no protobuf form.`,
  );
}

function formOf(type: string, as: string | undefined): Form | undefined {
  if (type === "application/yaml") return as === undefined ? "yaml" : undefined;
  if (type !== "application/json" && type !== "application/*" && type !== "*/*") return undefined;
  if (as === undefined) return "json";
  if (as === "table") return "table";
  if (as === "partialobjectmetadata") return "partialMetadata";
  return as === "partialobjectmetadatalist" ? "partialMetadataList" : undefined;
}

/** True if the client asked for aggregated discovery; answers with the version that it prefers. */
export function aggregatedDiscoveryVersion(accept: string | undefined): "v2" | "v2beta1" | null {
  for (const entry of (accept ?? "").split(",")) {
    if (!/as=APIGroupDiscoveryList/i.test(entry)) continue;
    const version = /(?:^|;)\s*v=(v2|v2beta1)\s*(?:;|$)/.exec(entry)?.[1];
    if (version === "v2" || version === "v2beta1") return version;
  }
  return null;
}
