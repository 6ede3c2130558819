import type { ServiceName } from "../../../src/simulator/core.ts";
import { FUNCTIONS } from "../catalog.ts";
import { ruleOf } from "../interference.ts";
import { isMutation, MOORING, nameOfCall } from "../levers.ts";
import type { Disturb } from "./disturbance.ts";

const OBJECTS = ["efs", "lambda", "ecs"] as const;
const ALL: readonly ServiceName[] = ["efs", "lambda", "ecs", "iam", "sqs", "eventbridge"];

export const lostReply: Disturb = ({ interference }, chance) => {
  interference.onAws({
    fault: "lost-reply",
    matches: isMutation,
    spring: (_call, fate) => {
      if (chance.happens(0.4)) return false;
      fate.rules.push(ruleOf("lost-reply"));
    },
    // Three strike through all attempts of the SDK.
    times: chance.between(1, 4),
  });
};

export const failureBeforeEffect: Disturb = ({ interference }, chance) => {
  const service = chance.pick(ALL);
  interference.onAws({
    fault: "failure-before-effect",
    matches: (call) => call.service === service,
    spring: (_call, fate) => void fate.rules.push(ruleOf("no-effect")),
    times: chance.between(1, 6),
  });
};

/** Younger than the gap after which absence is believed: older ones no rule could tell from the truth. */
const STALE_MAX_MS = 4_000;

export const staleReads: Disturb = ({ simulator, interference, time }, chance) => {
  const rule = simulator.faults.add({
    kind: "stale-reads",
    service: chance.pick(OBJECTS),
    caller: MOORING,
    ms: chance.between(300, STALE_MAX_MS),
    probability: chance.pick([0.3, 0.6, 1]),
  });
  time.after(chance.between(3_000, 15_000), () => {
    interference.count("stale-reads", rule.hits);
    simulator.faults.remove(rule.id);
  });
};

export const redelivery: Disturb = (levers) => levers.doubleMessage();

export const throttling: Disturb = ({ interference }, chance) => {
  const service = chance.pick(ALL);
  interference.onAws({
    fault: "throttling",
    matches: (call) => call.service === service,
    spring: (_call, fate) => {
      if (chance.happens(0.3)) return false;
      fate.rules.push(ruleOf("throttle"));
    },
    times: Number.POSITIVE_INFINITY,
    forMs: chance.between(2_000, 12_000),
  });
};

/** Lists, and the member that says how much a page may hold. */
const PAGE_SIZE: Readonly<Record<string, string>> = {
  "efs.DescribeAccessPoints": "MaxResults",
  "efs.DescribeMountTargets": "MaxItems",
  "efs.DescribeFileSystems": "MaxItems",
  "lambda.ListFunctions": "MaxItems",
  "lambda.ListVersionsByFunction": "MaxItems",
  "ecs.ListTasks": "maxResults",
  "ecs.ListServices": "maxResults",
  "ecs.ListClusters": "maxResults",
};

export const partialPages: Disturb = ({ interference }, chance) => {
  const size = chance.between(1, 3);
  // Now and then the same page fails each time, for longer than any second look takes.
  const failing = chance.pick([0.25, 1]);
  interference.onAws({
    fault: "partial-pages",
    matches: (call) => PAGE_SIZE[nameOfCall(call)] !== undefined,
    spring: (call, fate) => {
      const isFollowing = ["Marker", "NextToken", "nextToken"].some((name) => call.input[name] !== undefined);
      // One that names its object takes no page size.
      if (
        !("AccessPointId" in call.input) &&
        !("FileSystemId" in call.input && call.operation === "DescribeFileSystems")
      )
        call.input[PAGE_SIZE[nameOfCall(call)]!] = size;
      if (!isFollowing) return false;
      if (chance.happens(failing))
        fate.rules.push(ruleOf("error", { code: "InternalServerError", status: 500, message: "page lost" }));
    },
    times: Number.POSITIVE_INFINITY,
    forMs: chance.between(5_000, 20_000),
  });
};

/** Everybody else's reads go on; only this one function seems to have gone. */
export const unreadableFunction: Disturb = (levers, chance, n) => {
  const name = chance.pick(FUNCTIONS);
  const error = chance.pick([
    { code: "ServiceException", status: 500, message: "cannot be read" },
    { code: "AccessDeniedException", status: 403, message: "cannot be read" },
  ]);
  const isRead = /^(Get|ListVersions)/;
  levers.interference.onAws({
    fault: "unreadable-function",
    matches: (call) => call.service === "lambda" && isRead.test(call.operation) && call.input["FunctionName"] === name,
    spring: (_call, fate) => void fate.rules.push(ruleOf("error", error)),
    times: Number.POSITIVE_INFINITY,
    forMs: chance.between(10_000, 30_000),
  });
  // Somebody wonders, and has it looked at, twice.
  const manifest = levers.bindings.find(({ metadata }) => metadata.name === name)!;
  for (const atMs of [500, 7_000]) {
    const patch = { metadata: { annotations: { "mooring.dev/reconcile-at": `unread ${n} ${atMs}` } } };
    levers.time.after(atMs, () => levers.request("ann", { verb: "patch", manifest, patch }));
  }
};

export const accessDenied: Disturb = ({ interference }, chance) => {
  const service = chance.pick(OBJECTS);
  const onlyMutations = chance.happens(0.5);
  interference.onAws({
    fault: "access-denied",
    matches: (call) => call.service === service && (!onlyMutations || isMutation(call)),
    spring: (_call, fate) => void fate.rules.push(ruleOf("error", { code: "AccessDeniedException", status: 403 })),
    times: Number.POSITIVE_INFINITY,
    forMs: chance.between(4_000, 20_000),
  });
};

export const expiredCredentials: Disturb = ({ interference, replicas }, chance) => {
  const { process } = chance.pick(replicas);
  const expired = { code: "ExpiredTokenException", status: 403, message: "The security token is expired" };
  interference.onAws({
    fault: "expired-credentials",
    matches: (call) => call.process === process,
    spring: (_call, fate) => void fate.rules.push(ruleOf("error", expired)),
    times: Number.POSITIVE_INFINITY,
    forMs: chance.between(3_000, 15_000),
  });
};
