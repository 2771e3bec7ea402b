/** A mistake in what the user gave: the command line prints the message without a stack and exits with code 2. */
export class UserError extends Error {
  readonly exitCode = 2;

  /**
   * @param what the thing at fault, such as a flag or a file
   * @param details what was expected of it, what it was, and what to do about it
   */
  constructor(what: string, details: { expected?: string; got?: string; hint?: string } = {}) {
    const lines = [what];
    if (details.expected !== undefined) lines.push(`  expected  ${details.expected}`);
    if (details.got !== undefined) lines.push(`  got       ${details.got}`);
    if (details.hint !== undefined) lines.push(`  hint      ${details.hint}`);
    super(lines.join("\n"));
    this.name = "UserError";
  }
}

/** Raised by work that was told to stop through its `signal`, after saving what it had. */
export class InterruptedError extends Error {
  readonly exitCode = 130;

  constructor(message: string) {
    super(message);
    this.name = "InterruptedError";
  }
}
