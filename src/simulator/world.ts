/**
 * The world that all simulated services share: one account in one region, its time, its keys,
 * and the way from one service to another's state.
 *
 * A service is made by `createXService(world): XService`, where `XService extends Service`, and
 * declares its own type here, in its own file:
 *
 *     declare module "../../world.ts" {
 *       interface Services { efs: EfsService }
 *     }
 *
 * after which `world.service("efs")` is an EfsService for everyone. Look others up when a call
 * needs them, never while being created: the order of creation is not a promise.
 */
import type { Caller, Service, ServiceName, SimClock, Timings } from "./core.ts";

/** Filled in by each service through declaration merging. */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type
export interface Services {}

type TypeOf<N extends ServiceName> = N extends keyof Services ? Services[N] : Service;

/** An event as EventBridge carries it; `id`, `version`, `account`, `time` and `region` are filled in. */
export interface WorldEvent {
  source: string;
  "detail-type": string;
  resources?: readonly string[];
  detail: Record<string, unknown>;
}

/** Whom an access key belongs to: a caller before a request gave its address and user agent. */
export type Principal = Omit<Caller, "sourceIp" | "userAgent">;

/** What STS and the door need of IAM; the IAM service offers these two methods. */
export interface RoleDirectory {
  findRole(name: string):
    | {
        arn: string;
        roleId: string;
        roleName: string;
        assumeRolePolicyDocument: string;
        /** The longest session that may be asked for. */
        maxSessionSeconds: number;
      }
    | undefined;
  findUser(name: string): { arn: string; userId: string; userName: string } | undefined;
}

export interface World {
  readonly clock: SimClock;
  readonly timings: Timings;
  readonly account: string;
  readonly region: string;
  /** "aws": the only partition simulated. */
  readonly partition: string;
  /** Where the socket door listens; undefined without one. */
  endpoint: string | undefined;
  /** Makes a service reachable for the others. */
  register(service: Service): void;
  /** Another service. @throws if it is not part of this world. */
  service<N extends ServiceName>(name: N): TypeOf<N>;
  /** Another service, or undefined if this world has none. */
  find<N extends ServiceName>(name: N): TypeOf<N> | undefined;
  services(): readonly Service[];
  /** Puts an AWS service's event on the default bus; EventBridge delivers it after `eventDeliveryMs`. */
  emit(event: WorldEvent): void;
  /** EventBridge says where events go. */
  onEvent(sink: (event: WorldEvent) => void): void;
  /**
   * To be called whenever state changes outside a call, e.g. when `creating` becomes `available`,
   * so that it is saved. Calls of mutating operations are noticed without it.
   */
  changed(): void;
  onChange(listener: () => void): void;
  /** IAM CreateAccessKey and STS AssumeRole enter their keys; on restore they enter them again. */
  enterKey(principal: Principal): void;
  removeKey(accessKeyId: string): void;
  /** An unknown key belongs to a user named after it, so that `deploy-bot` needs no set-up. */
  principalOf(accessKeyId: string): Principal;
}

export interface WorldOptions {
  clock: SimClock;
  /** What is not given takes 0 ms. */
  timings?: Partial<Timings>;
  /** Default 111122223333. */
  account?: string;
  /** Default eu-west-1. */
  region?: string;
}

export const NO_WAITING: Timings = {
  accessPointCreateMs: 0,
  accessPointDeleteMs: 0,
  fileSystemCreateMs: 0,
  mountTargetCreateMs: 0,
  mountTargetDeleteMs: 0,
  policyPropagationMs: 0,
  functionUpdateMs: 0,
  functionCreateMs: 0,
  taskStartMs: 0,
  deploymentStepMs: 0,
  deregisterMs: 0,
  eventDeliveryMs: 0,
  callLatencyMs: 0,
};

/** An empty account: no service, no key. */
export function createWorld(options: WorldOptions): World {
  const { clock, account = "111122223333", region = "eu-west-1" } = options;
  const services = new Map<ServiceName, Service>();
  const keys = new Map<string, Principal>();
  const sinks: ((event: WorldEvent) => void)[] = [];
  const listeners: (() => void)[] = [];
  const world: World = {
    clock,
    timings: { ...NO_WAITING, ...options.timings },
    account,
    region,
    partition: "aws",
    endpoint: undefined,
    register: (service) => void services.set(service.name, service),
    service(name) {
      const found = world.find(name);
      if (!found) throw new Error(`This world has no service ${name}: register it first`);
      return found;
    },
    find: (name) => services.get(name) as never,
    services: () => [...services.values()],
    emit: (event) => sinks.forEach((sink) => sink(event)),
    onEvent: (sink) => void sinks.push(sink),
    changed: () => listeners.forEach((listener) => listener()),
    onChange: (listener) => void listeners.push(listener),
    enterKey: (principal) => void keys.set(principal.accessKeyId, principal),
    removeKey: (accessKeyId) => void keys.delete(accessKeyId),
    principalOf: (accessKeyId) => keys.get(accessKeyId) ?? userNamedAfter(accessKeyId, world),
  };
  return world;
}

function userNamedAfter(accessKeyId: string, world: World): Principal {
  const known = (world.find("iam") as (Service & Partial<RoleDirectory>) | undefined)?.findUser?.(accessKeyId);
  return {
    accountId: world.account,
    type: "IAMUser",
    arn: known?.arn ?? `arn:${world.partition}:iam::${world.account}:user/${accessKeyId}`,
    principalId: known?.userId ?? idAfter("AIDA", accessKeyId),
    userName: accessKeyId,
    accessKeyId,
  };
}

/** The same name always gives the same id, so that a restart does not change who somebody is. */
function idAfter(prefix: string, name: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let hash = 7;
  let id = prefix;
  for (let place = 0; id.length < 21; place++) {
    hash = (Math.imul(hash, 31) + (name.charCodeAt(place % Math.max(name.length, 1)) || 1) + place) >>> 0;
    id += letters[(hash >>> 7) % 32];
  }
  return id;
}
