import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram } from "../../src/sim/histogram.ts";
import { nearestRank } from "../../src/sim/nearest-rank.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** Zeros, latencies, and whatever else a double may be. */
const value = fc.oneof(
  fc.constantFrom(0, -0, 1, 2, 0.004, 2.3e-308, Number.MAX_VALUE),
  fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
  fc.double({ min: 2.3e-308, max: Number.MAX_VALUE, noNaN: true }),
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });
const share = fc.oneof(fc.constantFrom(0, 0.5, 0.9, 0.95, 0.99, 0.999, 1), fc.double({ min: 0, max: 1, noNaN: true }));

describe("nearestRank", () => {
  test("is the smallest rank at or above q n, rounding of the product aside", () => {
    // 0.07 x 100 is 7.000000000000001 in doubles, 0.29 x 100 is 28.999999999999996
    expect([0.07, 0.29, 0.291, 0.5, 0.95, 0.99].map((q) => nearestRank(q, 100))).toEqual([7, 29, 30, 50, 95, 99]);
    expect([0, 0.5, 0.999, 1].map((q) => nearestRank(q, 1))).toEqual([1, 1, 1, 1]);
    expect([0, 0.5, 0.501, 1].map((q) => nearestRank(q, 4))).toEqual([1, 2, 3, 4]);
  });

  test("k of n is rank k for every k", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.nat(), (n, seed) => {
        const k = 1 + (seed % n);
        expect(nearestRank(k / n, n)).toBe(k);
      }),
      { numRuns: 1000 },
    );
  });

  test("a share outside 0 to 1 and an empty list are refused", () => {
    expect(() => nearestRank(1.01, 3)).toThrow(RangeError);
    expect(() => nearestRank(Number.NaN, 3)).toThrow(RangeError);
    expect(() => nearestRank(0.5, 0)).toThrow(RangeError);
  });
});

describe("Histogram", () => {
  test("a quantile is within 0.1 % of the nearest-rank value, and exact at both ends", () => {
    fc.assert(
      fc.property(values, share, (list, q) => {
        const sorted = Float64Array.from(list).sort();
        const exact = sorted[nearestRank(q, list.length) - 1]!;
        const found = histogramOf(list).quantile(q);
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.001);
        expect(histogramOf(list).quantile(0)).toBe(sorted[0]! + 0);
        expect(histogramOf(list).quantile(1)).toBe(sorted.at(-1)! + 0);
      }),
      { numRuns: 500 },
    );
  });

  test("the error of 0.1 % is reached but not passed at the lower edge of an octave", () => {
    // The first cell of [1, 2) is [1, 1 + 1/512), its middle 1 + 1/1024.
    const histogram = histogramOf([0.5, 1, 1, 1.5]);
    expect(histogram.quantile(0.5)).toBe(1 + 1 / 1024);
  });

  test("values that are all equal have that quantile exactly", () => {
    expect(histogramOf([0.004, 0.004, 0.004]).quantile(0.5)).toBe(0.004);
  });

  test("merging two histograms gives the histogram of all values", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = histogramOf(left);
        merged.merge(histogramOf(right));
        expect(merged.toJSON()).toEqual(histogramOf([...left, ...right]).toJSON());
      }),
    );
  });

  test("merging leaves the other as it was, and takes in an empty one unchanged", () => {
    const other = histogramOf([1, 2, 3]);
    const state = other.toJSON();
    histogramOf([7]).merge(other);
    other.merge(new Histogram());
    expect(other.toJSON()).toEqual(state);
  });

  test("plain state restores the same histogram, through JSON and through structuredClone", () => {
    fc.assert(
      fc.property(values, share, (list, q) => {
        const histogram = histogramOf(list);
        for (const state of [JSON.parse(JSON.stringify(histogram)), structuredClone(histogram.toJSON())]) {
          const restored = Histogram.fromJSON(state);
          expect(restored.toJSON()).toEqual(histogram.toJSON());
          expect(restored.quantile(q)).toBe(histogram.quantile(q));
          expect(restored.count).toBe(list.length);
        }
      }),
    );
  });

  test("cells come in ascending order and their counts add up", () => {
    fc.assert(
      fc.property(values, (list) => {
        const cells = [...histogramOf(list).cells()];
        expect(cells.map(([at]) => at)).toEqual(cells.map(([at]) => at).sort((a, b) => a - b));
        expect(cells.reduce((sum, [, count]) => sum + count, 0)).toBe(list.length);
      }),
    );
  });

  test("values below the smallest normal double count as zero", () => {
    const histogram = histogramOf([5e-324, 1e-310, 1]);
    expect(histogram.toJSON().zeros).toBe(2);
    expect(histogram.min).toBe(5e-324);
    expect(histogram.quantile(0.5)).toBeLessThan(2.3e-308);
  });

  test("an empty histogram has no quantile, minimum or maximum", () => {
    const empty = new Histogram();
    expect([empty.count, empty.quantile(0.5), empty.min, empty.max]).toEqual([0, Number.NaN, Number.NaN, Number.NaN]);
    expect(Histogram.fromJSON(empty.toJSON()).toJSON()).toEqual(empty.toJSON());
  });

  test.each([-1, -5e-324, Number.NaN, Number.POSITIVE_INFINITY])("%s is refused", (bad) => {
    const histogram = histogramOf([1]);
    expect(() => histogram.add(bad)).toThrow(RangeError);
    expect(histogram.count).toBe(1);
  });

  test("a state whose cells are those of no double is refused", () => {
    const state = { zeros: 0, min: 1, max: 1, cells: [0], counts: [1] };
    expect(() => Histogram.fromJSON(state)).toThrow("cell 0");
    expect(() => Histogram.fromJSON({ ...state, cells: [] })).toThrow("0 cells and 1 counts");
  });

  test("counts go beyond 32 bits", () => {
    const cell = histogramOf([1]).toJSON().cells[0]!;
    const half = Histogram.fromJSON({ zeros: 0, min: 1, max: 1, cells: [cell], counts: [3_000_000_000] });
    half.merge(half);
    half.add(2);
    half.add(1);
    expect(half.toJSON().counts).toEqual([6_000_000_001, 1]);
    expect(half.quantile(0.99)).toBe(1 + 1 / 1024);
  });
});
