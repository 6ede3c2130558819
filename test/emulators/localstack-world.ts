import { type ServiceName, SERVICES, type WorldUnderTest } from "../worlds/world-under-test.ts";
import { answering, PLAYED } from "./free-world.ts";
import { readSettings } from "./settings.ts";
import { type Emulator, startEmulators } from "./start-emulator.ts";

/**
 * What LocalStack leaves to its paid image (EFS, ECS), or cannot do without it (a function's mounts, and the network
 * that functions, tasks and mount targets share). MiniStack stands in.
 */
export const SUBSTITUTED: readonly ServiceName[] = ["efs", "ecs", "lambda", "ec2"];

/**
 * LocalStack: all of it with a token, else its free code with substitutes by service.
 *
 * @throws one line that says what is missing.
 */
export async function openLocalStackWorld(): Promise<WorldUnderTest> {
  const settings = readSettings();
  const hasToken = settings.localstackToken !== null;
  const emulators = await startEmulators(hasToken ? ["localstack"] : ["localstack", "ministack"], PLAYED, settings);
  const { localstack, ministack } = emulators.byName as { localstack: Emulator; ministack?: Emulator };
  const version = await versionOf(localstack);
  const own = { code: `LocalStack ${version}, ${hasToken ? "with a token" : "free code"}` };
  const standIn = { code: ministack?.image ?? "", substituteFor: "LocalStack" };
  const of = (service: ServiceName) => !hasToken && SUBSTITUTED.includes(service);
  return answering({
    name: hasToken ? "LocalStack with a token" : "LocalStack",
    ...(hasToken ? {} : { substitutedFor: localstack.url }),
    ...PLAYED,
    endpoints: Object.fromEntries(SERVICES.map((s) => [s, of(s) ? ministack!.url : localstack.url])),
    players: Object.fromEntries(SERVICES.map((s) => [s, of(s) ? standIn : own])),
    // Both take a key of twelve digits for the account.
    credentialsOf: () => ({ accessKeyId: PLAYED.account, secretAccessKey: "none" }),
    settle: async () => {},
    close: () => emulators.stop(),
  });
}

async function versionOf({ url }: Emulator): Promise<string> {
  const answer = await fetch(`${url}/_localstack/health`);
  return ((await answer.json()) as { version: string }).version;
}
