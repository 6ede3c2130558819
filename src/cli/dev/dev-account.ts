import { evaluateClientAccess } from "../../simulator/access/client-access.ts";
import { startSimulator, type RunningSimulator } from "../../simulator/aws-simulator.ts";
import { FURNISHED } from "../../simulator/furnish/furnished.ts";
import type { Home } from "../../model/validate.ts";
import { portError } from "../ports.ts";
import type { MayMount } from "./matrix.ts";

/** The account that `mooring dev` plays with: the simulated one, or what emulators of AWS make of it. */
export interface DevAccount {
  home: Home;
  awsUrl: string;
  /** What stands behind those addresses, for the transcript. */
  told: string;
  /** Of the file system that the samples bind. */
  fileSystemId: string;
  /** Who may mount what, as the account itself decides; null = it does not evaluate policies. */
  mayMount: MayMount | null;
  /** Whether calls become CloudTrail events; without them only a sweep finds what others did. */
  hasEvents: boolean;
  close(): Promise<void>;
}

export interface SimulatedOptions {
  host: string;
  port: number;
  /** Where the account is kept between runs. */
  file: string;
  /** With file system, functions, cluster and roles of a team; otherwise empty. */
  isFurnished: boolean;
}

/** Starts the simulator. @throws {UserError} if its port cannot be had. */
export async function openSimulatedAccount({ host, port, file, isFurnished }: SimulatedOptions): Promise<DevAccount> {
  const running = await startSimulator({ port, dataFile: file, furnish: isFurnished }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
      throw portError(error, host, port, { what: "the simulated AWS", flag: "--aws-port" });
    },
  );
  const { world } = running.simulator;
  return {
    home: { account: world.account, region: world.region },
    awsUrl: running.url,
    told: `simulated AWS ${running.url}`,
    fileSystemId: FURNISHED.fileSystemId,
    mayMount: mayMountIn(running),
    hasEvents: true,
    close: () => running.close(),
  };
}

/** The simulated EFS's own verdict, from the policies in force at that moment. */
function mayMountIn({ simulator }: RunningSimulator): MayMount {
  return ({ roleArn, fileSystemId, accessPointId, tls }) => {
    const through = accessPointId === null ? {} : { accessPointId };
    const attempt = { roleArn, fileSystemId, ...through, tls, viaMountTarget: true, action: "ClientMount" } as const;
    return evaluateClientAccess(simulator.world, attempt).decision === "allow";
  };
}
