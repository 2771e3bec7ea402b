import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  holm,
  meanInterval,
  pairedDifference,
  relativePrecision,
  varianceRatio,
  wilsonInterval,
} from "../../../src/experiment/statistics/index.ts";

describe("pairedDifference", () => {
  test("is Student's interval of the differences, with its p value", () => {
    // 1, 2, 3: mean 2, error 1/sqrt(3), t = 3.4641 with 2 degrees of freedom: p = 1 - t / sqrt(2 + t^2) = 1 - sqrt(12/14)
    const found = pairedDifference([1, 2, 3]);
    expect(found).toMatchObject(meanInterval([1, 2, 3])!);
    expect(found.p).toBeCloseTo(1 - Math.sqrt(12 / 14), 12);
  });

  test("p is below 0.05 exactly where the 95 % interval leaves out 0", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 2, noNaN: true }), { minLength: 2, maxLength: 12 }), (d) => {
        const { low, high, p } = pairedDifference(d);
        if (Math.abs(p! - 0.05) > 1e-9) expect(p! < 0.05).toBe(low! > 0 || high! < 0);
      }),
    );
  });

  test("equal differences leave no doubt, and differences of 0 nothing to find", () => {
    expect(pairedDifference([2, 2, 2])).toMatchObject({ low: 2, high: 2, p: 0 });
    expect(pairedDifference([0, 0, 0])).toMatchObject({ low: 0, high: 0, p: 1 });
  });

  test("one pair has an estimate only, none is refused", () => {
    expect(pairedDifference([4])).toMatchObject({ estimate: 4, low: null, high: null, p: null });
    expect(() => pairedDifference([])).toThrow(RangeError);
  });
});

describe("varianceRatio", () => {
  test("is 0 for differences that do not vary, 1 for values that are uncorrelated, 2 for opposite ones", () => {
    expect(varianceRatio([1, 2, 3], [11, 12, 13])).toBe(0);
    expect(varianceRatio([1, -1, 1, -1], [1, 1, -1, -1])).toBeCloseTo(1, 14);
    expect(varianceRatio([1, 2, 3], [3, 2, 1])).toBeCloseTo(2, 14);
  });

  test("has no value for one pair or where nothing varies, and pairs must match", () => {
    expect(varianceRatio([1], [2])).toBeNull();
    expect(varianceRatio([1, 1], [2, 2])).toBeNull();
    expect(() => varianceRatio([1, 2], [1])).toThrow("2 and 1");
  });
});

describe("wilsonInterval", () => {
  // R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is %f to %f as published", (successes, n, low, high) => {
    const found = wilsonInterval(successes, n);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  test("solves (p - x/n)^2 = z^2 p (1 - p) / n at both limits", () => {
    const zz = 1.959963984540054 ** 2;
    const { low, high } = wilsonInterval(7, 40);
    for (const p of [low, high]) expect((p - 7 / 40) ** 2).toBeCloseTo((zz * p * (1 - p)) / 40, 14);
  });

  test("refuses more successes than trials, and no trials", () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(0, 0)).toThrow(RangeError);
    expect(() => wilsonInterval(Number.NaN, 2)).toThrow(RangeError);
  });
});

describe("holm", () => {
  test("multiplies the smallest by all, the next by one less, and never lets a larger p value end below a smaller", () => {
    // 0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1 raised to the 0.06 before it
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(expected, 14);
  });

  test("leaves a single p value alone, stops at 1, and takes an empty family", () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
    expect(() => holm([1.2])).toThrow(RangeError);
  });
});

describe("relativePrecision", () => {
  // Alternating 99 and 101: mean 100 for even n, error sqrt(n / (n - 1)) / sqrt(n) = 1 / sqrt(n - 1).
  const alternating = (n: number): number[] => Array.from({ length: n }, (_, i) => 100 + (-1) ** i);

  test("is half the interval over the mean, compared with precision / (1 + precision)", () => {
    const found = relativePrecision(alternating(10), { precision: 0.25 });
    // t(0.975; 9) / 3 / 100
    expect(found.relativeHalfWidth).toBeCloseTo(2.2621571627982053 / 300, 9);
    expect(found.limit).toBe(0.2);
  });

  test("is reached only after it has held for five more replications", () => {
    expect(relativePrecision(alternating(14), { precision: 0.02 })).toMatchObject({ reached: false, at: null });
    expect(relativePrecision(alternating(15), { precision: 0.02 })).toMatchObject({ reached: true, at: 10 });
  });

  test("begins anew when a value takes it away", () => {
    const values = [...alternating(12), 200, ...alternating(30)];
    expect(relativePrecision(values.slice(0, 17), { precision: 0.02 }).reached).toBe(false);
    expect(relativePrecision(alternating(17), { precision: 0.02 }).reached).toBe(true);
  });

  test("is not reached around a mean of 0, nor by one value", () => {
    const around = Array.from({ length: 100 }, (_, i) => (-1) ** i);
    expect(relativePrecision(around, { precision: 0.05 }).reached).toBe(false);
    expect(relativePrecision([1], { precision: 0.05 }).relativeHalfWidth).toBe(Number.POSITIVE_INFINITY);
    expect(() => relativePrecision([1, 2], { precision: 0 })).toThrow(RangeError);
  });
});
