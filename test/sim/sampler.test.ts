import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/sim/distribution.ts";
import { cdf } from "../../src/sim/distribution-cdf.ts";
import { mean, scale, variance } from "../../src/sim/distribution-moments.ts";
import { quantileFunction } from "../../src/sim/quantile.ts";
import { deriveKey } from "../../src/sim/random.ts";
import { constantOf, sampler } from "../../src/sim/sampler.ts";

/** One of each kind and of each regime of it, with finite fourth moments so that the sample variance has a standard error. */
const spread: readonly Distribution[] = [
  { kind: "uniform", low: 1, high: 3 },
  { kind: "exponential", mean: 0.008 },
  { kind: "normal", mean: 5, sd: 1 },
  { kind: "normal", mean: 1, sd: 2 },
  { kind: "normal", mean: 0, sd: 3 },
  { kind: "lognormal", mean: 2, cv: 0.5 },
  { kind: "gamma", mean: 2, cv: 0.001 },
  { kind: "gamma", mean: 2, cv: 0.05 },
  { kind: "gamma", mean: 2, cv: 0.7 },
  { kind: "gamma", mean: 2, cv: 1 },
  { kind: "gamma", mean: 2, cv: 3 },
  { kind: "erlang", mean: 0.008, k: 4 },
  { kind: "hyperexponential", shares: [0.9, 0.1], means: [1, 10] },
  { kind: "hyperexponential", shares: [0.5, 0.2, 0.3], means: [1, 0, 100] },
  { kind: "weibull", shape: 1.5, scale: 2 },
  { kind: "weibull", shape: 0.7, scale: 2 },
  { kind: "pareto", shape: 6, minimum: 1 },
  { kind: "empirical", quantiles: [0, 1, 2, 3, 5, 8, 13] },
  { kind: "empirical", quantiles: [1, 1, 2] },
];
const stepped: readonly Distribution[] = [
  { kind: "discrete", values: [5, 1, 2], shares: [0.5, 0.2, 0.3] },
  { kind: "discrete", values: [4, 7, 9], shares: [1, 0, 3] },
];
const all = [...spread, ...stepped].map((d) => [JSON.stringify(d), d] as const);

const drawn = 100_000;
const known = new Map<Distribution, Float64Array>();
function draws(d: Distribution): Float64Array {
  const before = known.get(d);
  if (before !== undefined) return before.slice();
  const values = drawAll(d);
  known.set(d, values);
  return values.slice();
}

function drawAll(d: Distribution): Float64Array {
  const { draw } = sampler(d);
  const key = deriveKey(20_26, 0, JSON.stringify(d));
  return Float64Array.from({ length: drawn }, (_, i) => draw(key.k0, key.k1, i, i % 3));
}

