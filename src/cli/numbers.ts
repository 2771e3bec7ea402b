/** Numbers on the command line. yargs takes `--seed abc` as NaN and says nothing, so every number is read here. */

/** A mistake on the command line: shown without a stack, exit code 2. */
export class UsageError extends Error {
  readonly exitCode = 2;
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function range({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function read(name: string, kind: string, bounds: Bounds, pattern: RegExp): (raw: unknown) => number | undefined {
  return (raw) => {
    if (raw === undefined) return undefined;
    const text = String(raw);
    const value = typeof raw === "string" && pattern.test(raw.trim()) ? Number(raw) : Number.NaN;
    const fits = Number.isFinite(value) && value >= (bounds.min ?? -Infinity) && value <= (bounds.max ?? Infinity);
    if (fits) return value;
    throw new UsageError(
      `--${name}\n  expected  ${kind}${range(bounds)}\n  got       ${Array.isArray(raw) ? `${raw.length} values: ${text}` : JSON.stringify(text)}`,
    );
  };
}

/** A coercion for an option declared as a string. */
export function integer(name: string, bounds: Bounds = {}): (raw: unknown) => number | undefined {
  return read(name, "a whole number", { max: Number.MAX_SAFE_INTEGER, ...bounds }, /^[+-]?\d+$/);
}

/** A coercion for an option declared as a string. */
export function number(name: string, bounds: Bounds = {}): (raw: unknown) => number | undefined {
  return read(name, "a number", bounds, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i);
}
