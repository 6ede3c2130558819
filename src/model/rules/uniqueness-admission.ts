import { exampleBinding, exampleFileSystem, manifestOf } from "./example-records.ts";
import { fullName, isBeingDeleted } from "./record-names.ts";
import { shown, type AdmissionRule } from "./rule.ts";

const FUNCTION = "spec.workload.lambda.functionName";

export const oneBindingPerFunction: AdmissionRule = {
  id: "one-binding-per-function",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: FUNCTION,
  source: "AWS-FACTS 2.1 [b-lam]: FileSystemConfigs holds at most one mount; DESIGN 6",
  states: "One Binding for a function, in all namespaces together, until the former one is gone entirely.",
  check: ({ after, sameFunction }) => {
    const other = sameFunction[0];
    if (after.kind !== "Binding" || other === undefined) return [];
    const functionName = after.spec.workload.lambda?.functionName;
    // Any number of volumes fits into a task definition.
    if (functionName === undefined) return [];
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

export const fileSystemNotBeingDeleted: AdmissionRule = {
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

export const oneRecordPerFileSystem: AdmissionRule = {
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
