import { Session, type Profiler } from "node:inspector/promises";

/** How often each block of one loaded file ran, by offsets into its text without types. */
export type FileBlocks = Pick<Profiler.ScriptCoverage, "url" | "functions">;

/** What V8 counts in this thread. */
export interface BlockCoverage {
  /** The files whose address begins with one of these, as counted so far; ends the counting. */
  take(urlPrefixes: readonly string[]): Promise<FileBlocks[]>;
}

/**
 * Has V8 tell from now on which blocks of this thread's code ran. V8 counts blocks only in what it compiles after this,
 * so whatever is to be measured must be imported later. Nothing that the code can see changes: no clock, no chance, no
 * order.
 */
export async function startBlockCoverage(): Promise<BlockCoverage> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    take: async (urlPrefixes) => {
      const { result } = await session.post("Profiler.takePreciseCoverage");
      session.disconnect();
      return result
        .filter(({ url }) => urlPrefixes.some((prefix) => url.startsWith(prefix)))
        .map(({ url, functions }) => ({ url, functions }));
    },
  };
}
