import { API_GROUP } from "../model/records.ts";
import { CORE_RESOURCES, groupVersion, RECORD_RESOURCES } from "./resources.ts";
import type { Resource } from "./resources.ts";

const PREFERRED = { groupVersion: `${API_GROUP}/v1`, version: "v1" };

/** GET /api */
export function coreVersions(): object {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

/** GET /apis */
export function groupList(): object {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: API_GROUP, versions: [PREFERRED], preferredVersion: PREFERRED }],
  };
}

/** GET /apis/mooring.dev */
export function group(): object {
  return { kind: "APIGroup", apiVersion: "v1", name: API_GROUP, versions: [PREFERRED], preferredVersion: PREFERRED };
}

/** GET /apis/mooring.dev/v1 */
export function recordResourceList(): object {
  const withStatus = RECORD_RESOURCES.flatMap((resource) => [
    apiResource(resource),
    {
      name: `${resource.plural}/status`,
      singularName: "",
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: ["get"],
    },
  ]);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${API_GROUP}/v1`, resources: withStatus };
}

/** GET /api/v1 */
export function coreResourceList(): object {
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources: CORE_RESOURCES.map(apiResource) };
}

function apiResource(resource: Resource): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    shortNames,
    ...(categories.length > 0 ? { categories } : {}),
  };
}

/** GET /api or /apis by a client that wants everything in one answer. */
export function aggregated(version: "v2" | "v2beta1", core: boolean): object {
  const resources = (core ? CORE_RESOURCES : RECORD_RESOURCES).map((resource) => aggregatedResource(resource, !core));
  const item = {
    metadata: core ? { creationTimestamp: null } : { name: API_GROUP, creationTimestamp: null },
    versions: [{ version: "v1", resources, freshness: "Current" }],
  };
  return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items: [item] };
}

export function aggregatedContentType(version: "v2" | "v2beta1"): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

function aggregatedResource(resource: Resource, hasStatus: boolean): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, group: name, version } = resource;
  const responseKind = { group: name, version, kind };
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    shortNames,
    ...(categories.length > 0 ? { categories } : {}),
    ...(hasStatus ? { subresources: [{ subresource: "status", responseKind, verbs: ["get"] }] } : {}),
  };
}

/** GET /version. Kubernetes' minor is what kubectl compares its own with. */
export function version(): object {
  return {
    major: "1",
    minor: "32",
    gitVersion: "v1.32.0+mooring",
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "none",
    compiler: "none",
    platform: "nodejs",
  };
}

/** Everything that GET / lists. */
export function paths(): string[] {
  const resources = [...CORE_RESOURCES, ...RECORD_RESOURCES].map(
    (resource) => `${resource.group === "" ? "/api" : "/apis"}/${groupVersion(resource)}/${resource.plural}`,
  );
  return [
    "/api",
    "/api/v1",
    "/apis",
    `/apis/${API_GROUP}`,
    `/apis/${API_GROUP}/v1`,
    ...resources,
    `/apis/${API_GROUP}/v1/history`,
    `/apis/${API_GROUP}/v1/history/verify`,
    "/healthz",
    "/livez",
    "/metrics",
    "/openapi/v3",
    "/readyz",
    "/version",
  ].toSorted();
}
