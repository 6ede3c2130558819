/** The control plane of AWS Lambda, and of invocations what decides about mounts. Code is never run. */
import type { Handler, Service } from "../../core.ts";
import type { World } from "../../world.ts";
import { inputValidator } from "../input-constraints.ts";
import { finishLater } from "./configuration.ts";
import { LAMBDA_CONSTRAINTS } from "./constraints.ts";
import { SETTING_MEMBERS, settingOperations } from "./function-settings.ts";
import { FUNCTION_MEMBERS, functionOperations } from "./functions.ts";
import { type Environments, INVOKE_MEMBERS, invokeOperations } from "./invoke.ts";
import { createQuotas, type TakeToken } from "./quotas.ts";
import {
  addVersion,
  emptyState,
  functionArn,
  type FunctionRecord,
  lambdaError,
  type LambdaContext,
  type LambdaState,
  type VersionRecord,
} from "./state.ts";
import { VERSION_MEMBERS, versionOperations } from "./versions.ts";

declare module "../../world.ts" {
  interface Services {
    lambda: LambdaService;
  }
}

export interface LambdaService extends Service {
  function(name: string): FunctionRecord | undefined;
  functionArn(name: string): string;
  /** Lets the published request quotas hold, times `factor`; null = no quotas. */
  setQuotas(factor: number | null): void;
}

const READ_ONLY = /^(Get|List)/;

export function createLambdaService(world: World): LambdaService {
  const context: LambdaContext = { state: emptyState(), world };
  const environments: Environments = new Map();
  const takeToken = createQuotas(context);
  const operations = validated(takeToken, {
    ...functionOperations(context),
    ...versionOperations(context),
    ...settingOperations(context),
    ...invokeOperations(context, environments),
  });
  return {
    name: "lambda",
    operations,
    inputMembers: { ...FUNCTION_MEMBERS, ...VERSION_MEMBERS, ...SETTING_MEMBERS, ...INVOKE_MEMBERS },
    readOnly: new Set(Object.keys(operations).filter((name) => READ_ONLY.test(name))),
    dataEvents: new Set(["Invoke"]),
    snapshot: () => snapshot(context.state),
    restore(saved) {
      environments.clear();
      restore(context, saved as Saved);
    },
    function: (name) => context.state.functions.get(name),
    functionArn: (name) => functionArn(context, name),
    setQuotas: (factor) => void (context.state.quotaFactor = factor),
  };
}

const FILE_SYSTEM_ARN = /^arn:aws[-a-z]*:elasticfilesystem:[^/]*:file-system\//;

function validated(takeToken: TakeToken, operations: Record<string, Handler>): Record<string, Handler> {
  const validate = inputValidator(LAMBDA_CONSTRAINTS, "ValidationException");
  const entries = Object.entries(operations).map(([name, handler]): [string, Handler] => [
    name,
    (input, context) => {
      takeToken(name);
      refuseFileSystemArn(input as { FileSystemConfigs?: { Arn?: string }[] });
      validate(name, input);
      return handler(input, context);
    },
  ]);
  return Object.fromEntries(entries);
}

/** A file system's ARN where an access point's belongs is refused without a word (aws-controllers-k8s/community#1820). */
function refuseFileSystemArn({ FileSystemConfigs = [] }: { FileSystemConfigs?: { Arn?: string }[] }): void {
  if (FileSystemConfigs.some(({ Arn = "" }) => FILE_SYSTEM_ARN.test(Arn))) {
    throw lambdaError("ValidationException", 400, "");
  }
}

interface Saved {
  functions: (Omit<FunctionRecord, "published" | "aliases" | "tags" | "provisioned" | "permissions"> & {
    published: VersionRecord[];
    aliases: [string, unknown][];
    tags: [string, string][];
    provisioned: [string, unknown][];
    permissions: [string, { revisionId: string; statements: [string, unknown][] }][];
  })[];
}

function snapshot(state: LambdaState): Saved {
  return {
    functions: [...state.functions.values()].map((record) => ({
      ...record,
      published: [...record.published.values()],
      aliases: [...record.aliases],
      tags: [...record.tags],
      provisioned: [...record.provisioned],
      permissions: [...record.permissions].map(([qualifier, policy]) => [
        qualifier,
        { ...policy, statements: [...policy.statements] },
      ]),
    })),
  };
}

function restore(context: LambdaContext, saved: Saved): void {
  const { state, world } = context;
  Object.assign(state, { ...emptyState(), quotaFactor: state.quotaFactor });
  for (const plain of saved.functions) {
    const record = {
      ...plain,
      published: new Map(plain.published.map((version) => [version.version, version])),
      aliases: new Map(plain.aliases),
      tags: new Map(plain.tags),
      provisioned: new Map(plain.provisioned),
      permissions: new Map(
        plain.permissions.map(([qualifier, one]) => [qualifier, { ...one, statements: new Map(one.statements) }]),
      ),
    } as FunctionRecord;
    state.functions.set(record.name, record);
    for (const version of [record.latest, ...record.published.values()]) addVersion(context, version);
    const { latest } = record;
    // At least 1 ms is left even for what is overdue, so that what was saved can be seen as it was.
    if (latest.dueMs !== null) finishLater(context, latest, Math.max(1, latest.dueMs - world.clock.nowMs()));
  }
}
