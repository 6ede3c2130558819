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

/** A lower bound of what `bindings` need in the policy: ARNs alone, of what is certainly known. */
function policyCharactersAtLeast(
  fileSystem: FileSystemRecord["spec"],
  bindings: readonly BindingRecord[],
  newcomers: number,
): number {
  const mentions = ARN_MENTIONS[fileSystem.policy.mode];
  const arnCharacters = accessPointArn(fileSystem, "fsap-0123456789abcdef0").length + LIST_PUNCTUATION;
  const roles = new Set(bindings.flatMap(({ facets }) => facets.workload?.roleArns ?? []));
  let characters = (bindings.length + newcomers) * mentions * arnCharacters;
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

export const policyCapacity: AdmissionRule = {
  id: "policy-capacity",
  scope: "neighbours",
  appliesTo: ["Binding", "FileSystem"],
  field: "spec.fileSystemRef.name",
  source: "AWS-FACTS 1.7 [b-efs]: a policy has 1-20,000 characters; DESIGN 5",
  states: `What certainly cannot fit into ${POLICY_CHARACTERS_MAX} characters is refused: the ARNs alone of the access points and known roles in modes \`Preserve\` and \`Enforce\`. What is not known counts as nothing.`,
  check: (change) => {
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
