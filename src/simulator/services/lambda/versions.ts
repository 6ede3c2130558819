import type {
  AliasConfiguration,
  CreateAliasRequest,
  PublishVersionRequest,
  UpdateAliasRequest,
} from "@aws-sdk/client-lambda";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { listedVersion, shownVersion } from "./describe.ts";
import { resolve, resolveLatest } from "./names.ts";
import {
  addVersion,
  type AliasRecord,
  checkedPage,
  checkRevision,
  checkSettled,
  conflict,
  functionArn,
  type FunctionRecord,
  invalidValue,
  type LambdaContext,
  notFound,
  PAGE_MAX,
  type VersionRecord,
} from "./state.ts";

type Named = { FunctionName: string; Name: string };
type Paging = { Marker?: string; MaxItems?: number };

export function versionOperations(context: LambdaContext): Record<string, Handler> {
  return {
    PublishVersion(input: PublishVersionRequest & { FunctionName: string }) {
      const record = resolveLatest(context, input.FunctionName);
      checkSettled(context, record);
      checkRevision(input.RevisionId, record.latest.revisionId);
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== record.latest.codeSha256) {
        const text = `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${record.latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`;
        throw invalidValue(text);
      }
      const version = publish(context, record, input.Description);
      return shownVersion(context, version, version.version);
    },
    ListVersionsByFunction({ FunctionName, Marker, MaxItems = PAGE_MAX }: Named & Paging) {
      const { record } = resolve(context, FunctionName);
      const versions = [record.latest, ...record.published.values()];
      const page = checkedPage(pageOf(versions, Math.min(MaxItems, PAGE_MAX), Marker));
      return { Versions: page.items.map((one) => listedVersion(context, one, one.version)), NextMarker: page.next };
    },
    ...aliasOperations(context),
  };
}

/** A new version, or the last one if neither code nor configuration changed since. */
export function publish(
  context: LambdaContext,
  record: FunctionRecord,
  description: string | undefined,
): VersionRecord {
  const { latest } = record;
  const last = record.published.get(String(record.nextVersion - 1));
  if (last && record.publishedChanges === latest.changes) return last;
  const copy = structuredClone(latest);
  const version: VersionRecord = {
    ...copy,
    version: String(record.nextVersion++),
    plain: { ...copy.plain, ...(description !== undefined && { Description: description }) },
    revisionId: context.world.clock.uuid(),
    state: "Active",
    lastUpdateStatus: "Successful",
    dueMs: null,
    serving: null,
  };
  record.published.set(version.version, version);
  record.publishedChanges = latest.changes;
  addVersion(context, version);
  return version;
}

function aliasOperations(context: LambdaContext): Record<string, Handler> {
  const aliasOf = (given: Named): { record: FunctionRecord; alias: AliasRecord } => {
    const { record } = resolve(context, given.FunctionName);
    const alias = record.aliases.get(given.Name);
    if (alias) return { record, alias };
    throw notFound(`Cannot find alias arn: ${functionArn(context, record.name, given.Name)}`);
  };
  return {
    CreateAlias(input: CreateAliasRequest & Named) {
      const { record } = resolve(context, input.FunctionName);
      if (record.aliases.has(input.Name)) {
        throw conflict(`Alias already exists: ${functionArn(context, record.name, input.Name)}`);
      }
      const alias: AliasRecord = {
        name: input.Name,
        version: checkedVersion(context, record, input.FunctionVersion ?? ""),
        description: input.Description ?? "",
        weights: checkedWeights(context, record, input.RoutingConfig?.AdditionalVersionWeights),
        revisionId: context.world.clock.uuid(),
      };
      record.aliases.set(alias.name, alias);
      return shownAlias(context, record, alias);
    },
    GetAlias(input: Named) {
      const { record, alias } = aliasOf(input);
      return shownAlias(context, record, alias);
    },
    ListAliases(input: Named & Paging & { FunctionVersion?: string }) {
      const { record } = resolve(context, input.FunctionName);
      const aliases = [...record.aliases.values()].filter(
        (one) => one.version === (input.FunctionVersion ?? one.version),
      );
      const page = checkedPage(pageOf(aliases, Math.min(input.MaxItems ?? PAGE_MAX, PAGE_MAX), input.Marker));
      return { Aliases: page.items.map((alias) => shownAlias(context, record, alias)), NextMarker: page.next };
    },
    UpdateAlias(input: UpdateAliasRequest & Named) {
      const { record, alias } = aliasOf(input);
      checkRevision(input.RevisionId, alias.revisionId);
      const { FunctionVersion, Description, RoutingConfig } = input;
      if (FunctionVersion !== undefined) alias.version = checkedVersion(context, record, FunctionVersion);
      if (RoutingConfig) alias.weights = checkedWeights(context, record, RoutingConfig.AdditionalVersionWeights);
      alias.description = Description ?? alias.description;
      alias.revisionId = context.world.clock.uuid();
      return shownAlias(context, record, alias);
    },
    DeleteAlias(input: Named) {
      // An alias that is not there counts as deleted: the model declares no such error.
      resolve(context, input.FunctionName).record.aliases.delete(input.Name);
      return {};
    },
  };
}

function checkedVersion(context: LambdaContext, record: FunctionRecord, version: string): string {
  if (version === "$LATEST" || record.published.has(version)) return version;
  throw notFound(`Function not found: ${functionArn(context, record.name, version)}`);
}

/** Traffic can be shared with one more version, between 0 and 1, and not by $LATEST. */
function checkedWeights(
  context: LambdaContext,
  record: FunctionRecord,
  weights: Record<string, number> | undefined,
): Record<string, number> {
  const entries = Object.entries(weights ?? {});
  if (entries.length > 1) throw invalidValue("Number of items in AdditionalVersionWeights cannot be greater than 1");
  for (const [version, weight] of entries) {
    checkedVersion(context, record, version);
    if (version === "$LATEST")
      throw invalidValue("$LATEST is not supported for an alias pointing to more than 1 version");
    if (weight < 0 || weight > 1) throw invalidValue(`Weight ${weight} is not between 0 and 1.`);
  }
  return { ...weights };
}

function shownAlias(context: LambdaContext, record: FunctionRecord, alias: AliasRecord): AliasConfiguration {
  return {
    AliasArn: functionArn(context, record.name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(Object.keys(alias.weights).length > 0 && { RoutingConfig: { AdditionalVersionWeights: { ...alias.weights } } }),
    RevisionId: alias.revisionId,
  };
}

export const VERSION_MEMBERS = {
  PublishVersion: ["FunctionName", "CodeSha256", "Description", "RevisionId"],
  ListVersionsByFunction: ["FunctionName", "Marker", "MaxItems"],
  CreateAlias: ["FunctionName", "Name", "FunctionVersion", "Description", "RoutingConfig"],
  GetAlias: ["FunctionName", "Name"],
  ListAliases: ["FunctionName", "FunctionVersion", "Marker", "MaxItems"],
  UpdateAlias: ["FunctionName", "Name", "FunctionVersion", "Description", "RoutingConfig", "RevisionId"],
  DeleteAlias: ["FunctionName", "Name"],
} as const;
