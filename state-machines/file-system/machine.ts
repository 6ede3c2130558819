import { initialContext, outputOf, passSetup, passStates } from "../pass.ts";

/**
 * One run over one EFS file system: its access points, their tags, its policy.
 *
 * `readingMore` is the expensive read (every function version of the account) that a
 * deletion needs before it may go on; without a deletion it is never entered.
 */
export const fileSystemMachine = passSetup.createMachine({
  id: "fileSystem",
  context: ({ input }) => initialContext(input),
  initial: "observing",
  states: passStates,
  output: outputOf,
});
