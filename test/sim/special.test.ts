import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/sim/normal.ts";
import { gammaP, gammaQ, incompleteBeta, logGamma } from "../../src/sim/special.ts";

function expectRelative(found: number, expected: number, error: number): void {
  expect(Math.abs(found / expected - 1)).toBeLessThan(error);
}

describe("logGamma", () => {
  test("is the logarithm of the factorial at whole numbers", () => {
    let sum = 0;
    for (let n = 1; n <= 200; n++) {
      // Γ(n + 1) = 1 x 2 x … x n
      sum += Math.log(n);
      expect(Math.abs(logGamma(n + 1) - sum)).toBeLessThan(1e-14 * (1 + sum));
    }
  });

  test("at halves follows Γ(1/2) = √π and Γ(x + 1) = x Γ(x)", () => {
    let value = 0.5 * Math.log(Math.PI);
    for (let x = 0.5; x < 40; x++) {
      expect(Math.abs(logGamma(x) - value)).toBeLessThan(1e-14 * (1 + Math.abs(value)));
      value += Math.log(x);
    }
  });

  test("is refused at 0 and below", () => {
    expect(() => logGamma(0)).toThrow(RangeError);
    expect(() => logGamma(Number.NaN)).toThrow(RangeError);
  });
});

describe("incomplete gamma functions", () => {
  test("of a whole shape are the Poisson sum", () => {
    // Q(n, x) = e^-x (1 + x + x^2/2! + … + x^(n-1)/(n-1)!)
    for (const n of [1, 2, 5, 20]) {
      for (const x of [0.01, 1, 4.5, 20, 80]) {
        let term = Math.exp(-x);
        let sum = term;
        for (let k = 1; k < n; k++) {
          term *= x / k;
          sum += term;
        }
        expectRelative(gammaQ(n, x), sum, 1e-12);
      }
    }
  });

  test("add up to 1", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (a, r) => {
          expect(gammaP(a, a * r) + gammaQ(a, a * r)).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  // SciPy: special.gammainc(a, x), special.gammaincc(a, x).
  test.each<[number, number, number, number]>([
    [0.01, 1e-9, 0.8174689566624785, 0.18253104333752138],
    [0.01, 1, 0.9977837653767717, 0.00221623462322799],
    [0.5, 3, 0.9856941215645704, 0.014305878435429641],
    [2.5, 0.1, 0.0008861387888124438, 0.9991138612111875],
    [14.9, 30, 0.9991488178724718, 0.0008511821275281665],
    [15.1, 8, 0.0160659816352775, 0.9839340183647225],
    [100, 60, 1.4815276326460494e-6, 0.9999985184723673],
    [100, 150, 0.9999940754596646, 5.924540335483916e-6],
    [5000, 5100, 0.9206711189223811, 0.07932888107761896],
    [100000.0, 99000, 0.0007574199211747684, 0.9992425800788253],
    [100000.0, 101500, 0.9999988263154863, 1.173684513722169e-6],
  ])("P(%f, %f) = %f and Q = %f", (a, x, p, q) => {
    expectRelative(gammaP(a, x), p, 1e-11);
    expectRelative(gammaQ(a, x), q, 1e-11);
  });
});

describe("incompleteBeta", () => {
  test("of whole parameters is the binomial tail", () => {
    // I_p(k, n - k + 1) = P(at least k of n); here n = 12, p = 0.3.
    for (let k = 1; k <= 12; k++) {
      let tail = 0;
      let choose = 1;
      for (let i = 0; i <= 12; i++) {
        if (i >= k) tail += choose * 0.3 ** i * 0.7 ** (12 - i);
        choose *= (12 - i) / (i + 1);
      }
      expectRelative(incompleteBeta(k, 13 - k, 0.3), tail, 1e-13);
    }
  });

  test("mirrored is its complement", () => {
    const shape = fc.double({ min: 0.1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(shape, shape, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, x) => {
        expect(incompleteBeta(a, b, x) + incompleteBeta(b, a, 1 - x, x)).toBeCloseTo(1, 11);
      }),
    );
  });

  // SciPy: special.betainc(a, b, x).
  test.each<[number, number, number, number]>([
    [0.5, 0.5, 0.2, 0.2951672353008665],
    [0.5, 4.5, 0.01, 0.2301250001078634],
    [50, 0.5, 0.9, 0.001204149832559813],
    [3, 70, 0.2, 0.9999811754278642],
    [700, 300, 0.72, 0.9176090234894093],
    [50000.0, 20000.0, 0.71, 0.006144577340796222],
    [100000.0, 0.5, 0.99999, 0.15729868816242573],
    [20, 100000.0, 0.0001, 0.0034597573543206517],
  ])("I(%f, %f, %f) = %f", (a, b, x, expected) => {
    expectRelative(incompleteBeta(a, b, x), expected, 1e-11);
  });
});

describe("the normal distribution", () => {
  // Published to ten places in Abramowitz & Stegun, tables 26.1 and 26.5; the last from AS 241's own check values.
  test.each([
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489],
    [0.9, 1.2815515655446004],
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167813],
    [1e-20, -9.262340089798409],
  ])("its quantile at %f is %f", (p, z) => {
    expectRelative(normalQuantile(p), z, 1e-13);
  });

  test("its distribution function undoes its quantile, far into the lower tail", () => {
    fc.assert(
      fc.property(fc.double({ min: -600, max: -0.7, noNaN: true }), (logP) => {
        expectRelative(normalCdf(normalQuantile(Math.exp(logP))), Math.exp(logP), 1e-11);
      }),
    );
  });

  test("is symmetric, and has infinities at the ends", () => {
    for (const p of [2 ** -50, 0.1, 0.375]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect(normalCdf(-1.5) + normalCdf(1.5)).toBe(1);
    expect(() => normalQuantile(1.1)).toThrow(RangeError);
    expect(() => normalCdf(Number.NaN)).toThrow(RangeError);
  });
});
