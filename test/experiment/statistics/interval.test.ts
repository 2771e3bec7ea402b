import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  batch,
  batchMeansInterval,
  effectiveSize,
  lag1Correlation,
  Moments,
  mean,
  meanInterval,
  normalQuantile,
  ratioInterval,
  variance,
} from "../../../src/experiment/statistics/index.ts";
import { deriveKey, KeyedRandom } from "../../../src/sim/random.ts";

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const list = fc.array(number, { minLength: 2, maxLength: 50 });

describe("mean and variance", () => {
  test("of 2, 4, 4, 4, 5, 5, 7, 9 are 5 and 32/7", () => {
    // Squares of the deviations: 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32.
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(variance(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9))).toBeCloseTo(32 / 7, 14);
  });

  test("merged moments are those of all values", () => {
    fc.assert(
      fc.property(list, list, (left, right) => {
        const [a, b] = [new Moments(), new Moments()];
        for (const value of left) a.add(value);
        for (const value of right) b.add(value);
        a.merge(b);
        const all = [...left, ...right];
        const size = Math.max(1e-9, ...all.map(Math.abs));
        expect(a.n).toBe(all.length);
        expect(Math.abs(a.mean - mean(all)) / size).toBeLessThan(1e-13);
        expect(Math.abs(a.variance - variance(all)) / size ** 2).toBeLessThan(1e-12);
      }),
    );
  });

  test("moments merged with none stay as they are, and none have no mean", () => {
    const one = new Moments();
    one.add(3);
    one.merge(new Moments());
    expect([one.n, one.mean, one.variance]).toEqual([1, 3, Number.NaN]);
    expect(new Moments().mean).toBeNaN();
  });

  test("a variance far from 0 is not lost to rounding", () => {
    const moments = new Moments();
    for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) moments.add(value);
    expect(moments.variance).toBe(30);
  });
});

describe("meanInterval", () => {
  test("of 1 to 5 is 3 plus and minus t(0.975; 4) sqrt(2.5 / 5)", () => {
    // t = 2.7764451052 from any table
    const interval = meanInterval([1, 2, 3, 4, 5])!;
    expect(interval.estimate).toBe(3);
    expect(interval.high - 3).toBeCloseTo(2.7764451051977943 * Math.SQRT1_2, 9);
    expect(3 - interval.low).toBeCloseTo(interval.high - 3, 12);
    expect([interval.n, interval.confidence]).toEqual([5, 0.95]);
  });

  test("covers the mean of normal samples of ten in 95 % of 2,000 experiments", () => {
    const random = new KeyedRandom(deriveKey(5, 0, "coverage"));
    let covered = 0;
    for (let e = 0; e < 2000; e++) {
      random.set(e, 0);
      const { low, high } = meanInterval(Array.from({ length: 10 }, () => 7 + 3 * normalQuantile(random.uniform())))!;
      if (low <= 7 && 7 <= high) covered += 1;
    }
    // Standard error sqrt(0.95 x 0.05 / 2000) = 0.0049. With the normal 1.96 for the t of 2.262 it would be 0.918.
    expect(covered / 2000).toBeGreaterThan(0.95 - 4 * 0.0049);
    expect(covered / 2000).toBeLessThan(0.95 + 4 * 0.0049);
  });

  test("there is none of one value, and an empty list or NaN is refused", () => {
    expect(meanInterval([3])).toBeNull();
    expect(() => meanInterval([])).toThrow("at least 1 value, got 0");
    expect(() => meanInterval([1, Number.NaN])).toThrow("got NaN at 1");
    expect(() => meanInterval([1, 2], 95)).toThrow(RangeError);
  });
});

