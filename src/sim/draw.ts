/** A distribution bound to its key: what it gives depends on (seed, replication, purpose) and on whose number it is, never on the order of calls. */
import type { Distribution } from "./distribution.ts";
import { deriveKey, type Key } from "./random.ts";
import { type Sampler, sampler } from "./sampler.ts";

export interface KeyRoot {
  readonly seed: number;
  readonly replication: number;
}

export class Draw {
  /** The value when it never changes, else NaN. */
  readonly constant: number;
  private readonly sampler: Sampler | null;
  private readonly list: readonly number[] | null;
  readonly k0: number;
  readonly k1: number;
  /** Mean of an exponential distribution, which the event loop draws itself; NaN for the others. */
  readonly exponential: number;
  private readonly purpose: readonly (string | number)[];

  constructor(distribution: Distribution, root: KeyRoot, ...purpose: (string | number)[]) {
    const key: Key = deriveKey(root.seed, root.replication, ...purpose);
    this.k0 = key.k0;
    this.k1 = key.k1;
    this.purpose = purpose;
    this.list = distribution.kind === "sequence" ? distribution.values : null;
    this.sampler = distribution.kind === "sequence" ? null : sampler(distribution);
    this.exponential = distribution.kind === "exponential" && distribution.mean > 0 ? distribution.mean : Number.NaN;
    this.constant = this.sampler?.constant ?? Number.NaN;
  }

  /** @throws SequenceError when an exact list runs out. */
  value(number: number, device: number, streamNumber: number): number {
    if (this.sampler !== null) return this.sampler.draw(this.k0, this.k1, number, device);
    const value = this.list![streamNumber];
    if (value === undefined) throw new SequenceError(this.purpose, this.list!.length, streamNumber);
    return value;
  }
}

/** An exact list that is shorter than the run: a mistake of the scenario. */
export class SequenceError extends Error {
  readonly exitCode = 2;
  /** What the list is of, as its draws would be keyed. */
  readonly purpose: readonly (string | number)[];
  readonly length: number;
  /** Number of the arrival that found nothing, from 0. */
  readonly wanted: number;
  constructor(purpose: readonly (string | number)[], length: number, wanted: number) {
    super(
      `sequence of ${purpose.join(" ")} has ${length} values, arrival ${wanted + 1} needs one more\n  hint      add values, or set run.requests to at most ${length}`,
    );
    this.purpose = purpose;
    this.length = length;
    this.wanted = wanted;
  }
}
