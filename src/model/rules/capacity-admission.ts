import { accessPointArn } from "../keys.ts";
import type { BindingRecord, FileSystemRecord, PolicyMode } from "../records.ts";
import { exampleBinding, exampleFileSystem, manifestOf } from "./example-records.ts";
import { POLICY_CHARACTERS_MAX } from "./patterns.ts";
import { isBeingDeleted } from "./record-names.ts";
import { shown, type AdmissionRule, type Change } from "./rule.ts";

/** ARNs of roles and access points stand in quotes with a comma: three characters more. */
const LIST_PUNCTUATION = 3;

/**
 * How often the ARN of an access point must stand in the policy, whatever else stands there: in mode Enforce
 * once in an Allow and once in the Deny that confines the role (DESIGN 5), in mode Preserve in the Allow.
 */
const ARN_MENTIONS: Record<PolicyMode, number> = { Observe: 0, Preserve: 1, Enforce: 2 };

/** The least that one more Binding adds, even if its role stands in the policy already. */
function charactersOfAccessPoint(fileSystem: FileSystemRecord["spec"]): number {
  const arnCharacters = accessPointArn(fileSystem, "fsap-0123456789abcdef0").length + LIST_PUNCTUATION;
  return ARN_MENTIONS[fileSystem.policy.mode] * arnCharacters;
}

/** A lower bound of what `bindings` need in the policy: ARNs alone, of what is certainly known. */
function policyCharactersAtLeast(
  fileSystem: FileSystemRecord["spec"],
  bindings: readonly BindingRecord[],
  newcomers: number,
): number {
  const mentions = ARN_MENTIONS[fileSystem.policy.mode];
  const roles = new Set(bindings.flatMap(({ facets }) => facets.workload?.roleArns ?? []));
  let characters = (bindings.length + newcomers) * charactersOfAccessPoint(fileSystem);
  for (const role of roles) characters += mentions * (role.length + LIST_PUNCTUATION);
  return characters;
}

function capacityOf({ after, before, fileSystem, sameFileSystem }: Change): {
  characters: number;
  bindings: number;
} | null {
  const spec = after.kind === "FileSystem" ? after.spec : fileSystem?.spec;
  if (spec === undefined || spec.policy.mode === "Observe") return null;
  if (before !== undefined && after.kind === "Binding") return null;
  // What is being deleted may make room, so nothing is certain while it lasts.
  if (sameFileSystem.some(isBeingDeleted)) return null;
  const newcomers = after.kind === "Binding" ? 1 : 0;
  const characters = policyCharactersAtLeast(spec, sameFileSystem, newcomers);
  return { characters, bindings: sameFileSystem.length + newcomers };
}

/** What the file-system reconciler last measured, against the least that this Binding and those on their way add. */
function shortageOf({ after, before, fileSystem, sameFileSystem }: Change): { free: number; least: number } | null {
  const facet = fileSystem?.facets.fileSystem;
  const free = facet?.policy?.free;
  if (fileSystem === undefined || free === undefined || facet?.observedGeneration !== fileSystem.metadata.generation)
    return null;
  if (after.kind !== "Binding" || before !== undefined || fileSystem.spec.policy.mode === "Observe") return null;
  if (sameFileSystem.some(isBeingDeleted)) return null;
  const onTheirWay = sameFileSystem.filter(({ facets }) => facets.accessPoint === undefined).length;
  const least = (1 + onTheirWay) * charactersOfAccessPoint(fileSystem.spec);
  return least > free ? { free, least } : null;
}

export const policyCapacity: AdmissionRule = {
  id: "policy-capacity",
  scope: "neighbours",
  appliesTo: ["Binding", "FileSystem"],
  field: "spec.fileSystemRef.name",
  source: "AWS-FACTS 1.7 [b-efs]: a policy has 1-20,000 characters; DESIGN 5",
  states: `What certainly cannot fit into ${POLICY_CHARACTERS_MAX} characters is refused in modes \`Preserve\` and \`Enforce\`: by the room that was left when the policy was last measured, and by the ARNs alone of the access points and known roles. What is not known counts as nothing.`,
  check: (change) => {
    const shortage = shortageOf(change);
    if (shortage !== null) {
      const name = change.fileSystem!.metadata.name;
      return [
        {
          field: "spec.fileSystemRef.name",
          value: name,
          message: `spec.fileSystemRef.name is ${shown(name)}: of the ${POLICY_CHARACTERS_MAX} characters of its file system's policy ${shortage.free} are left, besides the room that is kept for one replacement, and at least ${shortage.least} are needed; let Bindings share roles or delete some, or use another file system.`,
        },
      ];
    }
    const capacity = capacityOf(change);
    if (capacity === null || capacity.characters <= POLICY_CHARACTERS_MAX) return [];
    const field = change.after.kind === "Binding" ? "spec.fileSystemRef.name" : "spec.policy.mode";
    const value =
      change.after.kind === "Binding" ? change.after.spec.fileSystemRef.name : change.after.spec.policy.mode;
    return [
      {
        field,
        value,
        message: `${field} is ${shown(value)}: the ARNs of its ${capacity.bindings} Bindings alone take ${capacity.characters} characters, and a file system policy holds ${POLICY_CHARACTERS_MAX}; spread the Bindings over several file systems, or use policy.mode Observe.`,
      },
    ];
  },
  examples: {
    good: [
      {
        says: "few enough",
        after: manifestOf(exampleBinding()),
        fileSystems: [exampleFileSystem({ mode: "Enforce" })],
        bindings: manyBindings(20),
      },
      {
        says: "many in mode Observe",
        after: manifestOf(exampleBinding()),
        fileSystems: [exampleFileSystem()],
        bindings: manyBindings(200),
      },
    ],
    bad: [
      {
        says: "a policy that is measured to be full",
        after: manifestOf(exampleBinding()),
        fileSystems: [fullFileSystem()],
        bindings: manyBindings(14),
      },
      {
        says: "too many",
        after: manifestOf(exampleBinding()),
        fileSystems: [exampleFileSystem({ mode: "Enforce" })],
        bindings: manyBindings(150),
      },
      {
        says: "Enforce with too many",
        after: manifestOf(exampleFileSystem({ mode: "Enforce" })),
        before: exampleFileSystem(),
        bindings: manyBindings(150),
      },
    ],
  },
};

function manyBindings(count: number): BindingRecord[] {
  return Array.from({ length: count }, (_, index) => exampleBinding({ name: `neighbour-${index}` }));
}

function fullFileSystem(): FileSystemRecord {
  const record = exampleFileSystem({ mode: "Enforce" });
  const policy = { characters: 19_500, ours: 40, foreign: 0, free: 150 };
  const measured = { key: "", fence: 1, observedGeneration: record.metadata.generation, conditions: [], policy };
  const rest = { retained: [], mountTargets: { known: true as const, value: [] }, enforcedSinceMs: 1 };
  return { ...record, facets: { fileSystem: { ...measured, ...rest } } };
}
