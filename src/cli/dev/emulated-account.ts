import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Home } from "../../model/validate.ts";
import { assertLoopback } from "../loopback.ts";
import { EXIT, UserError } from "../user-error.ts";
import type { DevAccount } from "./dev-account.ts";
import { furnishEmulator } from "./furnish-emulator.ts";
import { whyNoAnswer } from "./why-no-answer.ts";

/** Emulators know one region as well as another. */
const REGION = "eu-west-1";
const FIRST_ANSWER_MS = 10_000;

/**
 * Takes the account that an emulator on this machine plays, and furnishes it as the simulated one is, unless it is.
 * What it cannot do shows in the transcript.
 *
 * @throws {UserError} if the address is not on this machine, or nothing there speaks AWS's protocols.
 */
export async function openEmulatedAccount(endpoint: string): Promise<DevAccount> {
  const awsUrl = assertLoopback(endpoint);
  const home = await whose(awsUrl);
  const fileSystemId = await furnishEmulator({ awsUrl, ...home }).catch((error: unknown) => {
    const { name, message } = error as Error;
    throw new UserError(
      `The emulator at ${awsUrl} cannot be furnished: ${name}: ${message}. docs/fidelity.md says what each of them serves.`,
      EXIT.failed,
      { cause: error },
    );
  });
  return {
    home,
    awsUrl,
    told: `AWS as emulated at ${awsUrl}`,
    fileSystemId,
    mayMount: null,
    hasEvents: false,
    close: async () => {},
  };
}

async function whose(endpoint: string): Promise<Home> {
  const sts = new STSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: "mooring", secretAccessKey: "not-a-secret" },
    requestHandler: { requestTimeout: FIRST_ANSWER_MS, throwOnRequestTimeout: true },
  });
  try {
    const { Account = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, region: REGION };
  } catch (error) {
    throw new UserError(
      `No AWS answers at ${endpoint} (${whyNoAnswer(error)}). Start an emulator there, e.g. MiniStack, or leave --aws-endpoint out: then AWS is simulated in this process.`,
      EXIT.unavailable,
      { cause: error },
    );
  } finally {
    sts.destroy();
  }
}
