import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  holm,
  holmLevels,
  replicationsToDecide,
  studentFactor,
  welchDifference,
} from "../../../src/experiment/statistics/index.ts";

describe("replications that would settle a difference", () => {
  test("are the first whose half width is no larger than the difference", () => {
    // t(0.975, 17) 2 / sqrt 18 = 0.9946 and t(0.975, 16) 2 / sqrt 17 = 1.0283.
    expect(replicationsToDecide(1, 4, { level: 0.05, n: 5 })).toBe(18);
    // At a hundred times the size the normal distribution is near: t(0.975, 1538) = 1.96151, (1.96151 x 20)^2 = 1539.004.
    expect(replicationsToDecide(1, 400, { level: 0.05, n: 5 })).toBe(1540);
  });

  test("fall as the difference grows and as the variance shrinks, and are never fewer than there are", () => {
    const size = fc.double({ min: 0.05, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.integer({ min: 3, max: 40 }),
        (a, b, variance, n) => {
          const needed = (d: number, v: number): number =>
            replicationsToDecide(d, v, { level: 0.05, n, most: 1_000_000 })!;
          const [small, large] = [Math.min(a, b), Math.max(a, b)];
          expect(needed(large, variance)).toBeLessThanOrEqual(needed(small, variance));
          expect(needed(small, variance / 2)).toBeLessThanOrEqual(needed(small, variance));
          expect(needed(large, variance)).toBeGreaterThanOrEqual(n);
          const found = needed(small, variance);
          const half = (i: number): number => studentFactor(0.95, i - 1) * Math.sqrt(variance / i);
          expect(half(found)).toBeLessThanOrEqual(small);
          if (found > n) expect(half(found - 1)).toBeGreaterThan(small);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("are none where nobody would wait for them, where nothing differs, or where a part of the error stays", () => {
    expect(replicationsToDecide(0.001, 4, { level: 0.05, n: 5 })).toBeNull();
    expect(replicationsToDecide(0, 4, { level: 0.05, n: 5 })).toBeNull();
    // 1.96 x sqrt(0.3) = 1.07 > 1, however many replications there are.
    expect(replicationsToDecide(1, 0.001, { level: 0.05, n: 5, lasting: 0.3 })).toBeNull();
    expect(() => replicationsToDecide(1, -1, { level: 0.05, n: 5 })).toThrow(RangeError);
  });
});

describe("Holm's levels", () => {
  test("rise from the smallest p value to the first that is not found, and stay there", () => {
    // 0.05 / 4 holds for 0.001; 0.05 / 3 does not for 0.02.
    expect(holmLevels([0.02, 0.001, 0.9, 0.03], 0.05)).toEqual([0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3]);
  });

  test("say of each p value what the adjusted p value says", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (p) => {
        const scaled = p.map((v) => v * 0.1);
        const [adjusted, levels] = [holm(scaled), holmLevels(scaled, 0.05)];
        scaled.forEach((v, i) => {
          if (Math.abs(v - levels[i]!) > 1e-12) expect(v <= levels[i]!).toBe(adjusted[i]! <= 0.05);
        });
      }),
    );
  });

  test("grow with p: what is less likely by chance is held against no higher a level", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 }), (p) => {
        const levels = holmLevels(p, 0.05);
        const order = [...p.keys()].sort((a, b) => p[a]! - p[b]!);
        for (let i = 1; i < order.length; i++) expect(levels[order[i]!]).toBeGreaterThanOrEqual(levels[order[i - 1]!]!);
      }),
    );
  });
});

describe("Welch's difference", () => {
  test("is the difference of the means with both variances", () => {
    // Means 3 and 6, variances 2.5 and 4: error sqrt(2.5 / 5 + 4 / 3) = 1.35401, df = 1.83333^2 / (0.25 / 4 + 1.77778 / 2) = 3.5329.
    const d = welchDifference([1, 2, 3, 4, 5], [4, 6, 8]);
    expect(d.estimate).toBe(-3);
    expect(d.df).toBeCloseTo(3.53285, 4);
    expect((d.high! - d.low!) / 2).toBeCloseTo(studentFactor(0.95, d.df!) * 1.354006, 5);
    expect(d.n).toBe(3);
  });

  test("has no interval below two values, and one without width where nothing varies", () => {
    expect(welchDifference([1], [2, 3])).toMatchObject({ estimate: -1.5, low: null, p: null, df: null });
    expect(welchDifference([1, 1], [2, 2])).toMatchObject({ low: -1, high: -1, p: 0 });
    expect(welchDifference([2, 2], [2, 2])).toMatchObject({ low: 0, high: 0, p: 1 });
  });
});
