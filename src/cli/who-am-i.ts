import { createAws, type AwsConnection } from "../aws/create-aws.ts";
import type { Settings } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import { realChance, realClock } from "./clock.ts";
import { EXIT, UserError } from "./user-error.ts";

type CallLimits = Pick<Settings, "callDeadlineMs" | "quotaShare">;

/** A connection by the SDK's ordinary configuration: environment, profile, container, instance. */
export function ambientAws(home: Home, { callDeadlineMs, quotaShare }: CallLimits): AwsConnection {
  return createAws({
    ...home,
    callDeadlineMs,
    quotaShare,
    clock: realClock,
    chance: realChance,
    customUserAgent: "mooring",
  });
}

/**
 * Region from the SDK's configuration, account from STS: both must be known before anything is opened.
 *
 * @throws {UserError} if there is no region, or AWS does not know the credentials.
 */
export async function whoAmI(limits: CallLimits): Promise<Home> {
  const region = await ambientRegion();
  const aws = ambientAws({ account: "", region }, limits);
  try {
    return { account: (await aws.sts.getCallerIdentity()).accountId, region };
  } catch (error) {
    throw new UserError(
      `AWS does not say who we are (${(error as Error).message}). Check the credentials, e.g. with: aws sts get-caller-identity`,
      EXIT.unavailable,
      { cause: error },
    );
  } finally {
    aws.destroy();
  }
}

async function ambientRegion(): Promise<string> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch (error) {
    throw new UserError(
      "No AWS region is set. Set AWS_REGION, e.g. AWS_REGION=eu-west-1, or a profile with a region.",
      EXIT.usage,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}
