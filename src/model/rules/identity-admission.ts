import { ANNOTATIONS } from "../records.ts";
import { exampleBinding, exampleFileSystem, manifestOf } from "./example-records.ts";
import { shown, type AdmissionRule } from "./rule.ts";
import type { Workload } from "../records.ts";
import { workloadId } from "../workload.ts";

const FUNCTION = "spec.workload.lambda.functionName";

/** A function's name is named by its own field; any other change of workload by `spec.workload`. */
function immutableWorkload(before: Workload, after: Workload, advice: string) {
  if (before.lambda !== undefined && after.lambda !== undefined) {
    return immutable(FUNCTION, before.lambda.functionName, after.lambda.functionName, advice);
  }
  return immutable("spec.workload", workloadId(before), workloadId(after), advice);
}

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

export const immutableFields: AdmissionRule = {
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
        ...immutableWorkload(before.spec.workload, after.spec.workload, advice),
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

export const forceReleaseNamesUid: AdmissionRule = {
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
