import type { Registry } from "prom-client";
import type { Chance, Clock } from "../model/clock.ts";
import type { ReconcileKey } from "../model/keys.ts";
import type { StoredRecord } from "../model/records.ts";
import type { Home } from "../model/validate.ts";
import type { DryRunResult } from "../reconcilers/reconciler.ts";
import type { Store } from "../store/store.ts";

/** The part of a pino logger that the API uses. */
export interface ApiLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A change that is not made, but planned. No `before` = create; an `after` with a deletionTimestamp = delete. */
export interface ProposedChange {
  before?: StoredRecord;
  after?: StoredRecord;
  /** Changes that are made together with it. */
  also?: ProposedChange[];
}

/** What the API needs from the rest of the service. */
export interface ApiOptions {
  store: Store;
  /** The account and region that this service runs in and for. */
  home: Home;
  clock: Clock;
  chance: Chance;
  /** The AWS calls that a change would make, by the reconcilers' own planners; writes nothing. */
  dryRun(change: ProposedChange): Promise<DryRunResult>;
  /** Told after each commit, so that the worker looks at these keys without waiting for a poll. */
  wake(keys: ReconcileKey[]): Promise<void>;
  metrics: Registry;
  /** For /readyz. `why` is shown to whoever asks. */
  ready(): { ready: boolean; why?: string };
  log: ApiLog;
  /** Which Host headers are answered. Default: loopback names only, as long as there is no authentication. */
  isHostAllowed?(hostHeader: string | undefined): boolean;
  /** Largest request body in bytes. Default 1 MiB; larger ones are refused with 413. */
  bodyBytesMax?: number;
}
