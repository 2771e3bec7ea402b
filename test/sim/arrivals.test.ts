import { describe, expect, test } from "vitest";
import { stationaryShares } from "../../src/sim/arrivals/modulated.ts";
import { meanRate } from "../../src/sim/arrivals/rate.ts";
import type { Distribution } from "../../src/sim/distribution.ts";
import { cdf } from "../../src/sim/distribution-cdf.ts";
import { mean, variance } from "../../src/sim/distribution-moments.ts";
import { lengthBiased } from "../../src/sim/length-biased.ts";
import { quantileFunction } from "../../src/sim/quantile.ts";
import type { Arrivals } from "../../src/sim/setup.ts";
import { weibullShape } from "../../src/sim/weibull-shape.ts";
import { seconds } from "../../src/units.ts";
import { instants } from "../contract/arrival-process.ts";
import { build, follow, node, stream } from "./build.ts";

/** Pearson's statistic. */
const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
  counts.reduce((sum, n, i) => sum + (n - expected[i]!) ** 2 / expected[i]!, 0);

/** Kolmogorov's, times sqrt(n). */
function distance(values: number[], below: (x: number) => number): number {
  values.sort((a, b) => a - b);
  const n = values.length;
  return Math.max(...values.map((x, i) => Math.max(below(x) - i / n, (i + 1) / n - below(x)))) * Math.sqrt(n);
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((t, i) => t - times[i]!);

describe("diurnal", () => {
  const arrivals: Arrivals = { kind: "diurnal", every: seconds(2), rates: [1, 0, 5, 2] };

  test("counts of tenths of a step follow the integral of the rate, and no other", () => {
    // 4000 s = 500 cycles of 8 s in 40 tenths of 0.2 s: 100, 0, 500, 200 expected in the tenths of the steps.
    const counts = new Array<number>(40).fill(0);
    for (const at of instants(arrivals, 0, 1, 4000)) counts[Math.floor((at % 8) / 0.2)]! += 1;
    expect(counts.slice(10, 20).every((n) => n === 0)).toBe(true);
    const used = counts.filter((_, i) => i < 10 || i >= 20);
    const expected = used.map((_, i) => [100, 500, 200][Math.floor(i / 10)]!);
    // 30 degrees of freedom: mean 30, standard deviation 7.7; four of them.
    expect(chiSquare(used, expected)).toBeLessThan(61);
    expect(
      chiSquare(
        used,
        expected.map(() => 800 / 3),
      ),
    ).toBeGreaterThan(1000);
  });

  test("a device that asks once in many cycles does so at the instants that the rates allow", () => {
    const rare: Arrivals = { kind: "diurnal", every: seconds(1), rates: [0.001, 0, 0.003] };
    const found = instants(rare, 0, 1, 3e6);
    const counts = [0, 0, 0];
    for (const at of found) counts[Math.floor(at % 3)]! += 1;
    // 1000 and 3000 a million cycles.
    expect(counts[1]).toBe(0);
    expect(chiSquare([counts[0]!, counts[2]!], [1000, 3000])).toBeLessThan(20);
  });

  test("steps of one rate are poisson", () => {
    const found = gaps(instants({ kind: "diurnal", every: seconds(0.1), rates: [3] }, 0, 1, 5000));
    expect(distance(found, (x) => -Math.expm1(-3 * x))).toBeLessThan(1.95);
  });
});

describe("renewal", () => {
  const gamma: Distribution = { kind: "gamma", mean: 0.5, cv: 2 };

  test("gaps after the first have the distribution, and not the exponential one", () => {
    const found = gaps(instants({ kind: "renewal", gap: gamma }, 0, 1, 10_000));
    expect(found.length).toBeGreaterThan(15_000);
    expect(distance([...found], (x) => cdf(gamma, x))).toBeLessThan(1.95);
    expect(distance(found, (x) => -Math.expm1(-2 * x))).toBeGreaterThan(5);
  });

  test("the first instant is what is left of a gap drawn by its length: of a constant one, uniform", () => {
    const first = (gap: Distribution) =>
      Array.from(
        { length: 20_000 },
        (_, device) => instants({ kind: "renewal", gap }, device, 20_000, 1e9, undefined, 1)[0]!,
      );
    expect(distance(first({ kind: "gamma", mean: 2, cv: 0 }), (x) => x / 2)).toBeLessThan(1.95);
    // Of an Erlang-2 of mean 2: density (1 - F(x)) / 2 = (1 + x) e^-x / 2, so 1 - (2 + x) e^-x / 2.
    expect(
      distance(first({ kind: "gamma", mean: 2, cv: Math.SQRT1_2 }), (x) => 1 - ((2 + x) * Math.exp(-x)) / 2),
    ).toBeLessThan(1.95);
  });
});

describe("mmpp and on-off", () => {
  test("shares of time in the states solve the balance equations", () => {
    // Two states left at 1/s and 3/s: 3/4 and 1/4. Cyclic chain: in proportion to the mean stays 1, 1/2, 1/4.
    expect(
      stationaryShares([
        [0, 1],
        [3, 0],
      ]),
    ).toEqual([0.75, 0.25]);
    const cyclic = stationaryShares([
      [0, 1, 0],
      [0, 0, 2],
      [4, 0, 0],
    ]);
    cyclic.forEach((share, i) => {
      expect(share).toBeCloseTo([4, 2, 1][i]! / 7, 14);
    });
  });

  test("counts of an mmpp are as much more scattered than poisson as the formula says", () => {
    const arrivals: Arrivals = {
      kind: "mmpp",
      rates: [1, 11],
      switch: [
        [0, 0.5],
        [1.5, 0],
      ],
    };
    // Rate (3 x 1 + 1 x 11) / 4 = 3.5. Var N(t) / t -> rate + 2 (r1 - r2)^2 p1 p2 / (s1 + s2) = 3.5 + 2 x 100 x 3/16 / 2 = 22.25;
    // at t = 50, less 2 (r1 - r2)^2 p1 p2 / (s1 + s2)^2 x (1 - e^-100) = 9.375, over t (Fischer and Meier-Hellstern, 1993).
    const t = 50;
    const n = 4000;
    const counts = Array.from({ length: n }, (_, device) => instants(arrivals, device, n, t).length);
    const m = counts.reduce((a, b) => a + b, 0) / n;
    const v = counts.reduce((sum, c) => sum + (c - m) ** 2, 0) / (n - 1);
    const expected = 22.25 * t - 9.375;
    expect(meanRate(arrivals, 1)).toBe(3.5);
    // A variance from n nearly normal values has a relative standard error of sqrt(2 / n) = 2.2 %.
    expect(Math.abs(v / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  test("states that all devices share make their sum such a process, states of their own do not", () => {
    // The process of the test above, dealt to ten devices.
    const [t, n] = [50, 1500];
    const scatter = (shared: boolean): number => {
      const rates = [0.1, 1.1];
      const arrivals: Arrivals = {
        kind: "mmpp",
        rates,
        switch: [
          [0, 0.5],
          [1.5, 0],
        ],
        shared,
      };
      const counts = Array.from({ length: n }, (_, replication) => {
        const root = { seed: 7, replication };
        let sum = 0;
        for (let device = 0; device < 10; device++) sum += instants(arrivals, device, 10, t, root).length;
        return sum;
      });
      const m = counts.reduce((a, b) => a + b, 0) / n;
      expect(Math.abs(m / (3.5 * t) - 1)).toBeLessThan((4 * Math.sqrt((22.25 * t) / n)) / (3.5 * t));
      return counts.reduce((sum, c) => sum + (c - m) ** 2, 0) / (n - 1);
    };
    const expected = 22.25 * t - 9.375;
    expect(Math.abs(scatter(true) / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    // Ten independent ones of a tenth of the rates: 3.5 + 18.75 / 10 per second.
    expect(scatter(false)).toBeLessThan(0.4 * expected);
  });

  test("a device that asks once in many steps of shared states finds its instants, and only while on", () => {
    const arrivals: Arrivals = {
      kind: "on-off",
      rate: 1e-3,
      on: { kind: "constant", value: 1 },
      off: { kind: "constant", value: 3 },
      shared: true,
    };
    const found = [0, 1, 2].flatMap((device) => instants(arrivals, device, 3, 400_000));
    // Rate 1/4000 each over 400,000 s: 300, standard deviation 17.
    expect(Math.abs(found.length - 300)).toBeLessThan(70);
    const phases = found.map((at) => at % 4);
    const start = phases[0]!;
    // All within one second of the period of four, wherever that begins.
    const around = phases.map((p) => ((p - start + 6) % 4) - 2);
    expect(Math.max(...around) - Math.min(...around)).toBeLessThanOrEqual(1 + 1e-6);
  });

  test("equal rates in all states make a poisson process", () => {
    const found = gaps(
      instants(
        {
          kind: "mmpp",
          rates: [3, 3],
          switch: [
            [0, 5],
            [1, 0],
          ],
        },
        0,
        1,
        5000,
      ),
    );
    expect(distance(found, (x) => -Math.expm1(-3 * x))).toBeLessThan(1.95);
  });

  test("fixed times on and off: a device asks for 1 s, is silent for 3 s, and so on from a phase of its own", () => {
    const arrivals: Arrivals = {
      kind: "on-off",
      rate: 50,
      on: { kind: "constant", value: 1 },
      off: { kind: "constant", value: 3 },
    };
    const silences = (device: number) => {
      const found = instants(arrivals, device, 20, 200);
      return found.flatMap((at, i) => (i > 0 && at - found[i - 1]! > 2 ? [at % 4] : []));
    };
    const starts = Array.from({ length: 20 }, (_, device) => silences(device));
    for (const own of starts) expect(own.length).toBeGreaterThan(45);
    // Each begins again at the same phase of the period of 4 s, up to the wait for the first request: 20 ms in the mean.
    for (const own of starts) for (const at of own) expect(Math.abs(((at - own[0]! + 6) % 4) - 2)).toBeLessThan(0.4);
    expect(new Set(starts.map((own) => Math.round(Math.min(...own) * 2))).size).toBeGreaterThan(3);
  });
});

describe("batch", () => {
  const sizes = (size: Extract<Arrivals, { kind: "batch" }>["size"]): number[] => {
    const found = instants({ kind: "batch", rate: 2, size }, 0, 1, 5000);
    const counts: number[] = [];
    found.forEach((at, i) => {
      if (at === found[i - 1]) counts[counts.length - 1]! += 1;
      else counts.push(1);
    });
    return counts;
  };

  test("geometric sizes have the geometric law", () => {
    const found = sizes({ kind: "geometric", mean: 3 });
    const counts = [1, 2, 3, 4, 5].map((n) => found.filter((size) => size === n).length);
    const expected = [1, 2, 3, 4, 5].map((n) => (found.length / 3) * (2 / 3) ** (n - 1));
    expect(chiSquare(counts, expected)).toBeLessThan(20);
    expect(sizes({ kind: "geometric", mean: 1 }).every((size) => size === 1)).toBe(true);
  });

  test("sizes by shares come as often as their shares, instants as poisson", () => {
    const found = sizes({ kind: "discrete", values: [2, 7], shares: [0.75, 0.25] });
    const sevens = found.filter((size) => size === 7).length;
    expect(found.every((size) => size === 2 || size === 7)).toBe(true);
    expect(Math.abs(sevens / found.length - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / found.length));
    const starts = [...new Set(instants({ kind: "batch", rate: 2, size: { kind: "constant", value: 3 } }, 0, 1, 5000))];
    expect(distance(gaps(starts), (x) => -Math.expm1(-2 * x))).toBeLessThan(1.95);
  });

  test("the requests of a batch are served one after the other, in order", () => {
    const arrivals: Arrivals = { kind: "batch", rate: 1e-3, size: { kind: "constant", value: 3 } };
    const { requests } = follow(
      build({ nodes: [node("n")], streams: [stream({ arrivals })], times: [2], run: { requests: 3 } }),
    );
    const start = requests[0]!.endedAt - 2;
    expect(requests.map((r) => r.number)).toEqual([0, 1, 2]);
    requests.forEach((r, i) => {
      expect(r.endedAt - start).toBeCloseTo(2 * (i + 1), 9);
    });
  });
});

describe("values by their length", () => {
  const kinds: readonly Distribution[] = [
    { kind: "uniform", low: 1, high: 3 },
    { kind: "exponential", mean: 0.008 },
    { kind: "normal", mean: 5, sd: 1 },
    { kind: "normal", mean: 1, sd: 2 },
    { kind: "lognormal", mean: 2, cv: 0.5 },
    { kind: "gamma", mean: 2, cv: 0.7 },
    { kind: "erlang", mean: 0.008, k: 4 },
    { kind: "hyperexponential", shares: [0.9, 0.1], means: [1, 10] },
    { kind: "weibull", shape: 1.5, scale: 2 },
    { kind: "weibull", shape: 0.7, scale: 2 },
    { kind: "pareto", shape: 6, minimum: 1 },
    { kind: "empirical", quantiles: [0, 1, 2, 3, 5, 8, 13] },
    { kind: "discrete", values: [5, 1, 2], shares: [0.5, 0.2, 0.3] },
  ];

  test.each(kinds.map((d) => [JSON.stringify(d), d] as const))("%s: their mean is E X^2 / E X", (_name, d) => {
    const draw = lengthBiased(d);
    const cells = d.kind === "normal" ? 4000 : 200_000;
    let sum = 0;
    for (let i = 0; i < cells; i++) sum += draw((i + 0.5) / cells) / cells;
    expect(sum / (mean(d) + variance(d) / mean(d))).toBeCloseTo(1, 2.5);
  });

  test.each(kinds.filter((d) => d.kind !== "discrete").map((d) => [JSON.stringify(d), d] as const))(
    "%s: the share of the whole length that shorter values make up is the uniform they were drawn by",
    (_name, d) => {
      const quantile = quantileFunction(d);
      const draw = lengthBiased(d);
      // Branches of a hyperexponential are not in order of length, so compare how many draws lie below.
      for (const x of [0.2, 0.5, 0.9].map((u) => draw(u))) {
        const upTo = cdf(d, x);
        const cells = d.kind === "normal" ? 4000 : 20_000;
        let length = 0;
        for (let i = 0; i < cells; i++) length += (quantile(((i + 0.5) / cells) * upTo) * upTo) / cells;
        let below = 0;
        for (let i = 0; i < cells; i++) if (draw((i + 0.5) / cells) <= x) below++;
        expect(Math.abs(length / mean(d) - below / cells)).toBeLessThan(6e-4);
      }
    },
  );

  test("a length of 0 or without a mean is refused", () => {
    expect(() => lengthBiased({ kind: "constant", value: 0 })).toThrow(RangeError);
    expect(() => lengthBiased({ kind: "pareto", shape: 1, minimum: 1 })).toThrow(RangeError);
    expect(() => lengthBiased({ kind: "sequence", values: [1] })).toThrow("arrival number");
  });
});

test("a weibull shape is found from the coefficient of variation", () => {
  for (const shape of [0.2, 0.7, 1, 1.5, 4, 30]) {
    const d: Distribution = { kind: "weibull", shape, scale: 1 };
    expect(weibullShape(Math.sqrt(variance(d)) / mean(d)) / shape).toBeCloseTo(1, 9);
  }
});
