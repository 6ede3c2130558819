import { initialContext, outputOf, passSetup, passStates, toFailed } from "../pass.ts";

/**
 * One run over one EFS file system: its access points, their tags, its policy.
 *
 * `scanningConsumers` is the expensive read (every function version of the account) that a
 * deletion needs before it may go on; without a deletion it is never entered.
 */
export const fileSystemMachine = passSetup.createMachine({
  id: "fileSystem",
  context: ({ input }) => initialContext(input),
  initial: "observing",
  states: {
    ...passStates,
    planning: {
      invoke: {
        id: "plan",
        src: "plan",
        onDone: [
          { guard: ({ event }) => event.output.needsMore, target: "scanningConsumers" },
          {
            target: "recording",
            actions: { type: "rememberStep", params: ({ event }) => ({ step: event.output }) },
          },
        ],
        onError: toFailed,
      },
    },
    scanningConsumers: {
      invoke: { id: "readMore", src: "readMore", onDone: "planning", onError: toFailed },
    },
  },
  output: outputOf,
});
