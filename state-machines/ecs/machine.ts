import { initialContext, outputOf, passSetup, passStates } from "../pass.ts";

/**
 * One run over one ECS service or task family: its volumes and mounts, for all bindings that name it.
 *
 * `readingMore` is entered only when something hangs on it: before a revision is registered the family's newest
 * ones, among which ours may be; before a mount is called ended the tasks that have not stopped.
 */
export const ecsMachine = passSetup.createMachine({
  id: "ecs",
  context: ({ input }) => initialContext(input),
  initial: "observing",
  states: passStates,
  output: outputOf,
});
