/** How a received power varies: shadowing as a device moves, and fading from one coherence block to the next. Each by keyed draws. */
import { gammaQuantile } from "../../gamma-quantile.ts";
import { normalQuantile } from "../../normal.ts";
import type { Key } from "../../random.ts";
import { uniform } from "../../random.ts";

const light = 299792458;

/** How long a channel stays the same for a device that moves [s]: 0.423 / (speed x carrier / c) (Clarke's model; recalled). */
export function coherenceTime(speed: number, carrier: number): number {
  return (0.423 * light) / (speed * carrier);
}

/**
 * Power gain of one coherence block, mean 1: gamma of shape `branches`, the exponential of Rayleigh fading for one. Several independent
 * branches stand for antennas and for a bandwidth wider than the channel's coherence.
 * @param block number of the block @param device below 2^20
 */
export function fadingGain(key: Key, branches: number, block: number, device: number): number {
  return gammaQuantile(branches)(uniform(key.k0, key.k1, block, device));
}

/**
 * Shadowing [dB] along the way that a device travels: an autoregressive process over distance, S' = a S + sqrt(1 - a^2) N(0, sd) with
 * a = exp(-step / distance). Values are those of points `step` apart.
 */
export class Shadowing {
  private readonly key: Key;
  private readonly device: number;
  private readonly step: number;
  private readonly keeps: number;
  private point = 0;
  private z: number;

  /** @param distance over which correlation falls to 1/e [m] @param step between points [m] */
  constructor(key: Key, device: number, distance: number, step: number) {
    this.key = key;
    this.device = device;
    this.step = step;
    this.keeps = Math.exp(-step / distance);
    this.z = this.innovation(0);
  }

  /** Standardised value, sd 1, after so many metres; these must not decrease from call to call. */
  at(travelled: number): number {
    const point = Math.floor(travelled / this.step);
    const rest = Math.sqrt(1 - this.keeps * this.keeps);
    while (this.point < point) {
      this.point++;
      this.z = this.keeps * this.z + rest * this.innovation(this.point);
    }
    return this.z;
  }

  private innovation(point: number): number {
    return normalQuantile(uniform(this.key.k0, this.key.k1, point, this.device));
  }
}
