import { mean } from "../distribution-moments.ts";
import type { Arrivals } from "../setup.ts";
import { meanSize } from "./batch.ts";
import { stationaryShares } from "./modulated.ts";

/**
 * Long-run arrivals of one device [1/s]; null where they depend on how fast answers come, or where all arrive at once.
 * Of a trace, its number over its last instant; 0 when that is 0.
 * @param devices of the stream, among which a trace may be dealt
 */
export function meanRate(arrivals: Arrivals, devices: number): number | null {
  switch (arrivals.kind) {
    case "poisson":
      return arrivals.rate;
    case "periodic":
      return (arrivals.query ?? 1) / arrivals.period;
    case "trace": {
      const last = arrivals.instants.at(-1) ?? 0;
      return last > 0 ? arrivals.instants.length / last / (arrivals.each ? 1 : devices) : 0;
    }
    case "renewal":
      return 1 / mean(arrivals.gap);
    case "batch":
      return arrivals.rate * meanSize(arrivals.size);
    case "mmpp": {
      const shares = stationaryShares(arrivals.switch);
      return arrivals.rates.reduce((sum, rate, s) => sum + rate * shares[s]!, 0);
    }
    case "on-off":
      return (arrivals.rate * mean(arrivals.on)) / (mean(arrivals.on) + mean(arrivals.off));
    case "diurnal":
      return arrivals.rates.reduce((sum, rate) => sum + rate, 0) / arrivals.rates.length;
    case "closed":
    case "at-once":
      return null;
  }
}

/**
 * The highest rate that lasts a while, of one device [1/s], where all devices have theirs at once; else as {@link meanRate}. Those that are on and off
 * are left out: being on is not their peak but their nature.
 */
export function peakRate(arrivals: Arrivals, devices: number): number | null {
  const isCommon =
    arrivals.kind === "diurnal" || (arrivals.kind === "mmpp" && (arrivals.shared === true || devices === 1));
  return isCommon ? Math.max(...arrivals.rates) : meanRate(arrivals, devices);
}

/** Arrivals that go on whether they are answered or not, so that there can be too many of them. */
export function isOpen({ kind }: Arrivals): boolean {
  return kind !== "closed" && kind !== "at-once";
}

/** Arrivals whose law is the same at any time. */
export function isStationary({ kind }: Arrivals): boolean {
  return kind !== "trace" && kind !== "diurnal" && kind !== "at-once";
}

/**
 * Instants that are not drawn, so that what happens by one sum of times may coincide with what happens by another. Those of such streams, and
 * of completions where such a stream is served, are brought to the nearest picosecond; nothing else is, so that a stream of this kind
 * moves no figure of others elsewhere.
 */
export function mayCoincide({ kind }: Arrivals): boolean {
  return kind === "trace" || kind === "periodic" || kind === "closed" || kind === "at-once";
}
