/** The common half of every Describe call: ids, filters with wildcards, pages. */
import type { Filter } from "@aws-sdk/client-ec2";
import { ServiceError } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { type Ec2State, found, invalid } from "./state.ts";

/** Filter name → the values that a record has under it. */
export type FilterFields<T> = Readonly<Record<string, (record: T) => readonly (string | undefined)[]>>;

interface Query<T> {
  state: Ec2State;
  records: Map<string, T & { id: string }>;
  kind: Parameters<typeof found>[2];
  ids: readonly string[] | undefined;
  filters: readonly Filter[] | undefined;
  fields: FilterFields<T & { id: string }>;
  maxResults: number | undefined;
  nextToken: string | undefined;
}

/** @throws ServiceError for an unknown id, filter or token. */
export function listed<T>(query: Query<T>): { items: (T & { id: string })[]; next: string | undefined } {
  const { state, records, ids, filters = [], fields } = query;
  const wanted = ids?.length ? ids.map((id) => found(records, id, query.kind)) : [...records.values()];
  const matching = wanted.filter((record) => filters.every((filter) => matches(state, record, filter, fields)));
  return paged(matching, { MaxResults: query.maxResults, NextToken: query.nextToken });
}

/** One page of what was found; without MaxResults it is everything. @throws ServiceError for a token not handed out here. */
export function paged<T>(
  items: readonly T[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { items: T[]; next: string | undefined } {
  const page = pageOf(items, MaxResults ?? (items.length || 1), NextToken);
  if (!page) throw new ServiceError("InvalidNextToken", 400, "The token provided is invalid.");
  return page;
}

export function matches<T extends { id: string }>(
  state: Ec2State,
  record: T,
  { Name = "", Values = [] }: Filter,
  fields: FilterFields<T>,
): boolean {
  const tags = state.tags.get(record.id);
  let values: readonly (string | undefined)[];
  if (Name.startsWith("tag:")) values = [tags?.get(Name.slice(4))];
  else if (Name === "tag-key") values = [...(tags?.keys() ?? [])];
  else {
    const field = fields[Name];
    if (!field) throw invalid(`The filter '${Name}' is invalid`);
    values = field(record);
  }
  return Values.some((wanted) => values.some((value) => value !== undefined && like(value, wanted)));
}

function like(value: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return value === pattern;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}
