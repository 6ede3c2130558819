/**
 * Exit codes of the `mooring` command. `plan` alone gives `changes` a meaning.
 *
 * Wrong usage has a code of its own (sysexits' EX_USAGE), so that a script can tell a typing error
 * from a plan with changes.
 */
export const EXIT = { ok: 0, failed: 1, changes: 2, usage: 64, unavailable: 69, interrupted: 130 } as const;

/** What went wrong, in one line for people: what was given, what is allowed, what to do. Printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
