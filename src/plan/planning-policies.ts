import { FS_ARN, roleArn } from "./planning-samples.ts";
import { PlanningWorld } from "./planning-world.ts";
import type { Statement } from "./policy-document.ts";

/** Somebody else's statement, which is none of Mooring's business. */
export const FOREIGN: Statement = {
  Sid: "backup",
  Effect: "Allow",
  Principal: { AWS: roleArn("backup") },
  Action: "elasticfilesystem:ClientMount",
  Resource: FS_ARN,
};

export function policyOf(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "theirs", Statement: statements });
}

export function statements(world: PlanningWorld): Statement[] {
  return world.policy === null ? [] : (JSON.parse(world.policy) as { Statement: Statement[] }).Statement;
}

/** A world at rest with these Bindings. */
export function converged(...names: string[]): PlanningWorld {
  const world = new PlanningWorld();
  for (const name of names.length > 0 ? names : ["thumb"]) world.add(name);
  world.settle();
  return world;
}
