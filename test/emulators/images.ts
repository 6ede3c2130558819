import { type Docker, docker, lastLine } from "./engine.ts";
import type { EmulatorSettings } from "./settings.ts";

const INSPECT_MAX_MS = 10_000;

/**
 * Finds an image that can be started: the published one if it is here, else the one that `images/build` made, else the
 * published one is pulled.
 *
 * @returns its name.
 * @throws one line that says what to do, if there is none.
 */
export async function findImage(
  { name, image, builtImage }: EmulatorSettings,
  pullMaxMs: number,
  ask: Docker = docker,
): Promise<string> {
  for (const candidate of [image, builtImage])
    if (candidate !== null && (await isHere(candidate, ask))) return candidate;
  try {
    await ask(["pull", "--quiet", image], pullMaxMs);
    return image;
  } catch (error) {
    const why = (error as { killed?: boolean }).killed === true ? `not within ${pullMaxMs / 1_000} s` : lastLine(error);
    const variable = `EMULATOR_${name.toUpperCase().replace("-", "_")}_IMAGE`;
    const ways =
      builtImage === null
        ? `Correct ${variable}, or leave it out.`
        : `Nor is ${builtImage} built. Build it: test/emulators/images/build ${name}; or name another one in ${variable}.`;
    throw new Error(`Image ${image} cannot be pulled (${why}). ${ways}`, {
      cause: error,
    });
  }
}

async function isHere(image: string, ask: Docker): Promise<boolean> {
  try {
    await ask(["image", "inspect", "--format", "{{.Id}}", image], INSPECT_MAX_MS);
    return true;
  } catch {
    return false;
  }
}