describe("ratioInterval", () => {
  test("with equal bottoms is the interval of the mean", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 30 }), (tops) => {
        const ratio = ratioInterval(
          tops,
          tops.map(() => 4),
        )!;
        const plain = meanInterval(tops.map((top) => top / 4))!;
        expect(ratio.estimate).toBeCloseTo(plain.estimate, 9);
        expect(ratio.low).toBeCloseTo(plain.low, 8);
        expect(ratio.high).toBeCloseTo(plain.high, 8);
      }),
    );
  });

  test("is the ratio of sums with the jackknife's error", () => {
    // 1/2, 3/4, 2/4: sums 6/10. Left out one by one: 5/8, 3/6, 4/6, mean 43/72; error sqrt(2/3 x sum of squares).
    const left = [5 / 8, 3 / 6, 4 / 6];
    const squares = left.reduce((sum, r) => sum + (r - 43 / 72) ** 2, 0);
    const { estimate, high } = ratioInterval([1, 3, 2], [2, 4, 4])!;
    expect(estimate).toBe(0.6);
    // t(0.975; 2) = 4.3026527297
    expect(high - 0.6).toBeCloseTo(4.302652729749464 * Math.sqrt((2 / 3) * squares), 9);
  });

  test("an exact ratio has no width", () => {
    const { low, high } = ratioInterval([2, 4, 6], [4, 8, 12])!;
    expect([low, high]).toEqual([0.5, 0.5]);
  });

  test("is null where only one replication has a bottom, and refused where none has", () => {
    expect(ratioInterval([1, 0], [2, 0])).toBeNull();
    expect(ratioInterval([1], [2])).toBeNull();
    expect(() => ratioInterval([0, 0], [0, 0])).toThrow("sum to 0");
    expect(() => ratioInterval([1, 2], [1])).toThrow("2 tops and 1 bottoms");
    expect(() => ratioInterval([1, 2], [1, -1])).toThrow("not negative");
  });
});

describe("lag-1 correlation", () => {
  test("of 1, 2, 3, 4 is 1/4", () => {
    // Deviations -1.5, -0.5, 0.5, 1.5: neighbours 0.75 - 0.25 + 0.75 = 1.25 over 5.
    expect(lag1Correlation([1, 2, 3, 4])).toBe(0.25);
  });

  test("of a list that alternates is close to -1, of equal values 0", () => {
    expect(lag1Correlation(Array.from({ length: 100 }, (_, i) => (-1) ** i))).toBeCloseTo(-0.99, 12);
    expect(lag1Correlation([2, 2, 2])).toBe(0);
  });

  test("shrinks the effective size, and never makes it larger than the list", () => {
    expect(effectiveSize(300, 0.5)).toBe(100);
    expect(effectiveSize(300, -0.5)).toBe(300);
  });
});

describe("batchMeansInterval", () => {
  /** First-order autoregression around 5 with standard normal innovations. */
  function autoregression(n: number, phi: number, seed: number): Float64Array {
    const random = new KeyedRandom(deriveKey(seed, 0, "ar1"));
    let off = normalQuantile(random.uniform()) / Math.sqrt(1 - phi * phi);
    return Float64Array.from({ length: n }, () => {
      off = phi * off + normalQuantile(random.uniform());
      return 5 + off;
    });
  }

  test("batches are equal, take the end of the run, and have the interval's mean", () => {
    const values = autoregression(1007, 0, 1);
    const found = batchMeansInterval(values)!;
    expect(found.n).toBe(30);
    expect(found.batchSize).toBe(33);
    expect(found.estimate).toBeCloseTo(mean(values.slice(1007 - 990)), 12);
  });

  test("correlated values get batches that are larger and an interval that is wider", () => {
    const found = batchMeansInterval(autoregression(20_000, 0.95, 2))!;
    const naive = meanInterval(autoregression(20_000, 0.95, 2))!;
    expect(found.high - found.low).toBeGreaterThan(3 * (naive.high - naive.low));
    expect(Math.abs(found.lag1)).toBeLessThan(0.2);
  });

  test("covers the mean of an autoregression in 90 to 98 % of 300 runs", () => {
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const found = batchMeansInterval(autoregression(4000, 0.8, 100 + run));
      if (found !== null && found.low <= 5 && 5 <= found.high) covered += 1;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
    expect(covered / 300).toBeLessThan(0.98);
  });

  test("there is none where neighbours stay correlated however large the batch, or below 20 values", () => {
    expect(batchMeansInterval(Array.from({ length: 5000 }, (_, i) => i))).toBeNull();
    expect(batchMeansInterval(autoregression(19, 0, 3))).toBeNull();
  });

  test("batches leave out what does not fill one at the beginning", () => {
    expect(batch([9, 1, 2, 3, 4], 2)).toEqual([1.5, 3.5]);
    expect(() => batch([1], 0)).toThrow(RangeError);
  });
});
