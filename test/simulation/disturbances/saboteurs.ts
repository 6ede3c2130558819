import { FUNCTIONS } from "../catalog.ts";
import { FS_ID } from "../../integration/manifests.ts";
import type { Levers } from "../levers.ts";
import { makeFunction, makeRole } from "../simulated-aws.ts";
import { person, type Disturb } from "./disturbance.ts";

interface Statement {
  Sid?: string;
  Effect: string;
  [member: string]: unknown;
}

interface AccessPoint {
  AccessPointId: string;
  AccessPointArn: string;
  Tags: { Key: string; Value: string }[];
}

const OURS = /^mooring-/;

export const accessPointDeleted: Disturb = async (levers, chance) => {
  const { AccessPoints } = await levers.foreign("auditor", "efs", "DescribeAccessPoints", { FileSystemId: FS_ID });
  const ours = (AccessPoints as AccessPoint[]).filter(({ Tags }) =>
    Tags.some(({ Key }) => Key.startsWith("mooring.dev/")),
  );
  if (ours.length === 0) return;
  const { AccessPointId } = chance.pick(ours);
  if (await levers.foreign(person(chance), "efs", "DeleteAccessPoint", { AccessPointId }))
    levers.interference.count("access-point-deleted");
};

export const mountRemoved: Disturb = async (levers, chance) => {
  const FunctionName = chance.pick(FUNCTIONS);
  const foreign = await foreignAccessPointArn(levers);
  const configs = chance.happens(0.3) ? [{ Arn: foreign, LocalMountPath: "/mnt/data" }] : [];
  const actor = person(chance);
  if (!(await updateFunction(levers, actor, FunctionName, { FileSystemConfigs: configs }))) return;
  levers.interference.count("mount-removed");
  // Whoever took the slot gives it back in most cases.
  if (configs.length === 0 || chance.happens(0.3)) return;
  levers.time.after(chance.between(10_000, 40_000), () => {
    void updateFunction(levers, actor, FunctionName, { FileSystemConfigs: [] });
  });
};

async function foreignAccessPointArn(levers: Levers): Promise<string> {
  return levers.simulator.world.service("efs").accessPointArn(levers.account.foreignAccessPointId);
}

export function updateFunction(levers: Levers, actor: string, FunctionName: string, change: object): Promise<unknown> {
  return levers.foreign(actor, "lambda", "UpdateFunctionConfiguration", { FunctionName, ...change });
}

/** Changes the policy's statements; null leaves it as it is. */
export async function editPolicy(
  levers: Levers,
  actor: string,
  edit: (statements: Statement[]) => Statement[] | null,
): Promise<boolean> {
  const answer = await levers.foreign(actor, "efs", "DescribeFileSystemPolicy", { FileSystemId: FS_ID });
  const document = (answer === null ? { Version: "2012-10-17" } : JSON.parse(answer.Policy)) as {
    Statement?: Statement[];
  };
  const Statement = edit(document.Statement ?? []);
  if (Statement === null || Statement.length === 0) return false;
  const Policy = JSON.stringify({ ...document, Statement });
  return (await levers.foreign(actor, "efs", "PutFileSystemPolicy", { FileSystemId: FS_ID, Policy })) !== null;
}

/** A statement of somebody else's, each time another one. */
export function foreignStatement(levers: Levers, n: number, kind = "added"): Statement {
  return {
    Sid: `foreign-${kind}-${n}`,
    Effect: "Allow",
    Principal: { AWS: levers.account.roleArns["auditor"] },
    Action: "elasticfilesystem:ClientMount",
    Resource: levers.simulator.world.service("efs").fileSystemArn(FS_ID),
    // Two that differ in nothing but their Sid mean the same, and one of them is as good as both.
    Condition: {
      Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
      IpAddress: { "aws:SourceIp": `10.${n}.${kind.length}.0/24` },
    },
  };
}

