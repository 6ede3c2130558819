import { describe, expect, test } from "vitest";
import type { Condition, ConditionStatus, ConditionType } from "./conditions.ts";
import type { BindingRecord } from "./records.ts";
import { exampleBinding, exampleFileSystem } from "./rules/example-records.ts";
import { bindingStatus, fileSystemStatus, isReady } from "./status.ts";

function condition(type: ConditionType, status: ConditionStatus, reason = "Because"): Condition {
  return {
    type,
    status,
    reason,
    message: `${type} is ${status}.`,
    observedGeneration: 1,
    lastTransitionTime: "2026-01-01T00:00:07Z",
  };
}

interface Differences {
  accessPoint?: Condition[];
  workload?: Condition[];
  generation?: number;
  accessPointGeneration?: number;
  suspend?: boolean;
  deleting?: boolean;
}

/** A Binding that both reconcilers have answered and that is mounted, but for the differences. */
function mounted(differs: Differences = {}): BindingRecord {
  const record = exampleBinding({ deleting: differs.deleting ?? false });
  record.metadata.generation = differs.generation ?? 1;
  record.spec.suspend = differs.suspend ?? false;
  record.facets = {
    accessPoint: {
      key: "filesystem/111122223333/eu-west-1/fs-0123456789abcdef0",
      fence: 1,
      observedGeneration: differs.accessPointGeneration ?? 1,
      conditions: differs.accessPoint ?? [
        condition("AccessPointReady", "True"),
        condition("PolicyReady", "Unknown", "NotWritten"),
      ],
      accessPoint: { id: "fsap-0a1", arn: "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0a1" },
      tokenGeneration: 0,
      policyUsableAtMs: 0,
      handover: "fsap-0a1",
      retiring: [],
    },
    workload: {
      key: "lambda/arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer",
      fence: 1,
      observedGeneration: 1,
      conditions: differs.workload ?? [condition("MountConfigured", "True")],
      roleArns: ["arn:aws:iam::111122223333:role/thumbnailer"],
      mounted: "fsap-0a1",
      served: ["fsap-0a1"],
      echo: "fsap-0a1",
      revisionId: "r",
      admissible: true,
    },
  };
  return record;
}

function conditionOf(
  record: BindingRecord,
  type: ConditionType,
  fileSystem: ReturnType<typeof exampleFileSystem> | undefined = exampleFileSystem(),
) {
  return bindingStatus(record, fileSystem).conditions.find((found) => found.type === type);
}

test("a service is spoken of as a service, with all the paths of its containers", () => {
  const record = mounted();
  const mounts = [
    { container: "app", containerPath: "/data", readOnly: false },
    { container: "logs", containerPath: "/data", readOnly: true },
    { container: "logs", containerPath: "/in", readOnly: true },
  ];
  record.spec.workload = { ecs: { cluster: "prod", service: "web", mounts } };
  expect(bindingStatus(record, exampleFileSystem()).conditions[0]).toMatchObject({
    type: "Ready",
    status: "True",
    message: "service prod/web mounts /app1 of shared at /data, /in through fsap-0a1.",
  });
});

