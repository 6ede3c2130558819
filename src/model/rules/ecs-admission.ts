import type { EcsMount } from "../records.ts";
import { workloadName } from "../workload.ts";
import { exampleBinding, manifestOf } from "./example-records.ts";
import { fullName, isBeingDeleted } from "./record-names.ts";
import type { AdmissionRule } from "./rule.ts";

const MOUNTS = "spec.workload.ecs.mounts";

const isSamePlace = (a: EcsMount, b: EcsMount) => a.container === b.container && a.containerPath === b.containerPath;

export const oneMountPerContainerPath: AdmissionRule = {
  id: "one-mount-per-container-path",
  scope: "neighbours",
  appliesTo: ["Binding"],
  field: MOUNTS,
  source: "ECS API reference, MountPoint: one volume at one path of a container; DESIGN 2: many bindings, one revision",
  states:
    "Any number of Bindings on one service or family, but no path of a container twice, until the former Binding is gone entirely.",
  check: ({ after, sameWorkload }) => {
    if (after.kind !== "Binding" || after.spec.workload.ecs === undefined) return [];
    const { workload } = after.spec;
    return sameWorkload.flatMap((other) => {
      const theirs = other.spec.workload.ecs?.mounts ?? [];
      const taken = workload.ecs.mounts.find((mount) => theirs.some((their) => isSamePlace(mount, their)));
      if (taken === undefined) return [];
      const advice = isBeingDeleted(other)
        ? "which is still being deleted: wait until it is gone, or choose another path"
        : "and one path shows one directory: choose another path, or delete that Binding first";
      return [
        {
          value: taken,
          message: `${MOUNTS} mounts at ${taken.containerPath} of the container ${taken.container} of ${workloadName(workload)}; the Binding ${fullName(other)} mounts there already, ${advice}.`,
        },
      ];
    });
  },
  examples: {
    good: [
      {
        says: "another path of the same container",
        after: manifestOf(exampleBinding({ name: "b", service: "web", mounts: [at("app", "/other")] })),
        bindings: [exampleBinding({ service: "web" })],
      },
      {
        says: "the same path of another container",
        after: manifestOf(exampleBinding({ name: "b", service: "web", mounts: [at("logs", "/data")] })),
        bindings: [exampleBinding({ service: "web" })],
      },
      {
        says: "the same path of another service",
        after: manifestOf(exampleBinding({ name: "b", service: "api" })),
        bindings: [exampleBinding({ service: "web" })],
      },
      {
        says: "the same Binding again",
        after: manifestOf(exampleBinding({ service: "web" })),
        before: exampleBinding({ service: "web" }),
        bindings: [exampleBinding({ service: "web" })],
      },
    ],
    bad: [
      {
        says: "a path that another Binding has",
        after: manifestOf(
          exampleBinding({ name: "b", service: "web", mounts: [at("logs", "/in"), at("app", "/data")] }),
        ),
        bindings: [exampleBinding({ service: "web" })],
      },
      {
        says: "a path of one that is still being deleted",
        after: manifestOf(exampleBinding({ name: "b", service: "web" })),
        bindings: [exampleBinding({ namespace: "other", service: "web", deleting: true })],
      },
    ],
  },
};

function at(container: string, containerPath: string): EcsMount {
  return { container, containerPath, readOnly: false };
}
