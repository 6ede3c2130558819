import { accessPointArn } from "../keys.ts";
import type { BindingRecord, FileSystemRecord, PolicyMode } from "../records.ts";
import { ANNOTATIONS } from "../records.ts";
import { exampleBinding, exampleFileSystem, manifestOf } from "./example-records.ts";
import { POLICY_CHARACTERS_MAX } from "./patterns.ts";
import { shown, type AdmissionRule, type Change } from "./rule.ts";

const FUNCTION = "spec.workload.lambda.functionName";

function fullName(record: { metadata: { namespace: string; name: string } }): string {
  return `${record.metadata.namespace}/${record.metadata.name}`;
}

function isBeingDeleted(record: BindingRecord | FileSystemRecord): boolean {
  return record.metadata.deletionTimestamp !== undefined;
}

/** "750" and "0750" are stored as given and mean the same (AWS-FACTS 1.2). */
function mode(permissions: string): number {
  return Number.parseInt(permissions, 8);
}

function contains(outer: string, inner: string): boolean {
  return inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}

const oneBindingPerFunction: AdmissionRule = {
  id: "one-binding-per-function",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: FUNCTION,
  source: "AWS-FACTS 2.1 [b-lam]: FileSystemConfigs holds at most one mount; DESIGN 6",
  states: "One Binding for a function, in all namespaces together, until the former one is gone entirely.",
  check: ({ after, sameFunction }) => {
    const other = sameFunction[0];
    if (after.kind !== "Binding" || other === undefined) return [];
    const { functionName } = after.spec.workload.lambda;
    const state = isBeingDeleted(other)
      ? ", which is still being deleted: wait until it is gone"
      : ": a function has one mount; delete that Binding first";
    return [
      {
        value: functionName,
        message: `${FUNCTION} is ${shown(functionName)}, which is mounted by the Binding ${fullName(other)}${state}, or name another function.`,
      },
    ];
  },
  examples: {
    good: [
      {
        says: "another function",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "resizer" })],
      },
      {
        says: "the same Binding again",
        after: manifestOf(exampleBinding()),
        before: exampleBinding(),
        bindings: [exampleBinding()],
      },
    ],
    bad: [
      {
        says: "another Binding on the function",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", functionName: "thumbnailer" })],
      },
      {
        says: "another one that is still being deleted",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ namespace: "other", deleting: true })],
      },
    ],
  },
};

const sharedDirectoryOwner: AdmissionRule = {
  id: "shared-directory-one-owner",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: "spec.rootDirectory",
  source: "DESIGN 7; AWS-FACTS 1.3: CreationInfo never touches a directory that exists",
  states: "Bindings that share a directory state the same ownerUid, ownerGid and permissions.",
  check: ({ after, sameFileSystem }) => {
    if (after.kind !== "Binding") return [];
    const ours = after.spec.rootDirectory;
    const other = sameFileSystem.find(({ metadata, spec: { rootDirectory: theirs } }) => {
      if (metadata.deletionTimestamp !== undefined || theirs.path !== ours.path) return false;
      return (
        theirs.ownerUid !== ours.ownerUid ||
        theirs.ownerGid !== ours.ownerGid ||
        mode(theirs.permissions) !== mode(ours.permissions)
      );
    });
    if (other === undefined) return [];
    const theirs = other.spec.rootDirectory;
    return [
      {
        value: ours,
        message: `spec.rootDirectory ${ours.path} is to belong to ${ours.ownerUid}:${ours.ownerGid} with ${shown(ours.permissions)}, but the Binding ${fullName(other)} shares it as ${theirs.ownerUid}:${theirs.ownerGid} with ${shown(theirs.permissions)}: a directory has one owner and mode; state the same, or choose another path.`,
      },
    ];
  },
  examples: {
    good: [
      {
        says: "the same owner, the mode spelt otherwise",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", permissions: "750" })],
      },
      {
        says: "another directory",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", path: "/app2", ownerUid: 7 })],
      },
      {
        says: "another file system",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", fileSystem: "other", ownerUid: 7 })],
      },
    ],
    bad: [
      {
        says: "another owner",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", ownerUid: 7 })],
      },
      {
        says: "another mode",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", namespace: "other", permissions: "0755" })],
      },
    ],
  },
};

