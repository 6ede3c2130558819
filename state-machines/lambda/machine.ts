import { initialContext, outputOf, passSetup, passStates } from "../pass.ts";

/**
 * One run over one Lambda function: its mount, for whatever binding names it.
 *
 * `readingMore` lists the published versions, which still serve whatever they were published
 * with; it is entered only when an access point may be about to lose its last user.
 */
export const lambdaMachine = passSetup.createMachine({
  id: "lambda",
  context: ({ input }) => initialContext(input),
  initial: "observing",
  states: passStates,
  output: outputOf,
});
