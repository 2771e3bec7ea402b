import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mser, mser5, normalQuantile } from "../../../src/experiment/statistics/index.ts";
import { deriveKey, KeyedRandom } from "../../../src/sim/random.ts";

/** Straight from the definition. */
function statistic(z: readonly number[], d: number): number {
  const rest = z.slice(d);
  const mean = rest.reduce((sum, v) => sum + v, 0) / rest.length;
  return rest.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rest.length ** 2;
}

describe("mser", () => {
  test("minimises the squared standard error over all cuts up to the half", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }), (z) => {
        const half = Math.floor(z.length / 2);
        const all = Array.from({ length: half + 1 }, (_, d) => statistic(z, d));
        const found = mser(z);
        expect(found.statistic).toBeCloseTo(Math.min(...all), 10);
        expect(all[found.cut]).toBeCloseTo(found.statistic, 10);
        expect(found.reachedHalf).toBe(found.cut === half);
      }),
      { numRuns: 500 },
    );
  });

  test("deletes exactly the entries that are off", () => {
    // From d = 3 on all entries are equal: the statistic is 0 there first.
    expect(mser([9, 7, 5, 1, 1, 1, 1, 1, 1, 1])).toEqual({ cut: 3, reachedHalf: false, statistic: 0 });
  });

  test("deletes nothing when all entries are equal", () => {
    expect(mser([0.1, 0.1, 0.1, 0.1])).toEqual({ cut: 0, reachedHalf: false, statistic: 0 });
  });

  test("says so when a trend makes it delete half", () => {
    expect(mser(Array.from({ length: 40 }, (_, i) => 100 - i))).toMatchObject({ cut: 20, reachedHalf: true });
  });

  test("an empty list and NaN are refused", () => {
    expect(() => mser([])).toThrow(RangeError);
    expect(() => mser([1, Number.NaN])).toThrow(RangeError);
  });
});

describe("mser5", () => {
  test("cuts whole batches of five, and does not look at what fills none at the end", () => {
    const values = [...new Array<number>(10).fill(8), ...new Array<number>(40).fill(2), 99, 99];
    expect(mser5(values)).toEqual({ cut: 10, reachedHalf: false, statistic: 0 });
    expect(() => mser5([1, 2, 3, 4])).toThrow("at least 5 values");
  });

  test("finds an exponential transient of 400 values within reason", () => {
    // 10 e^(-i/100) is a tenth of the noise after 460 values.
    const random = new KeyedRandom(deriveKey(1, 0, "mser"));
    const noisy = Array.from({ length: 5000 }, (_, i) => 10 * Math.exp(-i / 100) + normalQuantile(random.uniform()));
    const { cut, reachedHalf } = mser5(noisy);
    expect(cut).toBeGreaterThan(200);
    expect(cut).toBeLessThan(700);
    expect(reachedHalf).toBe(false);
  });
});
