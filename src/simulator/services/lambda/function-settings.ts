/** What hangs on a function beside its configuration: tags, concurrency, permissions, and fixed answers. */
import type { AddPermissionRequest } from "@aws-sdk/client-lambda";
import type { Handler } from "../../core.ts";
import { pageOf } from "../ordered-index.ts";
import { resolve, resolveLatest } from "./names.ts";
import {
  checkedPage,
  checkRevision,
  checkSettled,
  conflict,
  functionArn,
  type FunctionRecord,
  invalidValue,
  type LambdaContext,
  lambdaError,
  notFound,
  PAGE_MAX,
} from "./state.ts";

/** Quotas of a fresh account: concurrent executions, and how many must stay unreserved. */
const CONCURRENCY = 1_000;
const UNRESERVED_MIN = 100;

type Named = { FunctionName: string };
type ListProvisioned = Named & { MaxItems?: number; Marker?: string };
type Qualified = Named & { Qualifier?: string };

export function settingOperations(context: LambdaContext): Record<string, Handler> {
  return {
    ...tagOperations(context),
    ...concurrencyOperations(context),
    ...permissionOperations(context),
    ...fixedAnswers(context),
  };
}

function tagOperations(context: LambdaContext): Record<string, Handler> {
  return {
    TagResource({ Resource, Tags }: { Resource: string; Tags: Record<string, string> }) {
      const record = resolveLatest(context, Resource);
      checkSettled(context, record);
      for (const [key, value] of Object.entries(Tags)) record.tags.set(key, value);
      return {};
    },
    UntagResource({ Resource, TagKeys }: { Resource: string; TagKeys: string[] }) {
      const record = resolveLatest(context, Resource);
      checkSettled(context, record);
      for (const key of TagKeys) record.tags.delete(key);
      return {};
    },
    ListTags: ({ Resource }: { Resource: string }) => ({
      Tags: Object.fromEntries(resolveLatest(context, Resource).tags),
    }),
  };
}

function concurrencyOperations(context: LambdaContext): Record<string, Handler> {
  const missing = (): Error =>
    lambdaError(
      "ProvisionedConcurrencyConfigNotFoundException",
      404,
      "No Provisioned Concurrency Config found for this function",
    );
  const shown = ({ requested, modifiedMs }: { requested: number; modifiedMs: number }): Record<string, unknown> => ({
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: requested,
    AllocatedProvisionedConcurrentExecutions: requested,
    Status: "READY",
    LastModified: new Date(modifiedMs).toISOString().replace("Z", "+0000"),
  });
  return {
    PutFunctionConcurrency(input: Named & { ReservedConcurrentExecutions: number }) {
      const record = resolveLatest(context, input.FunctionName);
      const others = [...context.state.functions.values()].reduce(
        (sum, one) => sum + (one === record ? 0 : (one.reservedConcurrency ?? 0)),
        0,
      );
      if (others + input.ReservedConcurrentExecutions > CONCURRENCY - UNRESERVED_MIN) {
        throw invalidValue(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MIN}].`,
        );
      }
      record.reservedConcurrency = input.ReservedConcurrentExecutions;
      return { ReservedConcurrentExecutions: record.reservedConcurrency };
    },
    GetFunctionConcurrency({ FunctionName }: Named) {
      const { reservedConcurrency } = resolve(context, FunctionName).record;
      return reservedConcurrency === null ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    DeleteFunctionConcurrency({ FunctionName }: Named) {
      resolveLatest(context, FunctionName).reservedConcurrency = null;
      return {};
    },
    PutProvisionedConcurrencyConfig(input: Named & { Qualifier: string; ProvisionedConcurrentExecutions: number }) {
      const { record, version } = resolve(context, input.FunctionName, input.Qualifier);
      if (version.version === "$LATEST")
        throw invalidValue("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
      if (version.snapStart !== "None")
        throw invalidValue("Provisioned Concurrency is not supported for SnapStart enabled functions.");
      const config = { requested: input.ProvisionedConcurrentExecutions, modifiedMs: context.world.clock.nowMs() };
      record.provisioned.set(input.Qualifier, config);
      return shown(config);
    },
    GetProvisionedConcurrencyConfig({ FunctionName, Qualifier }: Named & { Qualifier: string }) {
      const config = resolve(context, FunctionName, Qualifier).record.provisioned.get(Qualifier);
      if (!config) throw missing();
      return shown(config);
    },
    DeleteProvisionedConcurrencyConfig({ FunctionName, Qualifier }: Named & { Qualifier: string }) {
      resolve(context, FunctionName, Qualifier).record.provisioned.delete(Qualifier);
      return {};
    },
    ListProvisionedConcurrencyConfigs({ FunctionName, MaxItems = PAGE_MAX, Marker }: ListProvisioned) {
      const { record } = resolve(context, FunctionName);
      const configs = [...record.provisioned].map(([qualifier, config]) => ({
        FunctionArn: functionArn(context, record.name, qualifier),
        ...shown(config),
      }));
      const page = checkedPage(pageOf(configs, Math.min(MaxItems, PAGE_MAX), Marker));
      return { ProvisionedConcurrencyConfigs: page.items, NextMarker: page.next };
    },
  };
}

function permissionOperations(context: LambdaContext): Record<string, Handler> {
  const policyOf = (record: FunctionRecord, qualifier: string | undefined) => record.permissions.get(qualifier ?? "");
  const missing = "The resource you requested does not exist.";
  return {
    AddPermission(input: AddPermissionRequest & Qualified) {
      const { record, qualifier } = resolve(context, input.FunctionName, input.Qualifier);
      const policy = policyOf(record, qualifier) ?? { revisionId: context.world.clock.uuid(), statements: new Map() };
      checkRevision(input.RevisionId, policy.revisionId);
      const sid = input.StatementId ?? "";
      if (policy.statements.has(sid)) {
        throw conflict(
          `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      const statement = permission(input, functionArn(context, record.name, qualifier));
      policy.statements.set(sid, statement);
      policy.revisionId = context.world.clock.uuid();
      record.permissions.set(qualifier ?? "", policy);
      return { Statement: JSON.stringify(statement) };
    },
    RemovePermission(input: Qualified & { StatementId: string; RevisionId?: string }) {
      const { record, qualifier } = resolve(context, input.FunctionName, input.Qualifier);
      const policy = policyOf(record, qualifier);
      if (!policy?.statements.has(input.StatementId)) {
        throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
      }
      checkRevision(input.RevisionId, policy.revisionId);
      policy.statements.delete(input.StatementId);
      policy.revisionId = context.world.clock.uuid();
      if (policy.statements.size === 0) record.permissions.delete(qualifier ?? "");
      return {};
    },
    GetPolicy({ FunctionName, Qualifier }: Qualified) {
      const { record, qualifier } = resolve(context, FunctionName, Qualifier);
      const policy = policyOf(record, qualifier);
      if (!policy) throw notFound(missing);
      const document = { Version: "2012-10-17", Id: "default", Statement: [...policy.statements.values()] };
      return { Policy: JSON.stringify(document), RevisionId: policy.revisionId };
    },
  };
}

