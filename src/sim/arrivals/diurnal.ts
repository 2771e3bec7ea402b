import type { KeyRoot } from "../draw.ts";
import { naturalLog } from "../natural-log.ts";
import { deriveKey, uniform } from "../random.ts";
import type { ArrivalProcess } from "./process.ts";

export interface Steps {
  /** Length of one step [s]. */
  readonly every: number;
  /** Rate in each step [1/s]; after the last the first again. */
  readonly rates: readonly number[];
}

/**
 * Poisson arrivals whose rate goes through steps again and again: instants at which the integral of the rate passes the points of a
 * Poisson process of rate 1. Exact, and one draw an arrival.
 * @see E. Çinlar, "Introduction to stochastic processes", 1975, chapter 4 (non-homogeneous Poisson by change of time)
 */
export function diurnal({ every, rates }: Steps, stream: string, root: KeyRoot): ArrivalProcess {
  const key = deriveKey(root.seed, root.replication, "arrival", stream);
  const steps = rates.length;
  const cycle = every * steps;
  const perCycle = every * rates.reduce((sum, rate) => sum + rate, 0);
  return {
    next: (number, device, before) => {
      let need = -naturalLog(1 - uniform(key.k0, key.k1, number, device));
      let at = before;
      let step = Math.floor(before / every);
      if ((step + 1) * every <= before) step++;
      // Whole cycles at once: one of them is the same from any place in it.
      const cycles = Math.floor(need / perCycle);
      if (cycles > 0) {
        need -= cycles * perCycle;
        at += cycles * cycle;
        step += cycles * steps;
      }
      for (;;) {
        const rate = rates[step % steps]!;
        const end = (step + 1) * every;
        const then = at + need / rate;
        if (then < end) return then;
        need -= rate * Math.max(0, end - at);
        // What rounding leaves below 0 is an arrival right at the beginning of the step.
        if (need < 0) need = 0;
        at = Math.max(at, end);
        step++;
      }
    },
  };
}