const noOverlapAcrossNamespaces: AdmissionRule = {
  id: "no-overlap-across-namespaces",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: "spec.rootDirectory.path",
  source: "DESIGN 6: no overlapping directories across tenants",
  states:
    "A directory within, or around, a directory of another namespace is refused; sharing the very same directory is allowed.",
  check: ({ after, sameFileSystem }) => {
    if (after.kind !== "Binding") return [];
    const { path } = after.spec.rootDirectory;
    const other = sameFileSystem.find(({ metadata, spec }) => {
      const theirs = spec.rootDirectory.path;
      return metadata.namespace !== after.metadata.namespace && (contains(theirs, path) || contains(path, theirs));
    });
    if (other === undefined) return [];
    const theirs = other.spec.rootDirectory.path;
    const relation = contains(theirs, path) ? "lies within" : "contains";
    return [
      {
        value: path,
        message: `spec.rootDirectory.path ${path} ${relation} ${theirs} of the Binding ${fullName(other)} in another namespace: one could read the other's files; choose a directory apart from it, or exactly ${theirs} to share it.`,
      },
    ];
  },
  examples: {
    good: [
      {
        says: "nested in the same namespace",
        after: manifestOf(exampleBinding({ path: "/a/b" })),
        bindings: [exampleBinding({ name: "b", path: "/a" })],
      },
      {
        says: "the very same directory",
        after: manifestOf(exampleBinding()),
        bindings: [exampleBinding({ name: "b", namespace: "other" })],
      },
      {
        says: "a name that only begins alike",
        after: manifestOf(exampleBinding({ path: "/app10" })),
        bindings: [exampleBinding({ name: "b", namespace: "other" })],
      },
    ],
    bad: [
      {
        says: "within another's",
        after: manifestOf(exampleBinding({ path: "/a/b" })),
        bindings: [exampleBinding({ name: "b", namespace: "other", path: "/a" })],
      },
      {
        says: "around another's",
        after: manifestOf(exampleBinding({ path: "/a" })),
        bindings: [exampleBinding({ name: "b", namespace: "other", path: "/a/b/c" })],
      },
    ],
  },
};

const fileSystemNotBeingDeleted: AdmissionRule = {
  id: "file-system-not-being-deleted",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: "spec.fileSystemRef.name",
  source: "DESIGN 1: new bindings on a FileSystem that is being deleted are refused",
  states:
    "A new Binding does not name a FileSystem record that is being deleted. (One that does not exist yet may be named.)",
  check: ({ after, before, fileSystem }) => {
    if (after.kind !== "Binding" || before !== undefined || fileSystem === undefined || !isBeingDeleted(fileSystem))
      return [];
    const { name } = after.spec.fileSystemRef;
    return [
      {
        value: name,
        message: `spec.fileSystemRef.name is ${shown(name)}: that FileSystem is being deleted and takes no new Bindings; wait until it is gone and create it anew, or name another one.`,
      },
    ];
  },
  examples: {
    good: [
      { says: "one that stays", after: manifestOf(exampleBinding()), fileSystems: [exampleFileSystem()] },
      { says: "one that does not exist yet", after: manifestOf(exampleBinding()) },
      {
        says: "a change of an existing Binding",
        after: manifestOf(exampleBinding()),
        before: exampleBinding(),
        fileSystems: [exampleFileSystem({ deleting: true })],
      },
    ],
    bad: [
      {
        says: "one that is being deleted",
        after: manifestOf(exampleBinding()),
        fileSystems: [exampleFileSystem({ deleting: true })],
      },
    ],
  },
};

const oneRecordPerFileSystem: AdmissionRule = {
  id: "one-record-per-file-system",
  scope: "neighbours",
  appliesTo: ["FileSystem"],
  field: "spec.fileSystemId",
  source: "DESIGN 1, 2: one writer for one policy",
  states: "One FileSystem record for an account, region and id.",
  check: ({ after, otherFileSystems }) => {
    if (after.kind !== "FileSystem") return [];
    const { account, region, fileSystemId } = after.spec;
    const other = otherFileSystems.find(
      ({ spec }) => spec.account === account && spec.region === region && spec.fileSystemId === fileSystemId,
    );
    if (other === undefined) return [];
    return [
      {
        value: fileSystemId,
        message: `spec.fileSystemId is ${shown(fileSystemId)}, which the FileSystem ${other.metadata.name} describes already: one file system has one record; use that one in spec.fileSystemRef.`,
      },
    ];
  },
  examples: {
    good: [
      {
        says: "another id",
        after: manifestOf(exampleFileSystem()),
        fileSystems: [exampleFileSystem({ name: "b", fileSystemId: "fs-11111111" })],
      },
      {
        says: "the same id in another region",
        after: manifestOf(exampleFileSystem()),
        fileSystems: [exampleFileSystem({ name: "b", region: "us-east-1" })],
      },
    ],
    bad: [
      { says: "the same id", after: manifestOf(exampleFileSystem()), fileSystems: [exampleFileSystem({ name: "b" })] },
    ],
  },
};

function immutable(
  field: string,
  before: string,
  after: string,
  advice: string,
): { field: string; value: string; message: string }[] {
  if (before === after) return [];
  return [
    {
      field,
      value: after,
      message: `${field} is ${shown(after)} but was ${shown(before)}: it cannot be changed; ${advice}.`,
    },
  ];
}

