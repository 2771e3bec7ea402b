import type { Distribution } from "../distribution.ts";
import type { KeyRoot } from "../draw.ts";
import { naturalLog } from "../natural-log.ts";
import { quantileFunction } from "../quantile.ts";
import { deriveKey, uniform } from "../random.ts";
import type { ArrivalProcess } from "./process.ts";

/** Requests that come at once: a distribution over whole numbers from 1 on. */
export type BatchSize =
  | Extract<Distribution, { readonly kind: "constant" | "discrete" }>
  /** P(n) = (1/mean) (1 - 1/mean)^(n - 1), n = 1, 2, … */
  | { readonly kind: "geometric"; readonly mean: number };

/** Poisson instants, at each of which a whole batch arrives. Gap and size of a batch are drawn by the number of its first request. */
export function batches(
  { rate, size }: { readonly rate: number; readonly size: BatchSize },
  stream: string,
  devices: number,
  root: KeyRoot,
): ArrivalProcess {
  const gapKey = deriveKey(root.seed, root.replication, "arrival", stream);
  const sizeKey = deriveKey(root.seed, root.replication, "batch size", stream);
  const sizeOf = size.kind === "geometric" ? geometric(size.mean) : quantileFunction(size);
  /** First request of the next batch, by device. */
  const nextFirst = new Int32Array(devices);
  return {
    next: (number, device, before) => {
      if (number < nextFirst[device]!) return before;
      nextFirst[device] = number + sizeOf(uniform(sizeKey.k0, sizeKey.k1, number, device));
      return before - naturalLog(1 - uniform(gapKey.k0, gapKey.k1, number, device)) / rate;
    },
  };
}

function geometric(mean: number): (u: number) => number {
  if (mean === 1) return () => 1;
  const perRequest = Math.log1p(-1 / mean);
  return (u) => 1 + Math.floor(Math.log(1 - u) / perRequest);
}

export function meanSize(size: BatchSize): number {
  if (size.kind === "geometric") return size.mean;
  if (size.kind === "constant") return size.value;
  const all = size.shares.reduce((sum, share) => sum + share, 0);
  return size.values.reduce((sum, value, i) => sum + value * size.shares[i]!, 0) / all;
}
