import { initialContext, outputOf, passSetup, passStates, toFailed } from "../pass.ts";

/**
 * One run over one Lambda function: its mount, for whatever binding names it.
 *
 * `readingVersions` lists the published versions, which still serve whatever they were published
 * with; it is entered only when an access point may be about to lose its last user.
 */
export const lambdaMachine = passSetup.createMachine({
  id: "lambda",
  context: ({ input }) => initialContext(input),
  initial: "observing",
  states: {
    ...passStates,
    planning: {
      invoke: {
        id: "plan",
        src: "plan",
        onDone: [
          { guard: ({ event }) => event.output.needsMore, target: "readingVersions" },
          {
            target: "recording",
            actions: { type: "rememberStep", params: ({ event }) => ({ step: event.output }) },
          },
        ],
        onError: toFailed,
      },
    },
    readingVersions: {
      invoke: { id: "readMore", src: "readMore", onDone: "planning", onError: toFailed },
    },
  },
  output: outputOf,
});
