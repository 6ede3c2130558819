import { believeAbsent } from "./absence.ts";
import type { FileSystemPass } from "./file-system-pass.ts";

/** Asks the memory; also notes when to look again. The pass that first misses it never believes it. */
export function isBelievedAbsent(pass: FileSystemPass, id: string): boolean {
  const { observed, settings, memory } = pass.input;
  const readAtMs = observed.accessPoints.known ? observed.accessPoints.readAtMs : observed.fileSystem.readAtMs;
  const absence = believeAbsent(memory.absentSinceMs[id], readAtMs, settings.absenceGapMs);
  pass.memory.absentSinceMs[id] = absence.sinceMs;
  if (!absence.believed) pass.endings.wait(absence.waitMs, `a second read must confirm that ${id} is gone`);
  return absence.believed;
}
