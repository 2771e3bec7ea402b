/** Bits that a carrier carries: resource blocks, spectral efficiency, noise. Bandwidths in Hz, ratios plain unless a name says dB. */
import type { BitsPerSecond } from "../../../units.ts";

/** Subcarriers of a resource block. */
const subcarriers = 12;

/** Subcarrier spacing [Hz] of a numerology: TS 38.211, table 4.2-1. */
export function spacing(numerology: number): number {
  return 15000 * 2 ** numerology;
}

/**
 * Resource blocks by channel bandwidth [MHz] and numerology: TS 38.101-1 table 5.3.2-1 (mu 0 to 2) and 38.101-2 table 5.3.2-1 (mu 2 to 3
 * above 6 GHz); recalled.
 */
const blocks: readonly Readonly<Record<number, number>>[] = [
  { 5: 25, 10: 52, 15: 79, 20: 106, 25: 133, 30: 160, 40: 216, 50: 270 },
  { 5: 11, 10: 24, 15: 38, 20: 51, 25: 65, 30: 78, 40: 106, 50: 133, 60: 162, 70: 189, 80: 217, 90: 245, 100: 273 },
  { 10: 11, 15: 18, 20: 24, 25: 31, 30: 38, 40: 51, 50: 65, 60: 79, 70: 93, 80: 107, 90: 121, 100: 135, 200: 264 },
  { 50: 32, 100: 66, 200: 132, 400: 264 },
];

/** Channel bandwidths [Hz] that a numerology has. */
export function bandwidths(numerology: number): number[] {
  return Object.keys(blocks[numerology] ?? {}).map((megahertz) => Number(megahertz) * 1e6);
}

/** Resource blocks of a channel; null when the numerology has no such channel. */
export function resourceBlocks(bandwidth: number, numerology: number): number | null {
  return blocks[numerology]?.[bandwidth / 1e6] ?? null;
}

/** Bandwidth that is filled: resource blocks without the guard bands. */
export function occupied(resourceBlocks: number, numerology: number): number {
  return resourceBlocks * subcarriers * spacing(numerology);
}

/** Most that a carrier carries while it sends: TS 38.306, 4.1.2, with code rate 948/1024. @param bits of a symbol: 6 for 64QAM, 8 for 256QAM */
export function peakRate(
  layers: number,
  bits: number,
  resourceBlocks: number,
  numerology: number,
  overhead: number,
): BitsPerSecond {
  const symbols = (14 * spacing(numerology)) / 15;
  return (layers * bits * (948 / 1024) * resourceBlocks * subcarriers * symbols * (1 - overhead)) as BitsPerSecond;
}

/** Overhead of control and reference signals below 6 GHz, [uplink, downlink]: TS 38.306, 4.1.2. */
export const overheads = [0.08, 0.14] as const;

/** Thermal noise at a receiver [dBm]: -174 dBm/Hz at 290 K. @param figure of the receiver [dB] */
export function noise(bandwidth: number, figure: number): number {
  return -174 + 10 * Math.log10(bandwidth) + figure;
}

/** Ratio for decibels. */
export function fromDecibel(decibel: number): number {
  return 10 ** (decibel / 10);
}

/**
 * Spectral efficiency [bit/s/Hz] at a ratio of signal to interference and noise: Shannon's, times what is reached of it, up to a limit, and
 * none below -10 dB. TR 36.942 annex A: 0.4 and at most 2 uplink, 0.6 and at most 4.4 downlink (recalled).
 */
export function truncatedShannon(sinr: number, direction: 0 | 1): number {
  if (sinr < 0.1) return 0;
  return direction === 0 ? Math.min(2, 0.4 * Math.log2(1 + sinr)) : Math.min(4.4, 0.6 * Math.log2(1 + sinr));
}

/** CQI of table 5.2.2.1-2 of TS 38.214: efficiency, and the SINR [dB] from which one block in ten fails at most (recalled, as used for LTE). */
export const channelQualities = [
  { from: -6.7, efficiency: 0.1523 },
  { from: -4.7, efficiency: 0.2344 },
  { from: -2.3, efficiency: 0.377 },
  { from: 0.2, efficiency: 0.6016 },
  { from: 2.4, efficiency: 0.877 },
  { from: 4.3, efficiency: 1.1758 },
  { from: 5.9, efficiency: 1.4766 },
  { from: 8.1, efficiency: 1.9141 },
  { from: 10.3, efficiency: 2.4063 },
  { from: 11.7, efficiency: 2.7305 },
  { from: 14.1, efficiency: 3.3223 },
  { from: 16.3, efficiency: 3.9023 },
  { from: 18.7, efficiency: 4.5234 },
  { from: 21, efficiency: 5.1152 },
  { from: 22.7, efficiency: 5.5547 },
] as const;

/** Spectral efficiency by the best CQI that the ratio allows, less control and reference signals; 0 below the first. */
export function tableEfficiency(sinr: number, direction: 0 | 1): number {
  const decibel = 10 * Math.log10(sinr);
  let efficiency = 0;
  for (const quality of channelQualities) {
    if (decibel < quality.from) break;
    efficiency = quality.efficiency;
  }
  return efficiency * (1 - overheads[direction]);
}
