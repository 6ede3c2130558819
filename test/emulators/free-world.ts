import { SERVICES, type WorldUnderTest } from "../worlds/world-under-test.ts";
import { startEmulator } from "./start-emulator.ts";
import { assertAnswers } from "./world-answers.ts";

/** The account that the emulators play. */
export const PLAYED = { account: "111122223333", region: "eu-west-1" };

/**
 * MiniStack alone. Its EFS knows file system policies since 1.5; before, moto's was needed, whose mount targets lie in
 * VPCs that nobody else knows.
 *
 * @throws one line that says what is missing.
 */
export async function openFreeWorld(): Promise<WorldUnderTest> {
  const { url, image, stop } = await startEmulator("ministack", PLAYED);
  const world: WorldUnderTest = {
    name: "free world",
    ...PLAYED,
    endpoints: Object.fromEntries(SERVICES.map((service) => [service, url])),
    players: Object.fromEntries(SERVICES.map((service) => [service, { code: image }])),
    // MiniStack takes a key of twelve digits for the account.
    credentialsOf: () => ({ accessKeyId: PLAYED.account, secretAccessKey: "none" }),
    settle: async () => {},
    close: stop,
  };
  return answering(world);
}

/** @throws one line, and stops what was started, if some address of the world does not answer. */
export async function answering(world: WorldUnderTest): Promise<WorldUnderTest> {
  await assertAnswers(world).catch(async (error: unknown) => {
    await world.close();
    throw error;
  });
  return world;
}
