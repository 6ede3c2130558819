import type { UpdateFunctionMountAction } from "../model/actions.ts";
import type { WorkloadFacet } from "../model/facets.ts";
import { accessPointArn } from "../model/keys.ts";
import type { ObservedFunction } from "../model/observations.ts";
import type { BindingRecord } from "../model/records.ts";
import { nameOf } from "./access-point-fields.ts";
import { ConditionDrafts } from "./condition-drafts.ts";
import { Endings } from "./endings.ts";
import type { LambdaMemory, LambdaPlanInput } from "./lambda-input.ts";
import { accessPointIdOf } from "./policy-admissions.ts";
import type { LambdaBinding } from "../model/workload.ts";

/** One binding of the function in the course of one pass. */
export interface MountDraft {
  readonly binding: LambdaBinding;
  readonly name: string;
  readonly previous: WorkloadFacet | undefined;
  readonly conditions: ConditionDrafts;
  readonly mayAct: boolean;
  /** Ids of access points that are, or once were, this binding's: a mount that names one is ours. */
  readonly ourIds: ReadonlySet<string>;
  /** The access point that the function should name; null = not made yet. */
  readonly wanted: { id: string; arn: string } | null;
  admissible: boolean;
  /** Verified at rest by this pass. */
  echo: string | null;
  verified: boolean;
  drifted: boolean;
  action: UpdateFunctionMountAction | null;
  release: boolean;
}

/** Everything that the parts of one pass over a function share. */
export interface LambdaPass {
  readonly input: LambdaPlanInput;
  /** $LATEST; null = not there, or not read. */
  readonly latest: ObservedFunction | null;
  readonly drafts: MountDraft[];
  readonly endings: Endings;
  readonly memory: LambdaMemory;
}

export function beginLambdaPass(input: LambdaPlanInput): LambdaPass {
  const { latest } = input.observed;
  const key = ({ metadata }: BindingRecord) => `${metadata.creationTimestamp} ${metadata.uid}`;
  const ordered = input.bindings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    input,
    latest: latest.known ? latest.value : null,
    drafts: ordered.map((binding) => draftOf(input, binding)),
    endings: new Endings(),
    // What this pass does not ask for again was seen, or is of no interest any more.
    memory: { ...input.memory, unmountedSinceMs: {} },
  };
}

function draftOf(input: LambdaPlanInput, binding: LambdaBinding): MountDraft {
  const { accessPoint: facet, workload: previous } = binding.facets;
  const id = facet?.handover ?? facet?.accessPoint?.id ?? null;
  const arn = facet?.accessPoint?.id === id ? facet?.accessPoint?.arn : undefined;
  const leaving = binding.metadata.deletionTimestamp !== undefined;
  const observesOnly = binding.spec.driftPolicy === "Observe" && !leaving;
  const ids = [
    id,
    facet?.accessPoint?.id,
    facet?.predecessor?.id,
    facet?.successor?.accessPoint?.id,
    previous?.echo,
    ...(facet?.former ?? []),
    ...(facet?.retiring ?? []).map(({ accessPointId }) => accessPointId),
  ];
  return {
    binding,
    name: nameOf(binding),
    previous,
    conditions: new ConditionDrafts(),
    mayAct: !input.settings.readOnly && !binding.spec.suspend && !observesOnly,
    ourIds: new Set(ids.filter((one): one is string => typeof one === "string")),
    wanted: id === null ? null : { id, arn: arn ?? accessPointArn(input, id) },
    admissible: false,
    echo: null,
    verified: false,
    drifted: false,
    action: null,
    release: false,
  };
}

export function isLeaving(draft: MountDraft): boolean {
  return draft.binding.metadata.deletionTimestamp !== undefined;
}

/** What stands in the function's one slot; null = empty. AWS allows one file system per function. */
export function slotOf(latest: ObservedFunction): { arn: string; localMountPath: string; id: string } | null {
  const config = latest.fileSystemConfigs[0];
  return config ? { ...config, id: accessPointIdOf(config.arn) } : null;
}

/** Says the same about the mount of every binding that is meant. */
export function mountCondition(
  draft: MountDraft,
  status: "True" | "False" | "Unknown",
  reason: string,
  message: string,
): void {
  draft.conditions.set("MountConfigured", status, reason, message);
}
