/** Files of capacities and delays over time, each format in a file of its own. */
import { FileFault } from "../resources.ts";

/** Values from their instants on [s], the first at 0; the last ends at `length`. */
export interface Trace {
  readonly at: readonly number[];
  /** bit/s, or s of a delay, one way. */
  readonly values: readonly number[];
  readonly length: number;
}

/** What a trace is read for. */
export interface TraceRequest {
  readonly what: "up" | "down" | "latency";
  /** Name of the column, where a file has several. */
  readonly column: string | null;
  /** Width of the bins of opportunities [s]. */
  readonly bin: number;
  /** Short stops of a measuring tool. */
  readonly pauses: "drop" | "keep";
}

export interface TraceFormat {
  readonly name: string;
  readonly about: string;
  /** Keys that mean something to it. */
  readonly uses: readonly ("column" | "bin" | "pauses")[];
  /** Whether a file looks like one. @param head its first lines */
  readonly fits: (file: string, head: readonly string[]) => boolean;
  /** @throws FileFault */
  readonly read: (lines: readonly string[], request: TraceRequest) => Trace;
}

/** More steps than anybody measures; a file beyond it is another kind of file. */
const mostSteps = 5_000_000;

/** Refuses a fault of a file in the words of a problem. */
export function fault(expected: string, got: string, hint: string | null = null): never {
  throw new FileFault(expected, got, hint);
}

/** Lines that say something, with their numbers from 1. */
export function* filledLines(lines: readonly string[]): Iterable<readonly [string, number]> {
  for (const [i, line] of lines.entries()) {
    const text = line.trim();
    if (text !== "") yield [text, i + 1];
  }
}

/**
 * A trace from values and the instants from which they hold, shifted to begin at 0.
 * @param last how long the last value holds
 */
export function traceOf(at: readonly number[], values: readonly number[], last: number): Trace {
  const first = at[0];
  if (first === undefined) fault("at least one value", "none");
  if (at.length > mostSteps) fault(`at most ${mostSteps} steps`, String(at.length));
  return { at: at.map((t) => t - first), values, length: at.at(-1)! - first + last };
}
