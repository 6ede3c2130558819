import { ANNOTATIONS } from "./records.ts";

/** What a Binding's annotation `mooring.dev/adopt` asks to be taken over instead of being made. */
export interface Adoption {
  /** The access point to take over; null = whichever the workload mounts, or none is asked for. */
  accessPointId: string | null;
  /** The mount (Lambda) or volume (ECS) that the workload has at the spec's path, with the access point that it names. */
  mount: boolean;
  /** Sids of foreign policy statements that our own replace, if they grant exactly the same. Sorted. */
  sids: string[];
}

const ACCESS_POINT = /^fsap-[0-9a-f]{8,40}$/;
const SID = /^sid:(\S{1,128})$/;

/** What the annotation asks for; null = nothing. Words that no rule allows are left out: the API refuses them. */
export function adoptionOf({ metadata }: { metadata: { annotations: Record<string, string> } }): Adoption | null {
  const value = metadata.annotations[ANNOTATIONS.adopt];
  if (value === undefined) return null;
  const words = wordsOf(value);
  return {
    accessPointId: words.find((word) => ACCESS_POINT.test(word)) ?? null,
    mount: words.includes("mount"),
    sids: words.flatMap((word) => SID.exec(word)?.[1] ?? []).toSorted(),
  };
}

/** True if the annotation asks for this access point to be taken over, by its id or as what the workload mounts. */
export function mayAdopt(adoption: Adoption | null, accessPointId: string): boolean {
  if (adoption === null) return false;
  return adoption.accessPointId === null ? adoption.mount : adoption.accessPointId === accessPointId;
}

/** What is wrong with an annotation's value; null = nothing. */
export function adoptionFault(value: string): string | null {
  const words = wordsOf(value);
  if (words.length === 0) return "is empty";
  const strange = words.filter((word) => word !== "mount" && !ACCESS_POINT.test(word) && !SID.test(word));
  if (strange.length > 0) return `has ${strange.map((word) => JSON.stringify(word)).join(", ")}`;
  if (words.filter((word) => ACCESS_POINT.test(word)).length > 1) return "names several access points";
  return null;
}

function wordsOf(value: string): string[] {
  return value
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
