/** One call of the table that runs through both doors. */
import type { ServiceName } from "../core.ts";

export interface Step {
  service: ServiceName;
  operation: string;
  /** A text that is "$name" stands for what an earlier step remembered; "…$name…" contains it. */
  input: object;
  /** Error that the call must end in; undefined if it must succeed. */
  error: string | undefined;
  /** Name → path in the output, e.g. { vpc: "Vpc.VpcId" }. */
  remember: Record<string, string>;
}

export type Add = (operation: string, input?: object, remember?: Record<string, string>) => Step;

/** A call that succeeds. */
export const ok =
  (service: ServiceName): Add =>
  (operation, input = {}, remember = {}) => ({ service, operation, input, error: undefined, remember });

/** A call that ends in an error, by the name that the SDK gives it. */
export const fails =
  (service: ServiceName) =>
  (error: string, operation: string, input: object = {}): Step => ({ service, operation, input, error, remember: {} });