function permission(input: AddPermissionRequest, resource: string): Record<string, unknown> {
  const { Principal = "", SourceArn, SourceAccount } = input;
  const service = Principal.includes(".amazonaws.com");
  const account = /^\d{12}$/.test(Principal) ? `arn:aws:iam::${Principal}:root` : Principal;
  const Condition = {
    ...(SourceAccount !== undefined && { StringEquals: { "AWS:SourceAccount": SourceAccount } }),
    ...(SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": SourceArn } }),
  };
  return {
    Sid: input.StatementId,
    Effect: "Allow",
    Principal: service ? { Service: Principal } : Principal === "*" ? "*" : { AWS: account },
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

/** What Terraform's provider asks of every function, for an account that uses none of it. */
function fixedAnswers(context: LambdaContext): Record<string, Handler> {
  return {
    GetFunctionCodeSigningConfig: ({ FunctionName }: Named) => ({
      CodeSigningConfigArn: "",
      FunctionName: resolve(context, FunctionName).record.name,
    }),
    GetFunctionRecursionConfig({ FunctionName }: Named) {
      resolve(context, FunctionName);
      return { RecursiveLoop: "Terminate" };
    },
    GetRuntimeManagementConfig({ FunctionName, Qualifier }: Qualified) {
      const { record, qualifier } = resolve(context, FunctionName, Qualifier);
      return { UpdateRuntimeOn: "Auto", FunctionArn: functionArn(context, record.name, qualifier) };
    },
    GetFunctionEventInvokeConfig({ FunctionName, Qualifier }: Qualified) {
      const { record, qualifier } = resolve(context, FunctionName, Qualifier);
      throw notFound(
        `The function ${functionArn(context, record.name, qualifier ?? "$LATEST")} doesn't have an EventInvokeConfig`,
      );
    },
    GetAccountSettings: () => accountSettings(context),
  };
}

function accountSettings({ state }: LambdaContext): unknown {
  const functions = [...state.functions.values()];
  const reserved = functions.reduce((sum, one) => sum + (one.reservedConcurrency ?? 0), 0);
  return {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: CONCURRENCY,
      UnreservedConcurrentExecutions: CONCURRENCY - reserved,
    },
    AccountUsage: {
      TotalCodeSize: state.all.values().reduce((sum, one) => sum + one.codeSize, 0),
      FunctionCount: functions.length,
    },
  };
}

const QUALIFIED = ["FunctionName", "Qualifier"] as const;

export const SETTING_MEMBERS = {
  TagResource: ["Resource", "Tags"],
  UntagResource: ["Resource", "TagKeys"],
  ListTags: ["Resource"],
  PutFunctionConcurrency: ["FunctionName", "ReservedConcurrentExecutions"],
  GetFunctionConcurrency: ["FunctionName"],
  DeleteFunctionConcurrency: ["FunctionName"],
  PutProvisionedConcurrencyConfig: [...QUALIFIED, "ProvisionedConcurrentExecutions"],
  GetProvisionedConcurrencyConfig: QUALIFIED,
  DeleteProvisionedConcurrencyConfig: QUALIFIED,
  ListProvisionedConcurrencyConfigs: ["FunctionName", "Marker", "MaxItems"],
  AddPermission: [...QUALIFIED, "StatementId", "Action", "Principal", "SourceArn", "SourceAccount", "RevisionId"],
  RemovePermission: [...QUALIFIED, "StatementId", "RevisionId"],
  GetPolicy: QUALIFIED,
  GetFunctionCodeSigningConfig: ["FunctionName"],
  GetFunctionRecursionConfig: ["FunctionName"],
  GetRuntimeManagementConfig: QUALIFIED,
  GetFunctionEventInvokeConfig: QUALIFIED,
  GetAccountSettings: [],
} as const;