export const policyEdited: Disturb = async (levers, chance, n) => {
  const what = chance.random();
  const done = await editPolicy(levers, person(chance), (statements) => {
    const at = Math.floor(chance.random() * statements.length);
    const victim = statements[at];
    if (what < 0.4) return [...statements, foreignStatement(levers, n)];
    if (victim === undefined) return null;
    if (what < 0.7) return statements.filter((_one, place) => place !== at);
    if (what < 0.85) return statements.toReversed();
    if (!OURS.test(victim.Sid ?? "") || victim.Effect !== "Deny") return null;
    return statements.map((one, place) => (place === at ? { ...one, Effect: "Allow" } : one));
  });
  if (done) levers.interference.count("policy-edited");
};

export const policyDeleted: Disturb = async (levers, chance) => {
  if (await levers.foreign(person(chance), "efs", "DeleteFileSystemPolicy", { FileSystemId: FS_ID }))
    levers.interference.count("policy-deleted");
};

export const workloadDeleted: Disturb = async (levers, chance) => {
  const FunctionName = chance.pick(FUNCTIONS);
  if (!(await levers.foreign(person(chance), "lambda", "DeleteFunction", { FunctionName }))) return;
  levers.interference.count("workload-deleted");
  if (chance.happens(0.2)) return;
  levers.time.after(chance.between(3_000, 40_000), () => {
    // Somebody else may have been faster.
    makeFunction(levers.simulator, levers.account, FunctionName).catch(() => undefined);
  });
};

export const roleChanged: Disturb = async (levers, chance, n) => {
  const FunctionName = chance.pick(FUNCTIONS);
  if (chance.happens(0.4)) {
    const published = await levers.foreign(person(chance), "lambda", "PublishVersion", { FunctionName });
    if (published === null) return;
    levers.interference.count("role-changed");
    if (chance.happens(0.2)) return;
    levers.time.after(chance.between(5_000, 60_000), () => {
      void levers.foreign("deploy-bot", "lambda", "DeleteFunction", { FunctionName, Qualifier: published.Version });
    });
    return;
  }
  const role = `${FunctionName}-${n}`;
  await makeRole(levers.simulator, role);
  const Role = `arn:aws:iam::${levers.simulator.world.account}:role/${role}`;
  if (await updateFunction(levers, person(chance), FunctionName, { Role })) levers.interference.count("role-changed");
};

export const updateInProgress: Disturb = async (levers, chance, n) => {
  const done = await updateFunction(levers, person(chance), chance.pick(FUNCTIONS), environment(n));
  if (done) levers.interference.count("update-in-progress");
};

export function environment(n: number | string): object {
  return { Environment: { Variables: { STAGE: "prod", BUILD: String(n) } } };
}

/** Between Mooring's last look and its write; or between the look that it planned on and its last one. */
export const foreignWriter: Disturb = (levers, chance, n) => {
  const actor = person(chance);
  if (chance.happens(0.4)) return beforeTheLastLook(levers, actor, n);
  const isPolicy = chance.happens(0.6);
  levers.interference.inBetween(
    "foreign-writer",
    (call) => call.operation === (isPolicy ? "PutFileSystemPolicy" : "UpdateFunctionConfiguration"),
    async (call) => {
      if (isPolicy)
        await editPolicy(levers, actor, (statements) => [...statements, foreignStatement(levers, n, "raced")]);
      else await updateFunction(levers, actor, String(call.input["FunctionName"]), environment(n));
    },
  );
};

/** As the intent is written; whoever looks again right before the Put sees it. No event may come to the rescue. */
function beforeTheLastLook(levers: Levers, actor: string, n: number): void {
  let isOver = false;
  levers.interference.onStore({
    fault: "foreign-writer",
    matches: ({ operation, args }) =>
      operation === "writeKeyRow" && isIntentOf("PutFileSystemPolicy", args[2] as { body?: string }),
    spring: () => {
      if (isOver) return false;
      isOver = true;
      levers.events.strike("event-late");
      void editPolicy(levers, actor, (statements) => [...statements, foreignStatement(levers, n, "looked")]);
    },
  });
}

function isIntentOf(name: string, { body }: { body?: string }): boolean {
  if (body?.includes(name) !== true) return false;
  const { openIntents = [] } = JSON.parse(body) as { openIntents?: { operation: string }[] };
  return openIntents.some(({ operation }) => operation === name);
}