describe("Ready of a Binding", () => {
  test("is True once access point and mount are there and nothing is known to be wrong", () => {
    expect(conditionOf(mounted(), "Ready")).toMatchObject({
      status: "True",
      reason: "Mounted",
      lastTransitionTime: "2026-01-01T00:00:07Z",
    });
    expect(isReady(mounted())).toBe(true);
    expect(conditionOf(mounted(), "Reconciling")).toBeUndefined();
  });

  test.each<[string, ConditionStatus, string, Differences]>([
    ["the access point fails", "False", "Denied", { accessPoint: [condition("AccessPointReady", "False", "Denied")] }],
    [
      "the policy fails",
      "False",
      "PolicyFull",
      { accessPoint: [condition("AccessPointReady", "True"), condition("PolicyReady", "False", "PolicyFull")] },
    ],
    [
      "the directory belongs to somebody else",
      "False",
      "WrongOwner",
      { accessPoint: [condition("AccessPointReady", "True"), condition("OwnershipReady", "False", "WrongOwner")] },
    ],
    [
      "the mount fails",
      "False",
      "FunctionNotFound",
      { workload: [condition("MountConfigured", "False", "FunctionNotFound")] },
    ],
    [
      "the mount is not known",
      "Unknown",
      "AccessDenied",
      { workload: [condition("MountConfigured", "Unknown", "AccessDenied")] },
    ],
    ["a change has not been looked at by both", "Unknown", "Pending", { generation: 2, accessPointGeneration: 2 }],
    ["it is suspended", "Unknown", "Suspended", { suspend: true }],
    ["it is being deleted", "False", "Deleting", { deleting: true }],
  ])("is not True when %s", (_why, status, reason, differs) => {
    expect(conditionOf(mounted(differs), "Ready")).toMatchObject({ status, reason });
    expect(isReady(mounted(differs))).toBe(false);
  });

  test("is not True while the function still mounts an access point that was replaced", () => {
    const record = mounted();
    record.facets.accessPoint!.accessPoint = { id: "fsap-0b7", arn: "arn" };
    record.facets.accessPoint!.handover = "fsap-0b7";
    const ready = conditionOf(record, "Ready");
    expect(ready).toMatchObject({ status: "False", reason: "Updating" });
    expect(ready?.message).toContain("mount access point fsap-0b7 instead of fsap-0a1");
    expect(conditionOf(record, "Reconciling")).toMatchObject({ status: "True" });
    expect(conditionOf(record, "Stalled")).toBeUndefined();
  });

  test.each(["True", "Unknown"] as const)("pins are shown while %s, and Ready does not hang on them", (status) => {
    const record = mounted({
      workload: [condition("MountConfigured", "True"), condition("RevisionPinned", status)],
    });
    expect(conditionOf(record, "RevisionPinned")?.status).toBe(status);
    expect(conditionOf(record, "Ready")?.status).toBe("True");
    expect(conditionOf(record, "Stalled")).toBeUndefined();
  });

  test("is Unknown while nobody could read whether the policy admits it", () => {
    const policy = condition("PolicyReady", "Unknown", "CouldNotRead");
    const record = mounted({ accessPoint: [condition("AccessPointReady", "True"), policy] });
    expect(isReady(record)).toBe(true);
    record.facets.accessPoint!.policyUsableAtMs = null;
    expect(conditionOf(record, "Ready")).toMatchObject({ status: "Unknown", reason: "CouldNotRead" });
  });

  test("is False while a restored store waits for confirmation, says so once, and needs somebody", () => {
    const held = condition("StoreRestored", "True", "SlotAboveHead");
    const parts = [condition("AccessPointReady", "True"), condition("PolicyReady", "True"), held];
    const facets = { accessPoint: parts, workload: [condition("MountConfigured", "True"), held] };
    const expected = { reason: "StoreRestored", message: held.message, lastTransitionTime: held.lastTransitionTime };
    expect(conditionOf(mounted(facets), "Ready")).toMatchObject({ status: "False", ...expected });
    expect(conditionOf(mounted(facets), "Stalled")).toMatchObject({ status: "True", ...expected });
    expect(conditionOf(mounted(facets), "StoreRestored")).toMatchObject({ reason: "SlotAboveHead" });
    const deleting = mounted({ ...facets, deleting: true });
    expect(conditionOf(deleting, "Ready")).toMatchObject({ status: "False", reason: "Deleting" });
    expect(conditionOf(deleting, "Ready")?.message).toContain(held.message);
    expect(conditionOf(deleting, "Stalled")).toMatchObject({ status: "True", reason: "StoreRestored" });
  });

  test("gives the cause rather than what waits for it", () => {
    const waiting = {
      accessPoint: [condition("AccessPointReady", "False", "WaitingForFunction")],
      workload: [condition("MountConfigured", "False", "FunctionNotFound")],
    };
    expect(conditionOf(mounted(waiting), "Ready")).toMatchObject({ reason: "FunctionNotFound" });
  });

  test("is False and stalled while its FileSystem does not exist, and says what to do", () => {
    const status = bindingStatus(exampleBinding(), undefined);
    expect(status.conditions.find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "FileSystemNotFound",
      message: expect.stringContaining("Create it"),
    });
    expect(status.conditions.find(({ type }) => type === "Stalled")).toMatchObject({ status: "True" });
    expect(status.conditions.find(({ type }) => type === "Reconciling")).toBeUndefined();
  });
});