describe("draws", () => {
  test.each(all)("%s: mean and variance are within four standard errors of theirs", (_name, d) => {
    const values = draws(d);
    const expected = mean(d);
    const m = values.reduce((sum, v) => sum + v, 0) / drawn;
    const second = values.reduce((sum, v) => sum + (v - expected) ** 2, 0) / drawn;
    const fourth = values.reduce((sum, v) => sum + (v - expected) ** 4, 0) / drawn;
    expect(Math.abs(m - expected)).toBeLessThan(4 * Math.sqrt(variance(d) / drawn));
    expect(Math.abs(second - variance(d))).toBeLessThan(4 * Math.sqrt((fourth - second ** 2) / drawn));
  });

  test.each(all)("%s: no step of the empirical distribution function is far from the theoretical one", (_name, d) => {
    const sorted = draws(d).sort();
    let distance = 0;
    for (let i = 0; i < drawn; i++) {
      // Where values repeat, compare after the last of them only.
      if (sorted[i] === sorted[i + 1]) continue;
      const p = cdf(d, sorted[i]!);
      const atoms = d.kind === "discrete" || sorted[i - 1] === sorted[i];
      distance = Math.max(distance, Math.abs(p - (i + 1) / drawn), atoms ? 0 : Math.abs(p - i / drawn));
    }
    // Kolmogorov: above 1.95 / sqrt(n) with probability 0.001; the seed is committed.
    expect(distance * Math.sqrt(drawn)).toBeLessThan(1.95);
  });

  test.each(all)("%s: the same values a tenth smaller would not pass", (_name, d) => {
    const sorted = draws(d).sort();
    let distance = 0;
    for (let i = 0; i < drawn; i++) {
      if (sorted[i] === sorted[i + 1]) continue;
      distance = Math.max(distance, Math.abs(cdf(d, sorted[i]! * 0.9) - (i + 1) / drawn));
    }
    expect(distance * Math.sqrt(drawn)).toBeGreaterThan(1.95);
  });

  test("the Kolmogorov distance tells an exponential from a gamma whose cv is 1.05", () => {
    const sorted = draws({ kind: "gamma", mean: 1, cv: 1.05 }).sort();
    let distance = 0;
    sorted.forEach((v, i) => {
      distance = Math.max(distance, Math.abs(cdf({ kind: "exponential", mean: 1 }, v) - i / drawn));
    });
    expect(distance * Math.sqrt(drawn)).toBeGreaterThan(1.95);
  });

  test.each(all)("%s: a draw depends on key and counter only", (_name, d) => {
    const [one, other] = [sampler(d), sampler(d)];
    one.draw(1, 2, 3, 4);
    expect(one.draw(5, 6, 7, 8)).toBe(other.draw(5, 6, 7, 8));
    if (d.kind !== "discrete") expect(one.draw(5, 6, 7, 8)).not.toBe(one.draw(5, 6, 8, 8));
  });
});

