import { fileSystemKey, type ReconcileKey } from "../model/keys.ts";
import { ANNOTATIONS, type FileSystemRecord, TAGS } from "../model/records.ts";
import type { ReconcilerPorts } from "../reconcilers/ports.ts";
import { reading } from "../reconcilers/read.ts";

interface Ports extends Pick<ReconcilerPorts, "aws" | "clock" | "settings" | "store"> {
  /** Told once that this waits, and for which file systems. */
  logError(message: string, error: unknown): void;
}

/** Between two looks at what could not be read, or whose key is still leased. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Before anything else is done with a store: whether access points exist that were made at a slot which
 * its log has not reached. Their file systems are looked at first, and this waits until what they find stands
 * in the log, since every commit of another key would bring the log nearer to that slot until nothing is to be
 * seen any more. A store that was put back may show a lease that nobody holds; it is waited out like any other.
 *
 * Costs one DescribeAccessPoints per 1,000. Whoever cannot read for two lease times goes on all the same, and leaves
 * it to the file systems' own runs: an API that never answers helps nobody. But what was seen is waited for as long as
 * it takes, or until `signal` aborts: a lease that was put back may have been written by a clock that was ahead.
 */
export async function lookAtRestoredFirst(
  ports: Ports,
  look: (key: ReconcileKey) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, settings, logError } = ports;
  const looks = Math.ceil((2 * settings.leaseMs) / LOOK_AGAIN_MS);
  let blind = 0;
  for (let n = 1; !signal.aborted; n += 1) {
    const due = await notRecorded(ports);
    if (due === null) blind += 1;
    if (due?.length === 0 || blind > looks) return;
    await Promise.all((due ?? []).map(({ spec }) => look(fileSystemKey(spec))));
    // The first look records it, as a rule.
    if (n === 2) logError("nothing is begun yet, and the API does not answer", whyOf(due, looks));
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

function whyOf(due: FileSystemRecord[] | null, looks: number): Error {
  if (due === null)
    return new Error(
      `the access points cannot be read, so nobody knows whether the store was put back: they are read again for up to ${looks} s`,
    );
  const names = due.map(({ metadata }) => metadata.name).join(", ");
  return new Error(
    `the store was put back: access points of ${names} were made later than its log ends, and that is not recorded yet as somebody holds a lease`,
  );
}

/** Those with an access point from beyond the end of the log of which their records say nothing yet; null = not readable. */
async function notRecorded({ aws, clock, settings, store }: Ports): Promise<FileSystemRecord[] | null> {
  if ([...store.records.view().fileSystems()].length === 0) return [];
  const seen = await reading(clock, () => aws.efs.describeAccessPoints());
  if (!seen.known) return null;
  // Read after the list: what another replica had made until then stands in the log by now.
  const view = await store.records.refresh();
  const highest = new Map<string, number>();
  for (const { fileSystemId, tags } of seen.value) {
    const slot = Number(tags[TAGS.slot]);
    if (tags[TAGS.installation] !== settings.installation || !(slot > view.head)) continue;
    highest.set(fileSystemId, Math.max(slot, highest.get(fileSystemId) ?? 0));
  }
  return [...view.fileSystems()].filter((record) => {
    const slot = highest.get(record.spec.fileSystemId);
    return slot !== undefined && !isRecorded(record, slot);
  });
}

function isRecorded({ metadata, facets }: FileSystemRecord, slot: number): boolean {
  const recorded = facets.fileSystem?.restoredSlot ?? Number(metadata.annotations[ANNOTATIONS.confirmRestore] ?? 0);
  return recorded >= slot;
}