describe("the other conditions of a Binding", () => {
  test("are Unknown, with the reason, before anybody looked", () => {
    const { observedGeneration, conditions } = bindingStatus(exampleBinding(), exampleFileSystem());
    expect(observedGeneration).toBe(0);
    expect(conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      "Ready Unknown Pending",
      "Reconciling True Pending",
      "AccessPointReady Unknown NotObserved",
      "OwnershipReady Unknown NotChecked",
      "PolicyReady Unknown NotObserved",
      "MountConfigured Unknown NotObserved",
    ]);
  });

  test("appear once each, with both reconcilers' messages where both report the same", () => {
    const record = mounted({
      accessPoint: [condition("AccessPointReady", "True"), { ...condition("Drifted", "True"), message: "The policy." }],
      workload: [condition("MountConfigured", "True"), { ...condition("Drifted", "True"), message: "The mount." }],
    });
    const types = bindingStatus(record, exampleFileSystem()).conditions.map(({ type }) => type);
    expect(types).toHaveLength(new Set(types).size);
    expect(conditionOf(record, "Drifted")?.message).toBe("The policy. The mount.");
  });

  test("that report something abnormal appear only while it holds", () => {
    const record = mounted({
      workload: [condition("MountConfigured", "True"), condition("Drifted", "False"), condition("Stalled", "False")],
    });
    expect(conditionOf(record, "Drifted")).toBeUndefined();
    expect(conditionOf(record, "Stalled")).toBeUndefined();
  });

  test("keep one meaning for kstatus: what is stalled is not reconciling", () => {
    const record = mounted({
      workload: [condition("MountConfigured", "False", "NoVpc"), condition("Stalled", "True", "NoVpc")],
    });
    expect(conditionOf(record, "Stalled")).toMatchObject({ reason: "NoVpc" });
    expect(conditionOf(record, "Reconciling")).toBeUndefined();
  });

  test.each<[string, ConditionType, string]>([
    ["a function without a VPC", "Stalled", "NoVpc"],
    ["a permission that AWS refused", "Stalled", "AccessDenied"],
    ["a function in transition", "Reconciling", "InTransition"],
    ["AWS throttling", "Reconciling", "ThrottlingException"],
  ])("tell apart what needs somebody and what passes: %s is %s", (_what, type, reason) => {
    const record = mounted({ workload: [condition("MountConfigured", "False", reason)] });
    expect(conditionOf(record, type)).toMatchObject({ status: "True", reason });
    expect(conditionOf(record, type === "Stalled" ? "Reconciling" : "Stalled")).toBeUndefined();
  });

  test("of a deletion that waits name what it waits for", () => {
    const record = mounted({
      deleting: true,
      accessPoint: [condition("AccessPointReady", "False", "WaitingForUnmount")],
      workload: [condition("MountConfigured", "False", "UnmountFailed")],
    });
    expect(conditionOf(record, "Ready")).toMatchObject({
      reason: "Deleting",
      message: expect.stringContaining("MountConfigured is False."),
    });
    expect(conditionOf(record, "Stalled")).toMatchObject({ reason: "UnmountFailed" });
  });

  test("answer for the generation that both facets have seen", () => {
    expect(
      bindingStatus(mounted({ generation: 3, accessPointGeneration: 3 }), exampleFileSystem()).observedGeneration,
    ).toBe(1);
  });
});

describe("a FileSystem", () => {
  test("counts the Bindings that name it, and those that are Ready", () => {
    const status = fileSystemStatus(exampleFileSystem(), [
      mounted(),
      exampleBinding({ name: "b" }),
      exampleBinding({ name: "c", fileSystem: "other" }),
    ]);
    expect(status).toMatchObject({ bindings: 2, ready: 1, observedGeneration: 0 });
  });

  test("being deleted says which Bindings hold it", () => {
    const status = fileSystemStatus(exampleFileSystem({ deleting: true }), [exampleBinding()]);
    expect(status.conditions.find(({ type }) => type === "InUse")).toMatchObject({
      status: "True",
      message: expect.stringContaining("media/thumbnailer"),
    });
    expect(status.conditions.find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "BindingsLeft",
    });
  });

  test("is Ready once looked at, unless its policy is wrong", () => {
    const record = exampleFileSystem();
    const facet = {
      key: "k",
      fence: 1,
      observedGeneration: 1,
      policy: { characters: 10, ours: 1, foreign: 0 },
      retained: [],
      mountTargets: { known: true as const, value: [] },
      enforcedSinceMs: null,
    };
    const ready = (conditions: Condition[]) =>
      fileSystemStatus({ ...record, facets: { fileSystem: { ...facet, conditions } } }, []).conditions.find(
        ({ type }) => type === "Ready",
      );
    expect(ready([condition("PolicyReady", "True")])).toMatchObject({ status: "True" });
    expect(ready([condition("PolicyReady", "False", "AnonymousAllowed")])).toMatchObject({
      status: "False",
      reason: "AnonymousAllowed",
    });
    expect(ready([condition("PolicyReady", "Unknown", "FileSystemNotFound")])).toMatchObject({ status: "False" });
    expect(
      ready([condition("PolicyReady", "True"), condition("StoreRestored", "True", "SlotAboveHead")]),
    ).toMatchObject({
      status: "False",
      reason: "StoreRestored",
    });
  });
});
