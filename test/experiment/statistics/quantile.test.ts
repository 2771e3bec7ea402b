import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quantile, quantileInterval, quantileRanks, smallestSample } from "../../../src/experiment/statistics/index.ts";
import { deriveKey, uniform } from "../../../src/sim/random.ts";

/** P(exactly i of n), by logarithms of products. */
function binomial(n: number, i: number, q: number): number {
  let log = i * Math.log(q) + (n - i) * Math.log(1 - q);
  for (let j = 1; j <= i; j++) log += Math.log(n - i + j) - Math.log(j);
  return Math.exp(log);
}

describe("quantile", () => {
  test("is a value of the list, by nearest rank", () => {
    expect([0, 0.2, 0.25, 0.5, 0.51, 1].map((q) => quantile([40, 10, 30, 20], q))).toEqual([10, 10, 10, 20, 30, 40]);
  });

  test("leaves the list as it was, and refuses an empty one", () => {
    const values = [3, 1, 2];
    quantile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], 1.5)).toThrow(RangeError);
  });
});

describe("order-statistic limits", () => {
  test.each([
    [0.5, 6],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
    [0.999, 3688],
  ])("the quantile at %f needs %i values for both its 95 %% limits, and one less gives none", (q, n) => {
    // (1 - 0.95) / 2 >= q^n: log 0.025 / log 0.9 = 35.01
    expect(smallestSample(q)).toBe(n);
    expect(quantileRanks(n, q)).not.toBeNull();
    expect(quantileRanks(n - 1, q)).toBeNull();
    expect(smallestSample(1 - q)).toBe(n);
  });

  test("the median of ten lies between the 2nd and the 9th with 97.9 %", () => {
    // 1 - 2 (1 + 10) / 1024 = 0.9785; the 3rd to the 8th would be 1 - 2 (1 + 10 + 45) / 1024 = 0.89.
    expect(quantileRanks(10, 0.5)).toEqual({ low: 2, high: 9 });
  });

  test("ranks are the tightest whose exact binomial tails are each at most half the rest", () => {
    const size = fc.integer({ min: 1, max: 120 });
    const share = fc.constantFrom(0.05, 0.1, 0.5, 0.75, 0.9, 0.95);
    fc.assert(
      fc.property(size, share, fc.constantFrom(0.8, 0.9, 0.95, 0.99), (n, q, confidence) => {
        const upTo = [0];
        for (let i = 0; i <= n; i++) upTo.push(upTo[i]! + binomial(n, i, q));
        // upTo[k] = P(fewer than k values below the quantile)
        const miss = (1 - confidence) / 2;
        let low = 0;
        while (upTo[low + 1]! <= miss) low++;
        let high = n + 1;
        while (high >= 1 && 1 - upTo[high - 1]! <= miss) high--;
        const expected = low < 1 || high > n ? null : { low, high };
        expect(quantileRanks(n, q, confidence)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  test("of a million values the ranks are those of the normal approximation, to within one", () => {
    const { low, high } = quantileRanks(1_000_000, 0.99)!;
    // 990,000 -+ 1.96 sqrt(9,900) = 195.0
    expect(Math.abs(low - 989_805)).toBeLessThanOrEqual(1);
    expect(Math.abs(high - 990_196)).toBeLessThanOrEqual(1);
  });

  test("cover the quantile in at least 95 % of 1,000 experiments, up to chance", () => {
    const key = deriveKey(2, 0, "limits");
    let covered = 0;
    for (let e = 0; e < 1000; e++) {
      const values = Float64Array.from({ length: 100 }, (_, i) => -Math.log(uniform(key.k0, key.k1, i, e)));
      const { low, high } = quantileInterval(values, 0.9)!;
      // The 0.9 quantile of the exponential is log 10.
      if (low <= Math.log(10) && Math.log(10) < high) covered += 1;
    }
    expect(covered / 1000).toBeGreaterThan(0.95 - 4 * 0.007);
  });

  test("of correlated values are those of as many as they are worth", () => {
    const values = Array.from({ length: 1000 }, (_, i) => i + 1);
    // Ranks of 10 are 2 and 9, each standing for a hundred.
    expect(quantileInterval(values, 0.5, 0.95, 10)).toEqual({
      estimate: 500,
      low: 200,
      high: 900,
      confidence: 0.95,
      n: 10,
    });
    expect(quantileInterval(values, 0.999)).toBeNull();
    expect(quantileInterval(values, 0.5, 0.95, 5.9)).toBeNull();
  });
});
