/** Which operation of a REST service a method and path belong to, from the URIs in the SDK's schemas. */
import type { Operation, ServiceModel } from "../model/service-model.ts";

interface Route {
  operation: Operation;
  method: string;
  segments: readonly Segment[];
  literals: number;
  query: readonly [name: string, value: string | undefined][];
}

interface Segment {
  text: string;
  isLabel: boolean;
  /** `{key+}` takes all the rest of the path, slashes included. */
  isGreedy: boolean;
}

export interface Match {
  operation: Operation;
  labels: Record<string, string>;
}

const routesOf = new WeakMap<ServiceModel, readonly Route[]>();

/** The operation with the most literal path segments that fits, or undefined. */
export function matchRoute(
  model: ServiceModel,
  method: string,
  path: string,
  query: URLSearchParams,
): Match | undefined {
  let routes = routesOf.get(model);
  if (!routes) routesOf.set(model, (routes = readRoutes(model)));
  const parts = partsOf(path);
  for (const route of routes) {
    if (route.method !== method || !route.query.every(([name, value]) => hasQuery(query, name, value))) continue;
    const labels = matchSegments(route.segments, parts);
    if (labels) return { operation: route.operation, labels };
  }
  return undefined;
}

/** A slash at the end makes no difference: SDKs and the CLI do not agree on it. */
function partsOf(path: string): string[] {
  return path.replace(/^\//, "").replace(/\/$/, "").split("/");
}

function readRoutes(model: ServiceModel): Route[] {
  const routes: Route[] = [];
  for (const operation of model.operations.values()) {
    if (!operation.http) continue;
    const [path = "", query] = operation.http.uri.split("?");
    const segments = partsOf(path).map(readSegment);
    const literals = segments.filter(({ isLabel }) => !isLabel).length;
    const pairs = (query?.split("&") ?? []).map((pair) => pair.split("=") as [string, string | undefined]);
    routes.push({ operation, method: operation.http.method, segments, literals, query: pairs });
  }
  return routes.toSorted((a, b) => b.literals - a.literals || b.query.length - a.query.length);
}

function readSegment(text: string): Segment {
  const label = /^\{(.+?)(\+?)\}$/.exec(text);
  return { text: label?.[1] ?? text, isLabel: label !== null, isGreedy: label?.[2] === "+" };
}

function hasQuery(query: URLSearchParams, name: string, value: string | undefined): boolean {
  return value === undefined ? query.has(name) : query.get(name) === value;
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const isGreedy = segments.at(-1)?.isGreedy ?? false;
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const part = (segment.isGreedy ? parts.slice(at).join("/") : parts[at]) ?? "";
    if (!segment.isLabel) {
      if (part !== segment.text) return undefined;
    } else {
      if (part === "") return undefined;
      labels[segment.text] = decodePart(part);
    }
  }
  return labels;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
