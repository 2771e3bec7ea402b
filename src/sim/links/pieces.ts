/**
 * What changes with time by steps: a capacity, an outage, the state of a channel. A source makes one piece after the other, from time 0
 * on; what it makes depends on its key and the number of the piece alone, so every policy meets the same.
 */
import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import { takeInts, takeReals } from "../large-arrays.ts";
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
  /** Goes on with the pieces of a device, from a mark where there is one: the piece made last is the one at `t`. */
  begin(device: number, t: number): void;
  /** Leaves a mark, from which others go on: nobody asks about times before `now` any more. What it makes next is as before. */
  mark?(now: number): void;
}

/** Steps that are sooner made again than remembered. */
const worthMarking = 64;

/** Where processes of many devices were left, so that nobody has to make all their steps again: 12 B a device, and nothing in short runs. */
export class Marks {
  private readonly owner: object;
  private readonly devices: number;
  private steps: Int32Array | null = null;
  private values: Float64Array | null = null;

  /** @param owner of large arrays */
  constructor(owner: object, devices: number) {
    this.owner = owner;
    this.devices = devices;
  }

  /** Step at which a device's process was left; 0 for its beginning. */
  step(device: number): number {
    return this.steps === null ? 0 : this.steps[device]!;
  }

  /** What the next step goes on from. */
  carried(device: number): number {
    return this.values![device]!;
  }

  isWorth(step: number): boolean {
    return step >= worthMarking;
  }

  set(device: number, step: number, carried: number): void {
    this.steps ??= takeInts(this.owner, this.devices);
    this.values ??= takeReals(this.owner, this.devices);
    this.steps[device] = step;
    this.values[device] = carried;
  }
}

