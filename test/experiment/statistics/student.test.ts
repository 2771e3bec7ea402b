import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  normalP,
  studentCdf,
  studentFactor,
  studentP,
  studentQuantile,
} from "../../../src/experiment/statistics/index.ts";

function expectRelative(found: number, expected: number, error: number): void {
  expect(Math.abs(found / expected - 1)).toBeLessThan(error);
}

describe("Student's t", () => {
  const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }).filter((p) => Math.abs(p - 0.5) > 1e-6);

  test("one degree of freedom is the Cauchy distribution", () => {
    // F(t) = 1/2 + atan(t) / pi; in the lower tail t = -1 / tan(pi p) keeps all digits
    fc.assert(
      fc.property(fc.double({ min: 1e-15, max: 0.499, noNaN: true }), (p) => {
        expectRelative(studentQuantile(p, 1), -1 / Math.tan(Math.PI * p), 1e-10);
      }),
    );
  });

  test("two degrees of freedom have the closed form (2 p - 1) / sqrt(2 p (1 - p))", () => {
    fc.assert(
      fc.property(probability, (p) => {
        expectRelative(studentQuantile(p, 2), (2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 1e-9);
      }),
    );
  });

  // The usual table (Abramowitz & Stegun 26.10 to its three decimals), digits beyond from SciPy's stats.t.ppf.
  test.each<[number, number, number]>([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 4, 2.7764451051977934],
    [0.975, 9, 2.262157162798205],
    [0.975, 29, 2.045229642132703],
    [0.95, 19, 1.7291328115213682],
    [0.995, 9, 3.249835541592126],
    [0.9995, 5, 6.868826625881276],
    [0.9, 100, 1.290074761346516],
    [0.6, 3, 0.2766706623326898],
    [0.501, 7, 0.002597463613662243],
    [0.975, 1000, 1.9623390808264083],
    [0.975, 99999.5, 1.9599877076532262],
    [1e-8, 12, -12.98409809086107],
    [1e-30, 3.5, -439501751.26881814],
    [0.99, 0.7, 135.57150574187764],
  ])("its quantile at %f with %f degrees of freedom is %f", (p, df, t) => {
    expectRelative(studentQuantile(p, df), t, 1e-10);
  });

  test("the distribution function undoes the quantile", () => {
    fc.assert(
      fc.property(probability, fc.double({ min: 0.5, max: 1e6, noNaN: true }), (p, df) => {
        expectRelative(studentCdf(studentQuantile(p, df), df), p, 1e-9);
      }),
    );
  });

  test("the quantile is symmetric and has infinities at the ends", () => {
    expect(studentQuantile(0.25, 7)).toBe(-studentQuantile(0.75, 7));
    expect([studentQuantile(0, 3), studentQuantile(0.5, 3), studentQuantile(1, 3)]).toEqual([-Infinity, 0, Infinity]);
  });

  test("without end the degrees of freedom give the normal distribution", () => {
    expectRelative(studentQuantile(0.975, Number.POSITIVE_INFINITY), 1.959963984540054, 1e-14);
    expectRelative(studentQuantile(0.975, 1e9), 1.959963984540054, 1e-8);
  });

  test("a two-sided p value is what lies outside plus and minus t", () => {
    // t(0.975; 9) = 2.2621571627
    expect(studentP(2.2621571627982053, 9)).toBeCloseTo(0.05, 12);
    expect(studentP(-2.2621571627982053, 9)).toBeCloseTo(0.05, 12);
    expect([studentP(0, 9), studentP(Number.POSITIVE_INFINITY, 9)]).toEqual([1, 0]);
    expect(normalP(1.959963984540054)).toBeCloseTo(0.05, 12);
    expect(studentFactor(0.95, 9)).toBeCloseTo(2.2621571627982053, 11);
  });

  test("probabilities outside 0 to 1 and degrees of freedom that are not positive are refused", () => {
    for (const bad of [() => studentQuantile(1.1, 3), () => studentQuantile(0.5, 0), () => studentCdf(Number.NaN, 2)]) {
      expect(bad).toThrow(RangeError);
    }
  });
});
