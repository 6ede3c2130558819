import { describeAudit } from "./contract-audit.ts";
import { describeCrashes } from "./contract-crashes.ts";
import type { EngineUnderTest } from "./contract-fixtures.ts";
import { describeFormats } from "./contract-formats.ts";
import { describeKeys } from "./contract-keys.ts";
import { describeLog } from "./contract-log.ts";
import { describeReplicas } from "./contract-replicas.ts";
import { describeStarts } from "./contract-start.ts";

/** What a store promises, over one engine. Every engine's test file runs it. */
export function describeStore(under: EngineUnderTest): void {
  describeLog(under);
  describeStarts(under);
  describeReplicas(under);
  describeFormats(under);
  describeKeys(under);
  describeAudit(under);
  describeCrashes(under);
}
