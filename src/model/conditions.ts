export type ConditionStatus = "True" | "False" | "Unknown";

export type ConditionType =
  | "AccessPointReady"
  | "OwnershipReady"
  | "PolicyReady"
  | "MountConfigured"
  | "Ready"
  | "Reconciling"
  | "Drifted"
  | "Contended"
  | "RevisionPinned"
  | "AdoptionMismatch"
  | "Orphaned"
  | "Stalled"
  | "InUse"
  | "StoreRestored";

/** Kubernetes' condition. `message` says what is wrong and what to do. */
export interface Condition {
  type: ConditionType;
  status: ConditionStatus;
  /** CamelCase, for machines. */
  reason: string;
  message: string;
  observedGeneration: number;
  /** RFC 3339, whole seconds; moves only when `status` changes. */
  lastTransitionTime: string;
}
