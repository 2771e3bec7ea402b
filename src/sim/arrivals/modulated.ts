/** Poisson arrivals whose rate jumps at random: by the states of a Markov chain, or on and off. */

import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import type { KeyRoot } from "../draw.ts";
import { takeInts, takeReals } from "../large-arrays.ts";
import { lengthBiased } from "../length-biased.ts";
import { naturalLog } from "../natural-log.ts";
import { quantileFunction } from "../quantile.ts";
import { DEVICE_BITS, deriveKey, type Key, uniform } from "../random.ts";
import type { ArrivalProcess } from "./process.ts";

/** The states that a device goes through. Draws are by (step, device): step 0 is the state at time 0. */
interface States {
  /** Arrivals in each [1/s]. */
  readonly rates: readonly number[];
  /** State at time 0, as in a process that has been going on for ever. */
  first(device: number): number;
  /** How long step `step`, in `state`, lasts; of step 0 what is left of it at time 0 [s]. */
  stay(state: number, step: number, device: number): number;
  /** State after `state`. */
  after(state: number, step: number, device: number): number;
}

export interface Shared {
  /** All devices are in the same state: their arrivals together are such a process of the summed rate. Unless given, each has states of its own. */
  readonly shared?: boolean;
}

/** Rates in [1/s] and, from state to state, how often it changes [1/s]; the diagonal is not read. */
export interface Mmpp extends Shared {
  readonly rates: readonly number[];
  readonly switch: readonly (readonly number[])[];
}

/**
 * Markov-modulated Poisson process.
 * @see W. Fischer, K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 18(2), 1993
 */
export function switching(mmpp: Mmpp, stream: string, devices: number, root: KeyRoot): ArrivalProcess {
  const key = deriveKey(root.seed, root.replication, "switch", stream);
  const shares = stationaryShares(mmpp.switch);
  const leaving = mmpp.switch.map((to, from) => to.reduce((sum, rate, s) => sum + (s === from ? 0 : rate), 0));
  const turns = mmpp.switch.map((to, from) => to.map((rate, s) => (s === from ? 0 : rate / leaving[from]!)));
  const first = deriveKey(root.seed, root.replication, "first state", stream);
  return (mmpp.shared === true ? together : modulated)(
    {
      rates: mmpp.rates,
      first: (device) => pick(shares, uniform(first.k0, first.k1, 0, device)),
      // Without memory: what is left is as long as the whole.
      stay: (state, step, device) => -naturalLog(1 - uniform(key.k0, key.k1, step, device)) / leaving[state]!,
      after: (state, step, device) => pick(turns[state]!, uniform(key.k0, key.k1, step, device + 2 ** DEVICE_BITS)),
    },
    stream,
    devices,
    root,
  );
}

export interface OnOff extends Shared {
  /** Arrivals while on [1/s]. */
  readonly rate: number;
  /** How long each lasts [s]. */
  readonly on: Distribution;
  readonly off: Distribution;
}

/** Poisson while on, nothing while off: an interrupted Poisson process when both last exponentially long. */
export function onOff(
  { rate, on, off, shared }: OnOff,
  stream: string,
  devices: number,
  root: KeyRoot,
): ArrivalProcess {
  const key = deriveKey(root.seed, root.replication, "switch", stream);
  const place = deriveKey(root.seed, root.replication, "phase", stream);
  const first = deriveKey(root.seed, root.replication, "first state", stream);
  const isOn = mean(on) / (mean(on) + mean(off));
  const lasts = [quantileFunction(on), quantileFunction(off)];
  const underWay = [lengthBiased(on), mean(off) === 0 ? () => 0 : lengthBiased(off)];
  return (shared === true ? together : modulated)(
    {
      rates: [rate, 0],
      first: (device) => (uniform(first.k0, first.k1, 0, device) < isOn ? 0 : 1),
      stay: (state, step, device) => {
        const u = uniform(key.k0, key.k1, step, device);
        return step === 0 ? underWay[state]!(u) * uniform(place.k0, place.k1, 0, device) : lasts[state]!(u);
      },
      after: (state) => 1 - state,
    },
    stream,
    devices,
    root,
  );
}

/** Draws of states that are no device's own are those of device 0. */
function together(states: States, stream: string, _devices: number, root: KeyRoot): ArrivalProcess {
  const key: Key = deriveKey(root.seed, root.replication, "arrival", stream);
  const path = new Path(states);
  return {
    next: (number, device, before) => path.after(before, -naturalLog(1 - uniform(key.k0, key.k1, number, device))),
  };
}

