/**
 * The heart of the simulator: services as tables of operations over one shared world.
 *
 * `call(service, operation, input, caller)` is the only way in, whichever door a request used:
 * the socket with the wire protocols, or the stand-in client. Nothing here imports anything of
 * Mooring's, so that a misunderstanding cannot sit on both sides.
 */

/** SDK names of the services: what follows `@aws-sdk/client-`. */
export type ServiceName = "efs" | "lambda" | "ecs" | "eventbridge" | "scheduler" | "sqs" | "sts" | "iam" | "ec2";

/** Who makes a call, derived from the access key. */
export interface Caller {
  accountId: string;
  /** As CloudTrail's userIdentity.type. */
  type: "IAMUser" | "AssumedRole" | "AWSService";
  /** arn:aws:iam::…:user/NAME or arn:aws:sts::…:assumed-role/ROLE/SESSION. */
  arn: string;
  principalId: string;
  userName: string;
  accessKeyId: string;
  /** For AssumedRole: the role behind the session. */
  sessionIssuer?: { arn: string; userName: string; principalId: string };
  sourceIp: string;
  userAgent: string;
  /** When a session's credentials expire; absent for long-term keys. */
  expiresAtMs?: number;
  /** True if the access key was made inactive: nothing can be called with it. */
  isInactive?: true;
}

export interface CallContext {
  caller: Caller;
  region: string;
  requestId: string;
  /** Whether the caller has gone away meanwhile; a long poll must not hand it messages then. Absent without a socket. */
  disconnected?: () => boolean;
}

/** What a handler throws to answer with one of AWS's declared errors. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, e.g. { AccessPointId, ErrorCode }. */
  readonly fields: Record<string, unknown>;

  constructor(code: string, status: number, message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** Input and output are the SDK's shapes: member names as in the SDK's schemas, Date for timestamps, Uint8Array for blobs. */
// biome-ignore format: one line each
export type Handler = (input: any, context: CallContext) => Promise<any> | any;

export interface Service {
  name: ServiceName;
  /** Operation name → handler. What is not here answers 501 NotSimulated. */
  operations: Record<string, Handler>;
  /**
   * Input members that a supported operation understands; a member that is not listed answers 501
   * NotSimulated. Top-level names; a dotted entry ("VpcConfig.SubnetIds") narrows a member to its listed parts.
   */
  inputMembers: Record<string, readonly string[]>;
  /** Operations that read only: no CloudTrail event. */
  readOnly: ReadonlySet<string>;
  /** Operations that change state but are no management events, e.g. SendMessage: saved, but no CloudTrail event. */
  dataEvents?: ReadonlySet<string>;
  /** State as plain JSON, for surviving a restart. */
  snapshot(): unknown;
  restore(state: unknown): void;
}

/** Time, chance and timers of the simulated world. Real time on a laptop, virtual in the simulation. */
export interface SimClock {
  nowMs(): number;
  /** Runs `task` once `delayMs` has passed; at 0 ms, in the same turn before the call is answered if possible. */
  after(delayMs: number, task: () => void): void;
  random(): number;
  uuid(): string;
  /** Hex digits for ids. */
  hex(length: number): string;
}

/** How long AWS takes for what it does behind a call's back, ms; all 0 by default. */
export interface Timings {
  accessPointCreateMs: number;
  accessPointDeleteMs: number;
  fileSystemCreateMs: number;
  mountTargetCreateMs: number;
  mountTargetDeleteMs: number;
  policyPropagationMs: number;
  functionUpdateMs: number;
  functionCreateMs: number;
  /** From a task's PROVISIONING to its RUNNING, or to the failure of its start. */
  taskStartMs: number;
  /** Between two steps of a service's rollout. */
  deploymentStepMs: number;
  /** For how long a deregistered task definition can still be deployed; ECS says up to 10 minutes. */
  deregisterMs: number;
  eventDeliveryMs: number;
  /** Added to every call. */
  callLatencyMs: number;
}
