/**
 * Path loss in a street canyon (UMi): 3GPP TR 38.901, tables 7.4.1-1 and 7.4.2-1, for a base station of 10 m. Loss in dB, lengths in m,
 * carrier in Hz. Valid from 10 m to 5 km and from 0.5 to 100 GHz: refused outside.
 */

const stationHeight = 10;
/** Speed of light [m/s]. */
const light = 299792458;
/** Height that the environment adds [m], TR 38.901 table 7.4.1-1, note 1. */
const environment = 1;

/** Where the model holds. */
export const umi = {
  distance: { least: 10, most: 5000 },
  carrier: { least: 0.5e9, most: 100e9 },
  /** Standard deviation of shadowing [dB] and distance over which it forgets [m]: TR 38.901 tables 7.4.1-1 and 7.5-6, LOS and NLOS. */
  shadowing: { los: { sd: 4, distance: 10 }, nlos: { sd: 7.82, distance: 13 } },
} as const;

/** Height of a device that nobody named [m]. */
export const deviceHeight = 1.5;

/** @param distance on the ground @param height of the device's antenna, 1.5 to 22.5 m */
export function lossInSight(distance: number, carrier: number, height: number = deviceHeight): number {
  check(distance, carrier, height);
  const slant = Math.hypot(distance, stationHeight - height);
  const inGigahertz = 20 * Math.log10(carrier / 1e9);
  const breakpoint = (4 * (stationHeight - environment) * (height - environment) * carrier) / light;
  if (distance <= breakpoint) return 32.4 + 21 * Math.log10(slant) + inGigahertz;
  return (
    32.4 + 40 * Math.log10(slant) + inGigahertz - 9.5 * Math.log10(breakpoint ** 2 + (stationHeight - height) ** 2)
  );
}

/** The same out of sight of the base station; never less than in sight. */
export function lossOutOfSight(distance: number, carrier: number, height: number = deviceHeight): number {
  const slant = Math.hypot(distance, stationHeight - height);
  const loss = 22.4 + 35.3 * Math.log10(slant) + 21.3 * Math.log10(carrier / 1e9) - 0.3 * (height - 1.5);
  return Math.max(lossInSight(distance, carrier, height), loss);
}

/** Probability that a device at a distance on the ground sees the base station. */
export function sightShare(distance: number): number {
  return distance <= 18 ? 1 : 18 / distance + Math.exp(-distance / 36) * (1 - 18 / distance);
}

function check(distance: number, carrier: number, height: number): void {
  const { least, most } = umi.distance;
  if (!(distance >= least && distance <= most))
    throw new RangeError(`UMi path loss holds from ${least} m to ${most} m, got ${distance} m`);
  if (!(carrier >= umi.carrier.least && carrier <= umi.carrier.most))
    throw new RangeError(`UMi path loss holds from 0.5 GHz to 100 GHz, got ${carrier / 1e9} GHz`);
  if (!(height >= 1.5 && height <= 22.5))
    throw new RangeError(`UMi path loss holds for devices 1.5 m to 22.5 m high, got ${height} m`);
}
