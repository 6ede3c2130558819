import type { Engine } from "./engine.ts";

/** Operations of an engine that change something. */
const WRITES: ReadonlySet<string> = new Set([
  "putSlot",
  "dropBodies",
  "putProjection",
  "deleteTombstone",
  "putMarker",
  "putBlob",
  "deleteBlob",
  "writeKeyRow",
  "putAudit",
]);

export type Fault = "fails before" | "fails after" | "none";

/**
 * An engine between the store and the real one, for tests. What it breaks, and why the store must live with it:
 *
 * - a write that fails before it had an effect (connection refused, throttled);
 * - a write that took effect although its answer was lost (timeout): the caller cannot tell these two apart;
 * - a process that dies before or after any write: from then on nothing goes through.
 *
 * @param faultOf what happens to the nth write (from 1); asked once per write.
 * @param diesOn the fault after which every operation fails for ever.
 */
export function faultyEngine(
  engine: Engine,
  faultOf: (write: number, operation: string) => Fault,
  options: { dies: boolean },
): { engine: Engine; writes: () => number; isDead: () => boolean } {
  let writes = 0;
  let dead = false;
  const call = async (
    operation: string,
    method: (...args: unknown[]) => Promise<unknown>,
    args: unknown[],
  ): Promise<unknown> => {
    if (dead) throw new Error("the process is dead");
    if (!WRITES.has(operation)) return await method.apply(engine, args);
    const fault = faultOf(++writes, operation);
    if (fault !== "fails before") {
      const answer = await method.apply(engine, args);
      if (fault === "none") return answer;
    }
    dead = options.dies;
    throw new Error(`${operation} ${fault} (write ${writes})`);
  };
  const proxy = new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name === "close") return async () => undefined;
      return (...args: unknown[]) => call(String(name), member as (...args: unknown[]) => Promise<unknown>, args);
    },
  });
  return { engine: proxy, writes: () => writes, isDead: () => dead };
}
