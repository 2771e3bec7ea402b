/** What each device of a cell can send and receive, from where it is and how well it is heard. */
import { normalQuantile } from "../../normal.ts";
import { deriveKey, type Key, uniform } from "../../random.ts";
import { type Sampler, sampler } from "../../sampler.ts";
import { fadingGain } from "./fading.ts";
import type { Signal } from "./nr-cell.ts";
import { lossInSight, lossOutOfSight, sightShare, umi } from "./path-loss.ts";
import { fromDecibel, noise, tableEfficiency, truncatedShannon } from "./spectrum.ts";

export class Signals {
  private readonly signal: Signal;
  private readonly position: Key;
  private readonly fading: Key;
  private readonly distances: Sampler | null;
  /** By device: mean ratio of signal to noise, [uplink, downlink]. */
  private readonly means: (readonly [number, number])[] = [];

  /** @param link its name: draws are this link's own */
  constructor(signal: Signal, link: string, root: { readonly seed: number; readonly replication: number }) {
    this.signal = signal;
    this.position = deriveKey(root.seed, root.replication, "position", link);
    this.fading = deriveKey(root.seed, root.replication, "fading", link);
    this.distances = signal.distance.kind === "drawn" ? sampler(signal.distance.of) : null;
  }

  /** Rate of airtime of a device [bit/s]. */
  rate(device: number, direction: 0 | 1, t: number): number {
    this.means[device] ??= this.meanRatios(device);
    return this.rateAt(this.means[device][direction] * this.gain(device, t), direction);
  }

  /** When that may change next. */
  changeAfter(t: number): number {
    const { fading } = this.signal;
    if (fading === null) return Number.POSITIVE_INFINITY;
    let block = Math.floor(t / fading.coherence) + 1;
    // An instant that was computed as the end of a block belongs to the next one.
    if (block * fading.coherence <= t) block++;
    return block * fading.coherence;
  }

  /** Mean rate of airtime of a device over its fading [bit/s]. */
  meanRate(device: number, direction: 0 | 1): number {
    const { fading } = this.signal;
    if (fading === null) return this.rate(device, direction, 0);
    const blocks = 64;
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += this.rate(device, direction, (block + 0.5) * fading.coherence);
    return sum / blocks;
  }

  private gain(device: number, t: number): number {
    const { fading } = this.signal;
    if (fading === null) return 1;
    let block = Math.floor(t / fading.coherence);
    if ((block + 1) * fading.coherence <= t) block++;
    return fadingGain(this.fading, fading.branches, block, device);
  }

  private rateAt(ratio: number, direction: 0 | 1): number {
    const { efficiency, layers, bandwidth } = this.signal;
    const each = (efficiency === "shannon" ? truncatedShannon : tableEfficiency)(ratio, direction);
    return layers[direction] * bandwidth * each;
  }

  private meanRatios(device: number): readonly [number, number] {
    const { signal } = this;
    const { distance, isInSight, shadow } = this.place(device);
    const loss = (isInSight ? lossInSight : lossOutOfSight)(distance, signal.carrier) + shadow;
    const ratio = (direction: 0 | 1): number =>
      fromDecibel(
        signal.power[direction] +
          signal.gain -
          loss -
          noise(signal.bandwidth, signal.figure[direction]) -
          signal.interference[direction],
      );
    return [ratio(0), ratio(1)];
  }

  /** Draws 0 to 2 of a device: distance, sight, shadowing. */
  private place(device: number): { distance: number; isInSight: boolean; shadow: number } {
    const { signal } = this;
    const { k0, k1 } = this.position;
    const { least, most } = umi.distance;
    const drawn =
      signal.distance.kind === "drawn"
        ? this.distances!.draw(k0, k1, 0, device)
        : Math.sqrt(least ** 2 + uniform(k0, k1, 0, device) * (signal.distance.radius ** 2 - least ** 2));
    const distance = Math.min(most, Math.max(least, drawn));
    const isInSight =
      signal.sight === "always" || (signal.sight === "drawn" && uniform(k0, k1, 1, device) < sightShare(distance));
    const { sd } = isInSight ? umi.shadowing.los : umi.shadowing.nlos;
    return { distance, isInSight, shadow: signal.shadowing ? sd * normalQuantile(uniform(k0, k1, 2, device)) : 0 };
  }
}

/**
 * Bits a second that a cell carries over all time when its devices ask for equal amounts: the harmonic mean of their rates, since it is
 * airtime that they use up. Devices that are out of reach are left out; 0 when all are.
 * @param share of airtime in all time
 */
export function meanCapacity(signals: Signals, devices: number, direction: 0 | 1, share: number): number {
  let sum = 0;
  let reached = 0;
  for (let device = 0; device < devices; device++) {
    const rate = signals.meanRate(device, direction);
    if (!(rate > 0)) continue;
    sum += 1 / rate;
    reached++;
  }
  return reached === 0 ? 0 : (reached / sum) * share;
}
