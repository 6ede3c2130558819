import { mountsOf, ourAccessPoints } from "./account.ts";
import type { World } from "./world.ts";

/** What a change of path or identity asks for. */
export const CONSENT = { replacement: "AcceptDataChange" };

export function directory(path: string) {
  return { rootDirectory: { path, ownerUid: 1001, ownerGid: 1001, permissions: "0750" } };
}

export async function mountedId(world: World, name = "thumbnailer"): Promise<string> {
  return (await mountsOf(world, name))[0]!.Arn.split("/").at(-1)!;
}

export async function onlyOneIsLeft(world: World): Promise<void> {
  await world.until("one access point of ours is left", async () => {
    const ours = await ourAccessPoints(world);
    return ours.length === 1 ? { is: true } : { not: ours };
  });
}