describe("quantile functions", () => {
  const ends = fc.constantFrom(2 ** -53, 3 * 2 ** -53, 1e-9, 0.5, 1 - 1e-9, 1 - 2 ** -53);
  const share = fc.oneof(ends, fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }));

  test.each(all)("%s: a larger uniform never gives a smaller value", (_name, d) => {
    const quantile = quantileFunction(d);
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = [quantile(Math.min(a, b)), quantile(Math.max(a, b))];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThan(Number.POSITIVE_INFINITY);
        // 1e-11 apart: the accuracy of those without a closed form.
        expect(high - low).toBeGreaterThanOrEqual(-1e-11 * high);
      }),
      { numRuns: 300 },
    );
  });

  test.each(spread.map((d) => [JSON.stringify(d), d] as const))(
    "%s: the distribution function undoes them",
    (_n, d) => {
      const quantile = quantileFunction(d);
      fc.assert(
        fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (u) => {
          const x = quantile(u);
          const atom = cdf(d, x) - cdf(d, x * (1 - 1e-9) - 1e-300) > 1e-6;
          if (!atom) expect(Math.abs(cdf(d, x) - u)).toBeLessThan(1e-9);
          else expect(cdf(d, x)).toBeGreaterThanOrEqual(u - 1e-9);
        }),
        { numRuns: 300 },
      );
    },
  );

  // Computed with SciPy (gammaincinv, gammainccinv), divided by the shape.
  test.each<[number, number, number]>([
    [0.1, 0.001, 6.073048362407868e-30],
    [0.1, 0.5, 0.005933911044602284],
    [0.1, 0.999999, 94.57027060457439],
    [0.25, 0.3, 0.021965209897101896],
    [0.5, 1e-9, 1.5707963267948974e-18],
    [2, 0.5, 0.8391734950083306],
    [2.5, 0.999999999999, 13.047736504516706],
    [4, 0.99, 2.511279378707904],
    [25, 0.01, 0.5941336539768257],
    [400, 0.5, 0.999166790236161],
    [400, 0.999999999, 1.3296077098707613],
    [9000, 0.2, 0.9911179029383755],
    [10000, 1e-9, 0.9411828411445864],
    [10000, 0.7, 1.005219740533165],
    [250000, 0.999, 1.0061918657376887],
  ])("gamma of shape %f at %f is %f of its mean to 1e-9", (shape, u, expected) => {
    const found = quantileFunction({ kind: "gamma", mean: 1, cv: shape ** -0.5 })(u);
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9);
  });

  test("a gamma of every cv that a scenario may ask for is inverted, up to 1000", () => {
    for (const cv of [0.001, 0.01, 30, 100, 300, 700, 800, 900, 1000]) {
      const d: Distribution = { kind: "gamma", mean: 1, cv };
      const quantile = quantileFunction(d);
      for (const u of [0.5, 0.999, 1 - 1e-5, 1 - 1e-6, 1 - 3e-7, 1 - 1e-8]) {
        const x = quantile(u);
        // Below the smallest number above 0 nothing is left to compare.
        if (x > 0) expect(Math.abs((1 - cdf(d, x)) / (1 - u) - 1), `cv ${cv} at ${u}`).toBeLessThan(1e-6);
      }
    }
  });

  test("an erlang of one phase is the exponential to the last bit", () => {
    const [erlang, exponential] = [
      quantileFunction({ kind: "erlang", mean: 2, k: 1 }),
      quantileFunction({ kind: "exponential", mean: 2 }),
    ];
    for (const u of [2 ** -53, 0.1, 0.9, 1 - 2 ** -53]) expect(erlang(u)).toBe(exponential(u));
  });

  test("hyperexponential branches a million times apart are still inverted", () => {
    // At survival 0.001 + 1e-9 either branch matters: the share of the slow one is 0.001.
    const d: Distribution = { kind: "hyperexponential", shares: [0.999, 0.001], means: [1e-6, 1] };
    const quantile = quantileFunction(d);
    for (const survival of [0.9, 0.0011, 0.001 + 1e-6, 0.001, 0.00099, 1e-9]) {
      expect(Math.abs((1 - cdf(d, quantile(1 - survival))) / survival - 1)).toBeLessThan(1e-6);
    }
  });

  test("the upper tail of a normal is not rounded away", () => {
    // 1 - u = 2^-53 = 1.11e-16 is 8.2095 standard deviations out (R: qnorm(2^-53, lower = FALSE)).
    const far = quantileFunction({ kind: "normal", mean: 100, sd: 1 })(1 - 2 ** -53);
    expect(far).toBeCloseTo(108.2095, 3);
  });
});

describe("moments", () => {
  test("a normal cut at 0 has the moments of the positive part", () => {
    // Half-normal: mean sd sqrt(2/pi), variance sd^2 (1 - 2/pi).
    const half: Distribution = { kind: "normal", mean: 0, sd: 3 };
    expect(mean(half)).toBeCloseTo(3 * Math.sqrt(2 / Math.PI), 12);
    expect(variance(half)).toBeCloseTo(9 * (1 - 2 / Math.PI), 12);
  });

  test("closed forms agree with hand calculation", () => {
    // Erlang: mean^2 / k. Hyperexponential: 2 (0.9 + 0.1 x 100) - 1.9^2. Weibull of shape 1/2: mean 2 scale, E X^2 = 24 scale^2.
    expect(variance({ kind: "erlang", mean: 8, k: 4 })).toBe(16);
    expect(mean({ kind: "hyperexponential", shares: [9, 1], means: [1, 10] })).toBeCloseTo(1.9, 14);
    expect(variance({ kind: "hyperexponential", shares: [0.9, 0.1], means: [1, 10] })).toBeCloseTo(21.8 - 3.61, 12);
    expect(mean({ kind: "weibull", shape: 0.5, scale: 3 })).toBeCloseTo(6, 12);
    expect(variance({ kind: "weibull", shape: 0.5, scale: 3 })).toBeCloseTo(9 * (24 - 4), 10);
    // Pareto 3: mean 3/2, variance 3 / (4 x 1). Two straight pieces 0-1 and 1-3: mean (1/2 + 2) / 2.
    expect(variance({ kind: "pareto", shape: 3, minimum: 1 })).toBeCloseTo(0.75, 14);
    expect(mean({ kind: "empirical", quantiles: [0, 1, 3] })).toBe(1.25);
    expect(mean({ kind: "sequence", values: [4, 8] })).toBe(6);
    expect(variance({ kind: "sequence", values: [4, 8] })).toBe(4);
  });

  test("a heavy pareto has an infinite mean or variance", () => {
    expect(mean({ kind: "pareto", shape: 1, minimum: 2 })).toBe(Number.POSITIVE_INFINITY);
    expect(variance({ kind: "pareto", shape: 2, minimum: 2 })).toBe(Number.POSITIVE_INFINITY);
    expect(mean({ kind: "pareto", shape: 2, minimum: 2 })).toBe(4);
  });

  test.each(all)("%s: scaling multiplies every quantile, the mean and the standard deviation", (_name, d) => {
    const twice = scale(d, 2);
    for (const u of [0.01, 0.5, 0.99]) expect(quantileFunction(twice)(u)).toBeCloseTo(2 * quantileFunction(d)(u), 12);
    expect(mean(twice) / mean(d)).toBeCloseTo(2, 12);
    expect(variance(twice) / variance(d)).toBeCloseTo(4, 12);
    expect(constantOf(scale(d, 0))).toBe(0);
  });
});

