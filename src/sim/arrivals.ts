/** Instants at which the devices of a stream ask: each depends on (seed, replication, stream, device, the device's own request number). */
import { Draw, type KeyRoot } from "./draw.ts";
import { deriveKey, uniform } from "./random.ts";
import type { Stream } from "./setup.ts";

export interface ArrivalProcess {
  /** Instant of a device's request `number`, given the one before (0 before the first); +Infinity when there are no more. */
  next(number: number, device: number, before: number): number;
}

/** Gaps of Poisson arrivals; null for other kinds. */
export function poissonGap({ arrivals, name }: Stream, root: KeyRoot): Draw | null {
  return arrivals.kind === "poisson"
    ? new Draw({ kind: "exponential", mean: 1 / arrivals.rate }, root, "arrival", name)
    : null;
}

export function arrivalProcess(stream: Stream, devices: number, root: KeyRoot): ArrivalProcess {
  const { arrivals } = stream;
  switch (arrivals.kind) {
    case "poisson": {
      const gap = poissonGap(stream, root)!;
      return { next: (number, device, before) => before + gap.value(number, device, number) };
    }
    case "periodic": {
      const { period, phase } = arrivals;
      const key = deriveKey(root.seed, root.replication, "phase", stream.name);
      return {
        next: (number, device) => (phase ?? uniform(key.k0, key.k1, 0, device) * period) + number * period,
      };
    }
    case "trace": {
      const { instants, each } = arrivals;
      return {
        next: (number, device) => instants[each ? number : number * devices + device] ?? Number.POSITIVE_INFINITY,
      };
    }
  }
}
