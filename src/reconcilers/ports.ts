import type { Action } from "../model/actions.ts";
import type { Aws } from "../aws/aws.ts";
import type { NotedEvent } from "../model/audit.ts";
import type { Chance, Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { ObservedAccessPoint, ObservedMountTarget } from "../model/observations.ts";
import type { Settings } from "../model/settings.ts";
import type { Home } from "../model/validate.ts";
import type { Store } from "../store/store.ts";

/** What happens while a run goes on, for transcripts, metrics and events; never needed for correctness. */
export type Activity =
  | { type: "drift"; key: ReconcileKey; what: string; actor: string | null; bindings: string[] }
  | { type: "action"; key: ReconcileKey; action: Action; requestId: string; result: Record<string, string> }
  | { type: "actionFailed"; key: ReconcileKey; action: Action; code: string; message: string }
  | {
      /** The same actor keeps undoing the same thing, and its correction waits. Once for each correction that waits. */
      type: "contended";
      key: ReconcileKey;
      actor: string;
      what: string;
      undoings: number;
      heldUntilMs: number;
      bindings: string[];
    }
  | { type: "converged"; key: ReconcileKey; acted: number; tookMs: number | null; bindings: string[] }
  | { type: "waiting"; key: ReconcileKey; afterMs: number; why: string }
  | { type: "stalled"; key: ReconcileKey; why: string };

/** What runs see of AWS objects, told to whoever keeps the reverse index for events. */
export interface SightingSink {
  accessPoints(fileSystemId: string, seen: ObservedAccessPoint[]): void;
  mountTargets(fileSystemId: string, seen: ObservedMountTarget[]): void;
  /** The roles that a key's bindings use. */
  roles(key: ReconcileKey, roleArns: string[]): void;
  /** The family that a key runs, by its ARN, and the rules and schedules that pin revisions of it. */
  starters(key: ReconcileKey, starters: string[]): void;
}

export interface ReconcilerPorts {
  home: Home;
  store: Store;
  aws: Aws;
  clock: Clock;
  chance: Chance;
  settings: Settings;
  sightings: SightingSink;
  report(activity: Activity): void;
  /** Tells the queue about keys that a commit of ours woke. */
  wake(keys: ReconcileKey[]): Promise<void>;
  /** True if an event was caused by this installation's own identity. A hint for the history only. */
  isOwn(event: NotedEvent): boolean;
}
