import { describe, expect, test } from "vitest";
import { coherenceTime, fadingGain, Shadowing } from "../../../src/sim/links/nr/fading.ts";
import { lossInSight, lossOutOfSight, sightShare } from "../../../src/sim/links/nr/path-loss.ts";
import {
  channelQualities,
  fromDecibel,
  noise,
  occupied,
  peakRate,
  resourceBlocks,
  tableEfficiency,
  truncatedShannon,
} from "../../../src/sim/links/nr/spectrum.ts";
import { deriveKey } from "../../../src/sim/random.ts";

describe("UMi street canyon", () => {
  // Carrier [GHz], distance on the ground [m], loss [dB]. Those at 5 GHz are test vectors of ns-3; the others were computed from the table of TR 38.901 by others.
  const inSight = [
    [3.5, 50, 79.09],
    [3.5, 100, 85.31],
    [3.5, 200, 91.61],
    [3.5, 500, 107.11],
    [28, 100, 103.38],
    [5, 10, 69.8591],
    [5, 100, 88.4122],
    [5, 1000, 119.3114],
    [5, 5000, 147.2696],
  ] as const;
  const outOfSight = [
    [3.5, 50, 94.18],
    [3.5, 100, 104.64],
    [3.5, 200, 115.23],
    [3.5, 500, 129.26],
    [28, 100, 123.88],
    [5, 10, 76.7563],
    [5, 100, 107.9432],
    [5, 1000, 143.1886],
    [5, 5000, 167.8617],
  ] as const;
  const sight = [
    [50, 0.52],
    [100, 0.23],
    [200, 0.09],
    [500, 0.04],
  ] as const;
  let vectors = 0;

  test.each(inSight)("in sight at %d GHz and %d m the loss is %d dB within 0.01 dB", (carrier, distance, loss) => {
    expect(Math.abs(lossInSight(distance, carrier * 1e9) - loss)).toBeLessThanOrEqual(0.01);
    vectors++;
  });
  test.each(outOfSight)(
    "out of sight at %d GHz and %d m the loss is %d dB within 0.01 dB",
    (carrier, distance, loss) => {
      expect(Math.abs(lossOutOfSight(distance, carrier * 1e9) - loss)).toBeLessThanOrEqual(0.01);
      vectors++;
    },
  );
  test.each(sight)("at %d m a share of %d is in sight", (distance, share) => {
    expect(Math.abs(sightShare(distance) - share)).toBeLessThanOrEqual(0.005);
    vectors++;
  });
  test("22 vectors were compared", () => {
    expect(vectors).toBe(22);
  });

  test("within 18 m everyone is in sight", () => {
    expect(sightShare(10)).toBe(1);
    expect(sightShare(18)).toBe(1);
  });

  test.each([
    [9.99, 3.5e9],
    [5001, 3.5e9],
    [100, 0.49e9],
    [100, 101e9],
    [Number.NaN, 3.5e9],
  ])("%d m at %d Hz is outside of the model and refused", (distance, carrier) => {
    expect(() => lossInSight(distance, carrier)).toThrow(RangeError);
    expect(() => lossOutOfSight(distance, carrier)).toThrow(RangeError);
  });
});

describe("bits of a carrier", () => {
  test("100 MHz at 30 kHz have 273 resource blocks: 98.28 MHz", () => {
    expect(resourceBlocks(100e6, 1)).toBe(273);
    expect(occupied(273, 1)).toBe(98.28e6);
    expect(resourceBlocks(100e6, 0)).toBeNull();
  });

  test("peak of 4 layers of 256QAM downlink is 2337 Mbit/s, of 1 layer of 64QAM uplink 469 Mbit/s", () => {
    expect(peakRate(4, 8, 273, 1, 0.14) / 1e6).toBeCloseTo(2337, 0);
    expect(Math.round(peakRate(1, 6, 273, 1, 0.08) / 1e6)).toBe(469);
  });

  test("noise of 98.28 MHz with a figure of 5 dB is -89.08 dBm", () => {
    // -174 + 10 log10(98.28e6) + 5 = -174 + 79.925 + 5
    expect(noise(98.28e6, 5)).toBeCloseTo(-89.075, 3);
  });

  test("truncated Shannon at 20 dB is 0.4 log2(101) = 2.66, of which uplink reaches 2; nothing below -10 dB", () => {
    expect(truncatedShannon(100, 0)).toBe(2);
    expect(truncatedShannon(100, 1)).toBeCloseTo(3.9949, 4);
    expect(truncatedShannon(1, 0)).toBeCloseTo(0.4, 12);
    expect(truncatedShannon(fromDecibel(-10.01), 1)).toBe(0);
  });

  test("the table gives what its row says, less overhead, and is below Shannon's limit", () => {
    expect(tableEfficiency(fromDecibel(10.5), 0)).toBeCloseTo(2.4063 * 0.92, 10);
    expect(tableEfficiency(fromDecibel(-7), 0)).toBe(0);
    for (const { from, efficiency } of channelQualities)
      expect(efficiency).toBeLessThan(Math.log2(1 + fromDecibel(from)));
  });
});

describe("channels that vary", () => {
  test("at 1 m/s and 3.5 GHz a channel stays for 36 ms", () => {
    expect(coherenceTime(1, 3.5e9)).toBeCloseTo(0.0362, 4);
  });

  test("fading has mean 1 and variance 1 / branches", () => {
    const key = deriveKey(3, 0, "fading");
    const gains = Array.from({ length: 40_000 }, (_, i) => fadingGain(key, 4, i, 7));
    const mean = gains.reduce((a, b) => a + b) / gains.length;
    const variance = gains.reduce((sum, g) => sum + (g - mean) ** 2, 0) / gains.length;
    // Standard errors 0.0025 and 0.0033.
    expect(Math.abs(mean - 1)).toBeLessThan(0.01);
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.013);
  });

  test("shadowing keeps exp(-1) of itself over its distance", () => {
    const process = new Shadowing(deriveKey(3, 0, "shadowing"), 0, 10, 2);
    const values = Array.from({ length: 40_000 }, (_, i) => process.at(2 * i));
    const lag = (n: number): number => {
      let sum = 0;
      for (let i = n; i < values.length; i++) sum += values[i]! * values[i - n]!;
      return sum / (values.length - n);
    };
    // Correlated: standard error about 0.016.
    expect(Math.abs(lag(0) - 1)).toBeLessThan(0.06);
    expect(Math.abs(lag(5) - Math.exp(-1))).toBeLessThan(0.06);
  });

  test("a point has one shadowing, however one comes there", () => {
    const key = deriveKey(3, 0, "shadowing");
    const inSteps = new Shadowing(key, 0, 10, 2);
    for (let d = 0; d < 100; d += 0.5) inSteps.at(d);
    expect(inSteps.at(100)).toBe(new Shadowing(key, 0, 10, 2).at(100));
  });
});
