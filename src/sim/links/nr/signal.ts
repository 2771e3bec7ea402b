/** What each device of a cell can send and receive, from where it is and how well it is heard. */
import { normalQuantile } from "../../normal.ts";
import { deriveKey, type Key, uniform } from "../../random.ts";
import { type Sampler, sampler } from "../../sampler.ts";
import { fadingGain } from "./fading.ts";
import type { Trips } from "./mobility.ts";
import type { Signal } from "./nr-cell.ts";
import { lossInSight, lossOutOfSight, sightShare, umi } from "./path-loss.ts";
import { fromDecibel, noise, tableEfficiency, truncatedShannon } from "./spectrum.ts";

/** How often a rate follows a device that moves, where no fading says it [s]; assumed. */
const whileMoving = 0.1;

export class Signals {
  private readonly signal: Signal;
  private readonly position: Key;
  private readonly fading: Key;
  private readonly distances: Sampler | null;
  /** By device: mean ratio of signal to noise, [uplink, downlink]. */
  private readonly means: (readonly [number, number])[] = [];
  /** Null for devices that stay. */
  private readonly trips: Trips | null;

  /** @param link its name: draws are this link's own @param trips instead of the distances of the signal */
  constructor(
    signal: Signal,
    link: string,
    root: { readonly seed: number; readonly replication: number },
    trips: Trips | null = null,
  ) {
    this.signal = signal;
    this.trips = trips;
    this.position = deriveKey(root.seed, root.replication, "position", link);
    this.fading = deriveKey(root.seed, root.replication, "fading", link);
    this.distances = signal.distance.kind === "drawn" ? sampler(signal.distance.of) : null;
  }

  /** Rate of airtime of a device [bit/s]. */
  rate(device: number, direction: 0 | 1, t: number): number {
    if (this.trips !== null) {
      const ratio = this.meanRatios(device, this.trips.distance(device, this.blockStart(t)))[direction];
      return this.rateAt(ratio * this.gain(device, t), direction);
    }
    this.means[device] ??= this.meanRatios(device, this.drawnDistance(device));
    return this.rateAt(this.means[device][direction] * this.gain(device, t), direction);
  }

  /** When that may change next. */
  changeAfter(t: number): number {
    return this.length === null ? Number.POSITIVE_INFINITY : (this.block(t) + 1) * this.length;
  }

  /** Length of the blocks of time within which nothing changes [s]; null when nothing ever does. */
  private get length(): number | null {
    return this.signal.fading?.coherence ?? (this.trips === null ? null : whileMoving);
  }

  private block(t: number): number {
    const block = Math.floor(t / this.length!);
    // An instant that was computed as the end of a block belongs to the next one.
    return (block + 1) * this.length! <= t ? block + 1 : block;
  }

  private blockStart(t: number): number {
    return this.block(t) * this.length!;
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
    return fadingGain(this.fading, fading.branches, this.block(t), device);
  }

  private rateAt(ratio: number, direction: 0 | 1): number {
    const { efficiency, layers, bandwidth } = this.signal;
    const each = (efficiency === "shannon" ? truncatedShannon : tableEfficiency)(ratio, direction);
    return layers[direction] * bandwidth * each;
  }

  private meanRatios(device: number, distance: number): readonly [number, number] {
    const { signal } = this;
    const { isInSight, shadow } = this.obstacles(device, distance);
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

  /** Draw 0 of a device. */
  private drawnDistance(device: number): number {
    const { signal } = this;
    const { k0, k1 } = this.position;
    const { least, most } = umi.distance;
    const drawn =
      signal.distance.kind === "drawn"
        ? this.distances!.draw(k0, k1, 0, device)
        : Math.sqrt(least ** 2 + uniform(k0, k1, 0, device) * (signal.distance.radius ** 2 - least ** 2));
    return Math.min(most, Math.max(least, drawn));
  }

  /** Draws 1 and 2 of a device: it sees its station where that is likely enough for it. */
  private obstacles(device: number, distance: number): { isInSight: boolean; shadow: number } {
    const { signal } = this;
    const { k0, k1 } = this.position;
    const isInSight =
      signal.sight === "always" || (signal.sight === "drawn" && uniform(k0, k1, 1, device) < sightShare(distance));
    const { sd } = isInSight ? umi.shadowing.los : umi.shadowing.nlos;
    return { isInSight, shadow: signal.shadowing ? sd * normalQuantile(uniform(k0, k1, 2, device)) : 0 };
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
