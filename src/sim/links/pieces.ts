/**
 * What changes with time by steps: a capacity, an outage, the state of a channel. A source makes one piece after the other, from time 0
 * on; what it makes depends on its key and the number of the piece alone, so every policy meets the same.
 */
import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import { normalQuantile } from "../normal.ts";
import { deriveKey, uniform } from "../random.ts";
import { type Sampler, sampler } from "../sampler.ts";
import type { Varying } from "./varying.ts";

/** Pieces follow one another without a gap; the first begins at 0. */
export interface Pieces {
  /** End of the piece made last; +Infinity when it is the last. */
  until: number;
  value: number;
  /** Makes the next piece. */
  next(): void;
}

/** Whose pieces these are: a random stream, and the counter of the device. */
export interface PieceKey {
  readonly k0: number;
  readonly k1: number;
  readonly device: number;
}

/** @param purpose such as "capacity", link, direction */
export function pieceKey(
  root: { readonly seed: number; readonly replication: number },
  device: number,
  ...purpose: string[]
): PieceKey {
  return { ...deriveKey(root.seed, root.replication, ...purpose), device };
}

/** @param start of traces that begin at random: the same for both directions of a link */
export function piecesOf(varying: Varying, key: PieceKey, start: PieceKey): Pieces {
  switch (varying.kind) {
    case "steps":
      return new Steps(
        varying,
        varying.start === "random" ? uniform(start.k0, start.k1, 0, start.device) * varying.length : varying.start,
      );
    case "gauss-markov":
      return new GaussMarkov(varying, key);
    case "two-state":
      return new TwoStates(varying.good, varying.bad, varying.goodFor, varying.badFor, key);
  }
}

/** A list of values, each from its instant on, entered at `start` and repeated or held. */
class Steps implements Pieces {
  until = 0;
  value = 0;
  private readonly steps: Extract<Varying, { kind: "steps" }>;
  private readonly start: number;
  private round = 0;
  private index: number;

  constructor(steps: Extract<Varying, { kind: "steps" }>, start: number) {
    this.steps = steps;
    if (steps.repeats) {
      this.start = start % steps.length;
    } else this.start = start;
    let index = steps.at.length - 1;
    while (index > 0 && steps.at[index]! > this.start) index--;
    this.index = index - 1;
  }

  next(): void {
    const { at, values, length, repeats } = this.steps;
    // A piece of no length, where the trace was entered at its very end, is passed over.
    for (;;) {
      this.index++;
      if (this.index === at.length) {
        this.index = 0;
        this.round++;
      }
      const isLast = this.index === at.length - 1;
      if (isLast && !repeats) {
        this.value = values[this.index]!;
        this.until = Number.POSITIVE_INFINITY;
        return;
      }
      const end = (isLast ? length : at[this.index + 1]!) + this.round * length - this.start;
      this.value = values[this.index]!;
      if (end <= this.until) continue;
      this.until = end;
      return;
    }
  }
}

/** An autoregressive process of order 1, normal and cut at 0: one value a step, the first from the stationary distribution. */
class GaussMarkov implements Pieces {
  until = 0;
  value = 0;
  private readonly process: Extract<Varying, { kind: "gauss-markov" }>;
  private readonly key: PieceKey;
  private step = 0;
  /** Standardised. */
  private z = 0;

  constructor(process: Extract<Varying, { kind: "gauss-markov" }>, key: PieceKey) {
    this.process = process;
    this.key = key;
  }

  next(): void {
    const { mean, sd, correlation, every } = this.process;
    const innovation = normalQuantile(uniform(this.key.k0, this.key.k1, this.step, this.key.device));
    this.z =
      this.step === 0 ? innovation : correlation * this.z + Math.sqrt(1 - correlation * correlation) * innovation;
    this.step++;
    this.value = Math.max(0, mean + sd * this.z);
    this.until = this.step * every;
  }
}

/** Two values in turn, each for a while that is drawn anew; whether it begins with the first follows their mean lengths. */
export class TwoStates implements Pieces {
  until = 0;
  value = 0;
  private readonly first: number;
  private readonly second: number;
  private readonly firstFor: Sampler;
  private readonly secondFor: Sampler;
  private readonly key: PieceKey;
  private number = 0;
  private isFirst: boolean;

  /** @param firstFor lengths [s]: with exponential ones the process is stationary from the start */
  constructor(first: number, second: number, firstFor: Distribution, secondFor: Distribution, key: PieceKey) {
    this.first = first;
    this.second = second;
    this.firstFor = sampler(firstFor);
    this.secondFor = sampler(secondFor);
    this.key = key;
    const share = mean(firstFor) / (mean(firstFor) + mean(secondFor));
    // Turned round: `next` changes the state before it makes a piece.
    this.isFirst = !(uniform(key.k0, key.k1, 0, key.device) < share);
  }

  next(): void {
    for (;;) {
      this.isFirst = !this.isFirst;
      this.number++;
      const { k0, k1, device } = this.key;
      this.value = this.isFirst ? this.first : this.second;
      const end = this.until + (this.isFirst ? this.firstFor : this.secondFor).draw(k0, k1, this.number, device);
      if (end === this.until) continue;
      this.until = end;
      return;
    }
  }
}

/** Service given (1) or not (0) by a timetable. */
export class Windows implements Pieces {
  until = 0;
  value = 0;
  private readonly windows: readonly { readonly at: number; readonly for: number }[];
  private next_ = 0;

  /** @param windows ascending, none touching another */
  constructor(windows: readonly { readonly at: number; readonly for: number }[]) {
    this.windows = windows;
  }

  next(): void {
    const window = this.windows[this.next_];
    if (window === undefined) {
      this.value = 1;
      this.until = Number.POSITIVE_INFINITY;
    } else if (this.until < window.at) {
      this.value = 1;
      this.until = window.at;
    } else {
      this.value = 0;
      this.until = window.at + window.for;
      this.next_++;
    }
  }
}

/** The product of two, piece by piece. */
export class Product implements Pieces {
  until = 0;
  value = 0;
  private readonly a: Pieces;
  private readonly b: Pieces;

  constructor(a: Pieces, b: Pieces) {
    this.a = a;
    this.b = b;
  }

  next(): void {
    if (this.a.until === this.until) this.a.next();
    if (this.b.until === this.until) this.b.next();
    // An unbounded rate that is out of service is out of service.
    this.value = this.a.value === 0 || this.b.value === 0 ? 0 : this.a.value * this.b.value;
    this.until = Math.min(this.a.until, this.b.until);
  }
}

/** A value that never changes. */
export class Constant implements Pieces {
  until = 0;
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  next(): void {
    this.until = Number.POSITIVE_INFINITY;
  }
}
