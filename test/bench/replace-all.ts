import { connect, recordPath, type Client } from "../../src/cli/client.ts";
import { realClock } from "../../src/cli/clock.ts";
import type { Mooring } from "../../src/cli/compose.ts";
import { ANNOTATIONS, type BindingRecord } from "../../src/model/records.ts";
import { isReady } from "../../src/model/status.ts";
import { eachOf } from "./account.ts";
import type { Fleet } from "./fleet.ts";
import { manifestsOf, NAMESPACE } from "./records.ts";

const WRITERS = 8;
const POLL_MS = 100;

/** Which access point each binding has now, by uid. */
export function accessPointsInForce({ store }: Mooring): ReadonlyMap<string, string | undefined> {
  const bindings = [...store.records.view().bindings()];
  return new Map(bindings.map(({ metadata, facets }) => [metadata.uid, facets.accessPoint?.accessPoint?.id]));
}

/** Gives every binding another directory, with the consent that this takes. */
export async function askForOtherPaths(
  client: Client,
  { account }: Pick<Fleet, "account">,
  round: number,
): Promise<void> {
  const all = manifestsOf(account);
  await eachOf(all, WRITERS, ({ metadata, spec }) =>
    client.request("PATCH", `${recordPath("Binding", NAMESPACE)}/${metadata.name}`, {
      spec: {
        rootDirectory: { ...spec.rootDirectory, path: `${spec.rootDirectory.path}-${round}` },
        replacement: "AcceptDataChange",
      },
    }),
  );
}

/** Waits until each is ready on another access point and its old one is gone. @returns how many are not in time. */
export async function awaitReplaced(
  mooring: Mooring,
  before: ReadonlyMap<string, string | undefined>,
  endMs: number,
): Promise<number> {
  const client = connect(mooring.url, "bench");
  const isReplaced = (binding: BindingRecord): boolean => {
    const facet = binding.facets.accessPoint;
    const isOther = facet?.accessPoint?.id !== before.get(binding.metadata.uid);
    return isOther && isReady(binding) && facet?.predecessor === undefined && facet?.retiring.length === 0;
  };
  for (;;) {
    const left = [...mooring.store.records.view().bindings()].filter((binding) => !isReplaced(binding)).length;
    if (left === 0 || realClock.nowMs() > endMs) return left;
    await confirmRemovals(client, mooring);
    await realClock.sleep(POLL_MS);
  }
}

/** So many at once need a person's word that their statements may go; here the benchmark gives it. */
async function confirmRemovals(client: Client, { store }: Mooring): Promise<void> {
  for (const { metadata, facets } of store.records.view().fileSystems()) {
    const held = facets.fileSystem?.conditions.find(({ reason }) => reason === "RemovalWithheld");
    const hash = held?.message.match(/confirm-removal=(\w+)/)?.[1];
    if (hash === undefined || metadata.annotations[ANNOTATIONS.confirmRemoval] === hash) continue;
    const annotations = { [ANNOTATIONS.confirmRemoval]: hash };
    await client.request("PATCH", `${recordPath("FileSystem", "")}/${metadata.name}`, { metadata: { annotations } });
  }
}
