import { ALL_SERVICES } from "../../src/simulator/aws-simulator.ts";
import type { SimClock, Timings } from "../../src/simulator/core.ts";
import { furnishAccount, type FurnishedAccount } from "../../src/simulator/furnish/furnish-account.ts";
import { createSimulator, type Simulator } from "../../src/simulator/simulator.ts";
import { createWorld } from "../../src/simulator/world.ts";
import { MORE_FUNCTIONS } from "./catalog.ts";
import type { Stream } from "./chance.ts";
import type { SimulatedTime } from "./time.ts";

/** How long AWS takes behind the calls' backs, ms. Shorter than AWS's own times where waiting proves nothing more. */
const TIMINGS: Partial<Timings> = {
  accessPointCreateMs: 500,
  accessPointDeleteMs: 400,
  policyPropagationMs: 6_000,
  functionUpdateMs: 700,
  functionCreateMs: 1_000,
  taskStartMs: 1_000,
  deploymentStepMs: 800,
  deregisterMs: 30_000,
};

export interface SimulatedAws {
  simulator: Simulator;
  account: FurnishedAccount;
}

/** A furnished account on simulated time, with chance of its own. */
export async function simulatedAws(time: SimulatedTime, chance: Stream): Promise<SimulatedAws> {
  const clock: SimClock = {
    nowMs: () => time.nowMs,
    after: (delayMs, task) => {
      if (delayMs <= 0) task();
      else time.after(delayMs, task);
    },
    random: chance.random,
    uuid: () => chance.uuid(),
    hex: (length) => chance.hex(length),
  };
  const simulator = createSimulator({ world: createWorld({ clock }), services: ALL_SERVICES });
  const account = await furnishAccount(simulator.world);
  await furnishMore(simulator, account);
  // Only now, since the account is older than the simulation.
  Object.assign(simulator.world.timings, TIMINGS);
  return { simulator, account };
}

const VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

async function furnishMore(simulator: Simulator, account: FurnishedAccount): Promise<void> {
  for (const name of MORE_FUNCTIONS) await makeFunction(simulator, account, name);
}

/** Makes a function in the network of the others, with a role of its own name (made if it is missing). */
export async function makeFunction(simulator: Simulator, account: FurnishedAccount, name: string): Promise<void> {
  const platform = simulator.callerOf("platform-team");
  if (simulator.world.service("iam").findRole(name) === undefined) await makeRole(simulator, name);
  await simulator.call(
    "lambda",
    "CreateFunction",
    {
      FunctionName: name,
      Role: `arn:aws:iam::${simulator.world.account}:role/${name}`,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: new TextEncoder().encode(name) },
      Environment: { Variables: { STAGE: "prod" } },
      VpcConfig: { SubnetIds: account.subnetIds.slice(0, 2), SecurityGroupIds: [account.functionGroupId] },
    },
    platform,
  );
}

/** Makes a role that Lambda may take on and that has no right of EFS's. */
export async function makeRole(simulator: Simulator, RoleName: string): Promise<void> {
  const platform = simulator.callerOf("platform-team");
  const Statement = [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await simulator.call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument }, platform);
  await simulator.call("iam", "AttachRolePolicy", { RoleName, PolicyArn: VPC_ACCESS }, platform);
}
