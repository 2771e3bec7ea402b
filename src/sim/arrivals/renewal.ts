import type { Distribution } from "../distribution.ts";
import type { KeyRoot } from "../draw.ts";
import { lengthBiased } from "../length-biased.ts";
import { quantileFunction } from "../quantile.ts";
import { deriveKey, uniform } from "../random.ts";
import type { ArrivalProcess } from "./process.ts";

/**
 * Independent gaps of one distribution, as they are to somebody who comes to a process that has been going on for ever: time 0 falls
 * into a gap drawn by its length, at a uniform place. So the rate is the same at every instant, and equal devices are not in step.
 * @see D. R. Cox, "Renewal theory", 1962, chapter 2 (equilibrium renewal process)
 */
export function renewal(gap: Distribution, stream: string, root: KeyRoot): ArrivalProcess {
  const following = quantileFunction(gap);
  const first = lengthBiased(gap);
  const key = deriveKey(root.seed, root.replication, "arrival", stream);
  const place = deriveKey(root.seed, root.replication, "phase", stream);
  return {
    next: (number, device, before) => {
      const u = uniform(key.k0, key.k1, number, device);
      return number === 0 ? first(u) * uniform(place.k0, place.k1, 0, device) : before + following(u);
    },
  };
}
