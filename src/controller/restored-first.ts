import { fileSystemKey, type ReconcileKey } from "../model/keys.ts";
import { TAGS } from "../model/records.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { reading } from "../reconcilers/read.ts";

/**
 * Before anything else is done with a store: whether access points exist that were made at a slot which
 * its log has not reached. Their file systems are looked at first, and hold what they find, since every
 * commit of another key would bring the log nearer to that slot until nothing is to be seen any more.
 *
 * Costs one DescribeAccessPoints per 1,000. What cannot be read is left to the file systems' own runs.
 */
export async function lookAtRestoredFirst(
  { aws, clock, settings, store }: ReconcilerPorts,
  look: (key: ReconcileKey) => Promise<unknown>,
): Promise<void> {
  const view = store.records.view();
  const seen = await reading(clock, () => aws.efs.describeAccessPoints());
  if (!seen.known) return;
  const suspicious = new Set(
    seen.value
      .filter(({ tags }) => tags[TAGS.installation] === settings.installation && Number(tags[TAGS.slot]) > view.head)
      .map(({ fileSystemId }) => fileSystemId),
  );
  const records = [...view.fileSystems()].filter(({ spec }) => suspicious.has(spec.fileSystemId));
  await Promise.all(records.map(({ spec }) => look(fileSystemKey(spec))));
}