/** Makes pieces up to the one at `t`. */
function begin(pieces: Pieces, t: number): void {
  while (pieces.until <= t) pieces.next();
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

/**
 * Makes pieces of the device that the keys say until others are begun.
 * @param start of traces that begin at random: the same for both directions of a link
 * @param marks where the pieces of devices were left
 */
export function pieceMaker(varying: Varying, key: PieceKey, start: PieceKey, marks: Marks | null = null): () => Pieces {
  switch (varying.kind) {
    case "steps":
      return () => new Steps(varying, start);
    case "gauss-markov":
      return () => new GaussMarkov(varying, key, marks);
    case "two-state": {
      const turns = turnsOf(varying.good, varying.bad, varying.goodFor, varying.badFor);
      return () => new TwoStates(turns, key, marks);
    }
  }
}

/** The pieces of one device alone. */
export function piecesOf(varying: Varying, key: PieceKey, start: PieceKey): Pieces {
  return pieceMaker(varying, key, start)();
}

/** A list of values, each from its instant on, entered at `start` and repeated or held. */
class Steps implements Pieces {
  until = 0;
  value = 0;
  private readonly steps: Extract<Varying, { kind: "steps" }>;
  private readonly key: PieceKey;
  private start = 0;
  private round = 0;
  private index = 0;

  constructor(steps: Extract<Varying, { kind: "steps" }>, key: PieceKey) {
    this.steps = steps;
    this.key = key;
    this.enter(key.device);
  }

  private enter(device: number): void {
    const { at, length, repeats, start } = this.steps;
    const entry = start === "random" ? uniform(this.key.k0, this.key.k1, 0, device) * length : start;
    this.start = repeats ? entry % length : entry;
    this.round = 0;
    this.until = 0;
    let index = at.length - 1;
    while (index > 0 && at[index]! > this.start) index--;
    this.index = index - 1;
  }

  begin(device: number, t: number): void {
    this.enter(device);
    const { at, length, repeats } = this.steps;
    const round = Math.floor((t + this.start) / length) - 2;
    if (repeats && round > 0) {
      // Whole rounds need not be gone through, but for one, in case of rounding.
      this.round = round;
      this.index = at.length - 1;
      this.until = (round + 1) * length - this.start;
    }
    begin(this, t);
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
  private readonly marks: Marks | null;
  private device: number;
  private step = 0;
  /** Standardised. */
  private z = 0;

  constructor(process: Extract<Varying, { kind: "gauss-markov" }>, key: PieceKey, marks: Marks | null) {
    this.process = process;
    this.key = key;
    this.marks = marks;
    this.device = key.device;
  }

  begin(device: number, t: number): void {
    this.device = device;
    this.step = 0;
    this.until = 0;
    const step = this.marks?.step(device) ?? 0;
    if (step > 0) {
      this.step = step - 1;
      this.z = this.marks!.carried(device);
      this.make();
    }
    begin(this, t);
  }

  mark(now: number): void {
    const { marks, process, key, device } = this;
    if (marks === null || !marks.isWorth(this.step)) return;
    const last = (this.step - 1) * process.every <= now ? this : new GaussMarkov(process, key, marks);
    if (last !== this) last.begin(device, now);
    marks.set(device, last.step, last.z);
  }

  next(): void {
    const { correlation } = this.process;
    const innovation = normalQuantile(uniform(this.key.k0, this.key.k1, this.step, this.device));
    this.z =
      this.step === 0 ? innovation : correlation * this.z + Math.sqrt(1 - correlation * correlation) * innovation;
    this.make();
  }

  private make(): void {
    const { mean, sd, every } = this.process;
    this.step++;
    this.value = Math.max(0, mean + sd * this.z);
    this.until = this.step * every;
  }
}

/** How long two values last that take turns, and what they are. */
export interface Turns {
  readonly first: number;
  readonly second: number;
  readonly firstFor: Sampler;
  readonly secondFor: Sampler;
  /** Probability to begin with the first. */
  readonly share: number;
}

/** @param firstFor lengths [s]: with exponential ones the process is stationary from the start */
export function turnsOf(first: number, second: number, firstFor: Distribution, secondFor: Distribution): Turns {
  const share = mean(firstFor) / (mean(firstFor) + mean(secondFor));
  return { first, second, firstFor: sampler(firstFor), secondFor: sampler(secondFor), share };
}

/** Two values in turn, each for a while that is drawn anew; whether it begins with the first follows their mean lengths. */
export class TwoStates implements Pieces {
  until = 0;
  value = 0;
  private readonly turns: Turns;
  private readonly key: PieceKey;
  private readonly marks: Marks | null;
  private device = 0;
  private number = 0;
  private isFirst = false;
  /** Where the piece made last begins. */
  private from = 0;

  constructor(turns: Turns, key: PieceKey, marks: Marks | null = null) {
    this.turns = turns;
    this.key = key;
    this.marks = marks;
    this.enter(key.device);
  }

  private enter(device: number): void {
    const { turns, key } = this;
    this.device = device;
    this.number = 0;
    this.from = 0;
    this.until = 0;
    // Turned round: `next` changes the state before it makes a piece.
    this.isFirst = !(uniform(key.k0, key.k1, 0, device) < turns.share);
  }

  begin(device: number, t: number): void {
    const { marks, turns } = this;
    this.enter(device);
    const number = marks?.step(device) ?? 0;
    if (number > 0) {
      this.number = number;
      this.until = marks!.carried(device);
      if (number % 2 === 1) this.isFirst = !this.isFirst;
      this.value = this.isFirst ? turns.first : turns.second;
    }
    begin(this, t);
  }

  mark(now: number): void {
    const { marks, turns, key, device } = this;
    if (marks === null || !marks.isWorth(this.number)) return;
    const last = this.from <= now ? this : new TwoStates(turns, key, marks);
    if (last !== this) last.begin(device, now);
    marks.set(device, last.number, last.until);
  }

  next(): void {
    const { turns, device } = this;
    const { k0, k1 } = this.key;
    for (;;) {
      this.isFirst = !this.isFirst;
      this.number++;
      this.value = this.isFirst ? turns.first : turns.second;
      const end = this.until + (this.isFirst ? turns.firstFor : turns.secondFor).draw(k0, k1, this.number, device);
      if (end === this.until) continue;
      this.from = this.until;
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

  begin(_device: number, t: number): void {
    this.next_ = 0;
    this.until = 0;
    begin(this, t);
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

  begin(device: number, t: number): void {
    this.a.begin(device, t);
    this.b.begin(device, t);
    this.multiply();
  }

  mark(now: number): void {
    this.a.mark?.(now);
    this.b.mark?.(now);
  }

  next(): void {
    if (this.a.until === this.until) this.a.next();
    if (this.b.until === this.until) this.b.next();
    this.multiply();
  }

  private multiply(): void {
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

  begin(): void {
    this.next();
  }

  next(): void {
    this.until = Number.POSITIVE_INFINITY;
  }
}
