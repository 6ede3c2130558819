import { createAws, type AwsConnection } from "../../src/aws/create-aws.ts";
import { adoptable, type Adoptable } from "../../src/cli/adopt/adoptable.ts";
import { scanAccount } from "../../src/cli/adopt/scan-account.ts";
import { adoptableYaml } from "../../src/cli/adopt/write-yaml.ts";
import { realChance, realClock } from "../../src/cli/clock.ts";
import { parseManifests } from "../../src/cli/manifests.ts";
import type { Manifest, World } from "./world.ts";

export const HOME = { account: "111122223333", region: "eu-west-1" };

/** What `mooring adopt --scan` reads with, as somebody who is not Mooring. */
export function scannerOf(world: World): AwsConnection {
  return createAws({
    ...HOME,
    endpoint: world.simulator.url,
    credentials: { accessKeyId: "scanner", secretAccessKey: "none" },
    callDeadlineMs: 5_000,
    quotaShare: Number.POSITIVE_INFINITY,
    clock: realClock,
    chance: realChance,
    customUserAgent: "mooring",
  });
}

export async function scan(aws: AwsConnection, driftPolicy: "Observe" | "Correct" = "Observe"): Promise<Adoptable> {
  return adoptable(await scanAccount(aws), { home: HOME, namespace: "media", driftPolicy });
}

/** As they stand in the file that the command writes. */
export function manifestsOf(found: Adoptable): Manifest[] {
  return parseManifests(adoptableYaml(found, HOME), "scan").map(({ body }) => body as unknown as Manifest);
}