/** A rate over time and its integral, made as far as somebody asks. */
class Path {
  private readonly states: States;
  private state: number;
  private steps = 0;
  /** Where steps begin, the integral up to there, and the rate from there on. */
  private begins = new Float64Array(64);
  private integrals = new Float64Array(64);
  private rates = new Float64Array(64);
  private end: number;

  constructor(states: States) {
    this.states = states;
    this.state = states.first(0);
    this.rates[0] = states.rates[this.state]!;
    this.end = states.stay(this.state, 0, 0);
  }

  /** The instant at which the integral is larger by `need` than at `before`. */
  after(before: number, need: number): number {
    while (this.end <= before) this.extend();
    const from = last(this.begins, this.steps, before);
    const goal = this.integrals[from]! + this.rates[from]! * (before - this.begins[from]!) + need;
    for (;;) {
      const i = this.steps;
      const then = this.begins[i]! + (goal - this.integrals[i]!) / this.rates[i]!;
      if (goal < this.integrals[i]! || then < this.end) break;
      this.extend();
    }
    const i = last(this.integrals, this.steps, goal);
    return Math.max(before, this.begins[i]! + (goal - this.integrals[i]!) / this.rates[i]!);
  }

  private extend(): void {
    const i = this.steps;
    const next = i + 1;
    if (next === this.begins.length) {
      this.begins = longer(this.begins);
      this.integrals = longer(this.integrals);
      this.rates = longer(this.rates);
    }
    this.integrals[next] = this.integrals[i]! + this.rates[i]! * (this.end - this.begins[i]!);
    this.begins[next] = this.end;
    this.state = this.states.after(this.state, i, 0);
    this.rates[next] = this.states.rates[this.state]!;
    this.end += this.states.stay(this.state, next, 0);
    this.steps = next;
  }
}

/** The last place up to `end` where ascending values are at most `x`. */
function last(values: Float64Array, end: number, x: number): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (values[middle]! <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

function longer(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(2 * values.length);
  twice.set(values);
  return twice;
}

/** Each device in states of its own. One draw an arrival: the instant at which the integral of the rate has grown by an exponential variable of mean 1. */
function modulated(states: States, stream: string, devices: number, root: KeyRoot): ArrivalProcess {
  const key: Key = deriveKey(root.seed, root.replication, "arrival", stream);
  const { rates } = states;
  /** By device: the step it is in, the state of that, and its end. */
  const steps = takeInts(root, devices);
  const state = new Uint8Array(devices);
  const until = takeReals(root, devices);
  return {
    next: (number, device, before) => {
      if (number === 0) {
        state[device] = states.first(device);
        until[device] = states.stay(state[device], 0, device);
      }
      let need = -naturalLog(1 - uniform(key.k0, key.k1, number, device));
      let at = before;
      for (;;) {
        const rate = rates[state[device]!]!;
        const end = until[device]!;
        const then = at + need / rate;
        if (then < end) return then;
        need = Math.max(0, need - rate * (end - at));
        at = end;
        const step = steps[device]!;
        state[device] = states.after(state[device]!, step, device);
        steps[device] = step + 1;
        until[device] = end + states.stay(state[device]!, step + 1, device);
      }
    },
  };
}

function pick(shares: readonly number[], u: number): number {
  let sum = 0;
  let last = 0;
  for (const [i, share] of shares.entries()) {
    if (share === 0) continue;
    sum += share;
    last = i;
    if (u < sum) return i;
  }
  return last;
}

/**
 * Share of time that a Markov chain spends in each state.
 * By elimination of the states from the last on, without subtractions.
 * @param rates from state to state [1/s]; every state must lead to every other, the diagonal is not read
 * @see W. Grassmann, M. Taksar, D. Heyman, "Regenerative analysis and steady state distributions for Markov chains", Oper. Res. 33(5), 1985
 */
export function stationaryShares(rates: readonly (readonly number[])[]): number[] {
  const q = rates.map((row) => [...row]);
  const n = q.length;
  for (let k = n - 1; k > 0; k--) {
    const out = q[k]!.slice(0, k).reduce((sum, rate) => sum + rate, 0);
    for (let i = 0; i < k; i++) {
      q[i]![k]! /= out;
      for (let j = 0; j < k; j++) if (j !== i) q[i]![j]! += q[i]![k]! * q[k]![j]!;
    }
  }
  const shares = [1];
  for (let k = 1; k < n; k++) shares[k] = shares.slice(0, k).reduce((sum, share, i) => sum + share * q[i]![k]!, 0);
  const all = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / all);
}
