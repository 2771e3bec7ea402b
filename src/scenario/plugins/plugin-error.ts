/** A mistake in a user's rule, found while it runs: exit code 2, and no stack of ours. */

interface Facts {
  /** File, with line and column where they are known. */
  readonly where: string;
  /** Simulated time, and which request was decided; null before a run. */
  readonly request: { readonly number: number; readonly now: number } | null;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string;
  readonly policy?: string;
}

export class PluginError extends Error {
  readonly exitCode = 2;
  readonly facts: Facts;

  constructor(facts: Facts) {
    const { where, request, expected, got, hint, policy } = facts;
    const at = [
      ...(policy === undefined ? [] : [`policy ${policy}`]),
      ...(request === null ? [] : [`request ${request.number} at ${Number(request.now.toPrecision(9))} s`]),
    ];
    const lines = [
      `${where}${at.length === 0 ? "" : `  ${at.join(", ")}`}`,
      `  expected  ${expected}`,
      `  got       ${got}`,
    ];
    super([...lines, ...(hint === undefined ? [] : [`  hint      ${hint}`])].join("\n"));
    this.name = "PluginError";
    this.facts = facts;
  }

  of(policy: string): PluginError {
    return this.facts.policy === undefined ? new PluginError({ ...this.facts, policy }) : this;
  }
}

/** What a user's function threw, where in the file; null where the place is not known. */
export function thrownAt(error: unknown, path: string): { readonly where: string; readonly got: string } {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`${escaped}:(\\d+):(\\d+)`).exec(stack);
  // Two lines come before the file's own: those of the function that it is made.
  const where = found === null ? path : `${path}:${Number(found[1]) - 2}:${found[2]}`;
  return { where, got: `${text.split("\n")[0]}` };
}
