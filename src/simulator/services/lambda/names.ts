/** Function names in all forms that Lambda takes: name, partial ARN, ARN, each with or without a qualifier. */
import {
  type AliasRecord,
  functionArn,
  type FunctionRecord,
  invalidValue,
  type LambdaContext,
  lambdaError,
  notFound,
  type VersionRecord,
} from "./state.ts";

export interface NameParts {
  name: string;
  qualifier: string | undefined;
}

const FORM =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** @throws ResourceNotFoundException for another region, AccessDeniedException for another account. */
export function parseName(context: LambdaContext, given: string, qualifier: string | undefined): NameParts {
  const match = FORM.exec(given);
  if (!match) throw notFound(`Function not found: ${given}`);
  const [, region, account, name = "", ownQualifier] = match;
  const { world } = context;
  if (region !== undefined && region !== world.region) {
    throw notFound(`Functions from '${region}' are not reachable in this region ('${world.region}')`);
  }
  if (account !== undefined && account !== world.account) {
    throw lambdaError("AccessDeniedException", 403, `No resource-based policy allows access to ${given}`);
  }
  if (ownQualifier !== undefined && qualifier !== undefined && ownQualifier !== qualifier) {
    throw invalidValue("The derived qualifier from the function name does not match the specified qualifier.");
  }
  return { name, qualifier: qualifier ?? ownQualifier };
}

export interface Resolved {
  record: FunctionRecord;
  version: VersionRecord;
  alias: AliasRecord | null;
  qualifier: string | undefined;
}

/** The function and version meant. @throws ResourceNotFoundException. */
export function resolve(context: LambdaContext, given: string, qualifier?: string): Resolved {
  const parts = parseName(context, given, qualifier);
  const record = context.state.functions.get(parts.name);
  const missing = (): Error => notFound(`Function not found: ${functionArn(context, parts.name, parts.qualifier)}`);
  if (!record) throw missing();
  const alias = parts.qualifier === undefined ? null : (record.aliases.get(parts.qualifier) ?? null);
  const wanted = alias?.version ?? parts.qualifier ?? "$LATEST";
  const version = wanted === "$LATEST" ? record.latest : record.published.get(wanted);
  if (!version) throw missing();
  return { record, version, alias, qualifier: parts.qualifier };
}

/** The function itself, for calls that change it. @throws InvalidParameterValueException for a published version. */
export function resolveLatest(context: LambdaContext, given: string): FunctionRecord {
  const { record, qualifier } = resolve(context, given);
  if (qualifier === undefined || qualifier === "$LATEST") return record;
  throw invalidValue(`Update operations are not allowed on qualifier ${qualifier}; only $LATEST can be changed.`);
}