const immutableFields: AdmissionRule = {
  id: "immutable",
  scope: "neighbours",
  appliesTo: ["Binding", "FileSystem"],
  field: "spec",
  source: "DESIGN 1: file system and workload of a Binding, and the identity of a FileSystem, are immutable",
  states:
    "`spec.fileSystemRef.name` and `spec.workload.lambda.functionName` of a Binding, and `spec.account`, `spec.region`, `spec.fileSystemId` of a FileSystem never change.",
  check: ({ after, before }) => {
    if (after.kind === "Binding" && before?.kind === "Binding") {
      const advice = "write a new Binding and delete this one";
      return [
        ...immutable("spec.fileSystemRef.name", before.spec.fileSystemRef.name, after.spec.fileSystemRef.name, advice),
        ...immutable(
          FUNCTION,
          before.spec.workload.lambda.functionName,
          after.spec.workload.lambda.functionName,
          advice,
        ),
      ];
    }
    if (after.kind !== "FileSystem" || before?.kind !== "FileSystem") return [];
    return (["account", "region", "fileSystemId"] as const).flatMap((field) =>
      immutable(`spec.${field}`, before.spec[field], after.spec[field], "write a new FileSystem record"),
    );
  },
  examples: {
    good: [
      { says: "another mount path of the function's", after: withMountPath("/mnt/other"), before: exampleBinding() },
      {
        says: "another directory (the reconciler answers)",
        after: manifestOf(exampleBinding({ path: "/app2" })),
        before: exampleBinding(),
      },
      {
        says: "another policy mode",
        after: manifestOf(exampleFileSystem({ mode: "Enforce" })),
        before: exampleFileSystem(),
      },
    ],
    bad: [
      { says: "another function", after: manifestOf(exampleBinding({ functionName: "b" })), before: exampleBinding() },
      { says: "another FileSystem", after: manifestOf(exampleBinding({ fileSystem: "b" })), before: exampleBinding() },
      {
        says: "another id",
        after: manifestOf(exampleFileSystem({ fileSystemId: "fs-11111111" })),
        before: exampleFileSystem(),
      },
      {
        says: "another region",
        after: manifestOf(exampleFileSystem({ region: "us-east-1" })),
        before: exampleFileSystem(),
      },
      {
        says: "another account",
        after: manifestOf(exampleFileSystem({ account: "444455556666" })),
        before: exampleFileSystem(),
      },
    ],
  },
};

function withMountPath(localMountPath: string) {
  const binding = exampleBinding();
  return manifestOf({
    ...binding,
    spec: { ...binding.spec, workload: { lambda: { functionName: "thumbnailer", localMountPath } } },
  });
}

const forceReleaseNamesUid: AdmissionRule = {
  id: "force-release-names-uid",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: `metadata.annotations[${ANNOTATIONS.forceRelease}]`,
  source: "DESIGN 4: force-release names the uid, so that it cannot hit a namesake",
  states: `\`${ANNOTATIONS.forceRelease}\` is the uid of the existing record.`,
  check: ({ after, before }) => {
    const given = after.metadata.annotations[ANNOTATIONS.forceRelease];
    if (given === undefined || given === before?.metadata.uid) return [];
    const advice = before === undefined ? "a new record has none yet; leave it out" : `write ${before.metadata.uid}`;
    return [
      {
        value: given,
        message: `The annotation ${ANNOTATIONS.forceRelease} is ${shown(given)}: it must be the uid of this record; ${advice}.`,
      },
    ];
  },
  examples: {
    good: [{ says: "the record's uid", after: withForceRelease("uid-media-thumbnailer"), before: exampleBinding() }],
    bad: [
      { says: "another uid", after: withForceRelease("yes"), before: exampleBinding() },
      { says: "a new record", after: withForceRelease("uid-media-thumbnailer") },
    ],
  },
};

function withForceRelease(uid: string) {
  return manifestOf(exampleBinding({ annotations: { [ANNOTATIONS.forceRelease]: uid } }));
}

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

function capacityOf({
  after,
  before,
  fileSystem,
  sameFileSystem,
}: Change): { characters: number; bindings: number } | null {
  const spec = after.kind === "FileSystem" ? after.spec : fileSystem?.spec;
  const staying = sameFileSystem.filter((binding) => !isBeingDeleted(binding));
  // What is being deleted may make room, so nothing is certain while it lasts.
  if (spec === undefined || spec.policy.mode === "Observe" || staying.length !== sameFileSystem.length) return null;
  if (before !== undefined && after.kind === "Binding") return null;
  const newcomers = after.kind === "Binding" ? 1 : 0;
  return { characters: policyCharactersAtLeast(spec, staying, newcomers), bindings: staying.length + newcomers };
}

const policyCapacity: AdmissionRule = {
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

export const ADMISSION_RULES: readonly AdmissionRule[] = [
  immutableFields,
  oneBindingPerFunction,
  sharedDirectoryOwner,
  noOverlapAcrossNamespaces,
  fileSystemNotBeingDeleted,
  oneRecordPerFileSystem,
  forceReleaseNamesUid,
  policyCapacity,
];