describe("parameters", () => {
  test.each<[Distribution, number]>([
    [{ kind: "constant", value: 4 }, 4],
    [{ kind: "uniform", low: 2, high: 2 }, 2],
    [{ kind: "normal", mean: 3, sd: 0 }, 3],
    [{ kind: "gamma", mean: 3, cv: 0 }, 3],
    [{ kind: "lognormal", mean: 0, cv: 1 }, 0],
    [{ kind: "discrete", values: [1, 9], shares: [1, 0] }, 1],
    [{ kind: "empirical", quantiles: [5] }, 5],
  ])("%o is a constant", (d, value) => {
    expect(sampler(d).constant).toBe(value);
    expect(sampler(d).draw(1, 2, 3, 4)).toBe(value);
    expect([mean(d), variance(d), quantileFunction(d)(0.3)]).toEqual([value, 0, value]);
    expect([cdf(d, value * (1 - 1e-9) - 1e-9), cdf(d, value)]).toEqual([0, 1]);
  });

  test.each<[Distribution, string]>([
    [{ kind: "constant", value: -1 }, "value -1"],
    [{ kind: "exponential", mean: Number.NaN }, "mean NaN"],
    [{ kind: "uniform", low: 2, high: 1 }, "low 2 above high 1"],
    [{ kind: "normal", mean: 1, sd: -1 }, "sd -1"],
    [{ kind: "gamma", mean: 1, cv: Number.POSITIVE_INFINITY }, "cv Infinity"],
    [{ kind: "erlang", mean: 1, k: 1.5 }, "k 1.5"],
    [{ kind: "weibull", shape: 0, scale: 1 }, "shape 0"],
    [{ kind: "discrete", values: [1, 2], shares: [1] }, "1 shares and 2 values"],
    [{ kind: "hyperexponential", means: [1, 2], shares: [0, 0] }, "no share above 0"],
    [{ kind: "empirical", quantiles: [2, 1] }, "quantile 1 (1)"],
    [{ kind: "empirical", quantiles: [] }, "no values"],
  ])("%o is refused by every function", (d, why) => {
    for (const use of [sampler, mean, variance, constantOf, (bad: Distribution) => scale(bad, 1)]) {
      expect(() => use(d)).toThrow(RangeError);
      expect(() => use(d)).toThrow(why);
    }
    expect(() => cdf(d, 1)).toThrow(why);
  });

  test("a sequence has no draws, and a distribution is not scaled by a negative number", () => {
    expect(() => sampler({ kind: "sequence", values: [1, 2] })).toThrow("arrival number");
    expect(() => scale({ kind: "constant", value: 1 }, -1)).toThrow(RangeError);
  });
});
