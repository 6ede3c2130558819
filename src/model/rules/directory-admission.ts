import { exampleBinding, manifestOf } from "./example-records.ts";
import { fullName } from "./record-names.ts";
import { shown, type AdmissionRule } from "./rule.ts";

/** "750" and "0750" are stored as given and mean the same (AWS-FACTS 1.2). */
function mode(permissions: string): number {
  return Number.parseInt(permissions, 8);
}

function contains(outer: string, inner: string): boolean {
  return inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
}

export const sharedDirectoryOwner: AdmissionRule = {
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

export const noOverlapAcrossNamespaces: AdmissionRule = {
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
