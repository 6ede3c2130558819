/** Sees to it that every emulator has an image: finds it, pulls it, or else builds it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assertEngine } from "../engine.ts";
import { findImage } from "../images.ts";
import { readSettings } from "../settings.ts";

const BUILD = fileURLToPath(new URL("build", import.meta.url));

try {
  await assertEngine();
  const { emulators, pullMaxMs } = readSettings();
  for (const emulator of Object.values(emulators)) {
    const found = await findImage(emulator, pullMaxMs).catch(() => null);
    console.log(`${emulator.name}: ${found ?? "cannot be pulled, is built"}`);
    if (found === null && spawnSync(BUILD, [emulator.name], { stdio: "inherit" }).status !== 0) process.exit(1);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
