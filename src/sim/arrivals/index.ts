/** Arrival processes by kind. Each is one file; all pass one contract (`test/contract/arrivals.test.ts`). */
import { Draw, type KeyRoot } from "../draw.ts";
import { deriveKey, uniform } from "../random.ts";
import type { Stream } from "../setup.ts";
import { batches } from "./batch.ts";
import { Clients } from "./closed.ts";
import { diurnal } from "./diurnal.ts";
import { onOff, switching } from "./modulated.ts";
import type { ArrivalProcess } from "./process.ts";
import { renewal } from "./renewal.ts";

export type { ArrivalProcess };

/** Gaps of Poisson arrivals; null for other kinds. */
export function poissonGap({ arrivals, name }: Stream, root: KeyRoot): Draw | null {
  return arrivals.kind === "poisson"
    ? new Draw({ kind: "exponential", mean: 1 / arrivals.rate }, root, "arrival", name)
    : null;
}

export function arrivalProcess(stream: Stream, devices: number, root: KeyRoot): ArrivalProcess {
  const { arrivals, name } = stream;
  switch (arrivals.kind) {
    case "poisson": {
      const gap = poissonGap(stream, root)!;
      return { next: (number, device, before) => before + gap.value(number, device, number) };
    }
    case "periodic": {
      const { period, phase, query = 1 } = arrivals;
      const key = deriveKey(root.seed, root.replication, "phase", name);
      return {
        next: (number, device) =>
          (phase ?? uniform(key.k0, key.k1, 0, device) * period) + Math.floor(number / query) * period,
      };
    }
    case "trace": {
      const { instants, each } = arrivals;
      return {
        next: (number, device) => instants[each ? number : number * devices + device] ?? Number.POSITIVE_INFINITY,
      };
    }
    case "renewal":
      return renewal(arrivals.gap, name, root);
    case "batch":
      return batches(arrivals, name, devices, root);
    case "mmpp":
      return switching(arrivals, name, devices, root);
    case "on-off":
      return onOff(arrivals, name, devices, root);
    case "diurnal":
      return diurnal(arrivals, name, root);
    case "closed":
      return new Clients(stream, arrivals, devices, root);
    case "at-once": {
      const { requests, each } = arrivals;
      return {
        next: (number, device) =>
          (each ? number : number * devices + device) < requests ? 0 : Number.POSITIVE_INFINITY,
      };
    }
  }
}
