import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  batchMeansInterval,
  lag1Correlation,
  mean,
  mser5,
  pairedDifference,
  quantile,
  quantileRanks,
  ratioInterval,
  studentQuantile,
  variance,
  varianceRatio,
  wilsonInterval,
} from "../../src/experiment/statistics/index.ts";
import { normalQuantile } from "../../src/sim/normal.ts";
import { deriveKey, KeyedRandom } from "../../src/sim/random.ts";

const hasNumpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;

/** The same figures in another language, from their definitions; t and z by integrating their densities, binomials by whole numbers. */
const program = `
import json, math, sys, numpy as np
from fractions import Fraction

def t_tail(t, df):
    # Integral of the density from t on, x = sqrt(df) tan a: cos(a)^(df - 1), over 20,000 steps.
    a = np.linspace(math.atan(t / math.sqrt(df)), math.pi / 2, 20001)
    f = np.cos(a) ** (df - 1)
    w = np.ones(len(a)); w[1:-1:2] = 4; w[2:-1:2] = 2
    c = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)
    return c * (f * w).sum() * (a[1] - a[0]) / 3
def root(falling, level, low, high):
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > level else (low, middle)
    return (low + high) / 2
def lag1(x):
    d = x - x.mean()
    return float((d[1:] * d[:-1]).sum() / (d * d).sum())
def mser5(x):
    z = x[: len(x) // 5 * 5].reshape(-1, 5).mean(axis=1)
    k = len(z)
    return 5 * min(range(k // 2 + 1), key=lambda d: (z[d:].var() / (k - d), d))
def batches(x):
    n, size = len(x), max(1, len(x) // 240)
    while n // size >= 20:
        r = lag1(x[n % size :].reshape(-1, size).mean(axis=1))
        if abs(r) < 0.2:
            size = n // min(30, n // size)
            m = x[n % size :].reshape(-1, size).mean(axis=1)[-30:]
            return [float(m.mean()), float(m.std(ddof=1) / math.sqrt(len(m))), len(m)]
        size *= 2
    return None
def ranks(n, q, confidence):
    p, miss = Fraction(q), Fraction(1 - confidence) / 2
    at = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    low = max(l for l in range(n + 1) if sum(at[:l]) <= miss)
    high = min(h for h in range(n + 2) if sum(at[h:]) <= miss)
    return [low, high] if low >= 1 and high <= n else None

z = root(lambda t: 0.5 * math.erfc(t / math.sqrt(2)), 0.025, 0, 10)
known, out = {}, []
for case in json.load(sys.stdin):
    x, y = np.array(case["x"]), np.array(case["y"])
    n = len(x)
    if n not in known: known[n] = root(lambda t: t_tail(t, n - 1), 0.025, 0, 20)
    s, trials = case["successes"], case["trials"]
    wilson = sorted(np.roots([1 + z * z / trials, -(2 * s / trials + z * z / trials), (s / trials) ** 2]).real)
    jackknife = np.array([(np.abs(x).sum() - abs(x[i])) / (np.abs(y).sum() - abs(y[i])) for i in range(n)])
    out.append({
        "mean": float(x.mean()), "variance": float(x.var(ddof=1)), "lag1": lag1(x), "mser5": mser5(x), "batches": batches(x),
        "quantile": float(np.quantile(x, case["q"], method="inverted_cdf")), "ranks": ranks(min(n, 60), case["q"], 0.95),
        "t": known[n], "wilson": wilson,
        "ratio": [float(np.abs(x).sum() / np.abs(y).sum()), float(math.sqrt((n - 1) / n * ((jackknife - jackknife.mean()) ** 2).sum()))],
        "paired": [float((x - y).mean()), float((x - y).std(ddof=1) / math.sqrt(n))],
        "worth": float((x - y).var(ddof=1) / (x.var(ddof=1) + y.var(ddof=1))),
    })
print(json.dumps(out))
`;

interface Known {
  readonly mean: number;
  readonly variance: number;
  readonly lag1: number;
  readonly mser5: number;
  readonly batches: readonly [mean: number, error: number, n: number] | null;
  readonly quantile: number;
  readonly ranks: readonly [number, number] | null;
  readonly t: number;
  readonly wilson: readonly [number, number];
  readonly ratio: readonly [estimate: number, error: number];
  readonly paired: readonly [estimate: number, error: number];
  readonly worth: number;
}

/** Lists as simulations give them: independent, skewed, and correlated with a warm-up. */
const cases = Array.from({ length: 36 }, (_, i) => {
  const random = new KeyedRandom(deriveKey(41, i, "numpy"));
  const n = [6, 10, 25, 100, 400, 1500][i % 6]!;
  let memory = 0;
  const x = Array.from({ length: n }, (_, j) => {
    const u = random.uniform();
    memory = 0.8 * memory + normalQuantile(u);
    return [5 + normalQuantile(u), -3 * Math.log(u), 9 + memory + 12 * Math.exp(-j / 20)][i % 3]!;
  });
  const y = x.map((value) => value + 0.5 + normalQuantile(random.uniform()));
  const trials = 1 + Math.floor(300 * random.uniform());
  return {
    x,
    y,
    trials,
    successes: Math.floor((trials + 1) * random.uniform()),
    q: [0.5, 0.9, 0.95, 0.99][i % 4]!,
  };
});

describe.skipIf(!hasNumpy)("the estimators of offramp/statistics equal numpy's (needs python3 with numpy)", () => {
  const known = (): Known[] =>
    JSON.parse(execFileSync("python3", ["-c", program], { input: JSON.stringify(cases), encoding: "utf8" }));

  test("on 36 lists: moments, lag-1, MSER-5, batch means, quantiles and their ranks, t, Wilson, ratios and pairs", () => {
    const near = (found: number, expected: number, what: string): void => {
      expect(Math.abs(found - expected), `${what}: ${found}, numpy ${expected}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1e-3, Math.abs(expected)),
      );
    };
    const all = known();
    expect(all).toHaveLength(cases.length);
    for (const [i, { x, y, q, trials, successes }] of cases.entries()) {
      const of = all[i]!;
      const half = of.t;
      near(mean(x), of.mean, `mean of list ${i}`);
      near(variance(x), of.variance, `variance of list ${i}`);
      near(lag1Correlation(x), of.lag1, `lag-1 of list ${i}`);
      expect(mser5(x).cut, `MSER-5 of list ${i}`).toBe(of.mser5);
      expect(quantile(x, q), `quantile of list ${i}`).toBe(of.quantile);
      const ranks = quantileRanks(Math.min(x.length, 60), q);
      expect(ranks === null ? null : [ranks.low, ranks.high], `ranks of list ${i}`).toEqual(of.ranks);
      near(studentQuantile(0.975, x.length - 1), of.t, `t of list ${i}`);
      const wilson = wilsonInterval(successes, trials);
      near(wilson.low, of.wilson[0], `Wilson's lower limit ${i}`);
      near(wilson.high, of.wilson[1], `Wilson's upper limit ${i}`);
      const ratio = ratioInterval(x.map(Math.abs), y.map(Math.abs))!;
      near(ratio.estimate, of.ratio[0], `ratio ${i}`);
      near(ratio.high, of.ratio[0] + half * of.ratio[1], `limit of ratio ${i}`);
      const paired = pairedDifference(x.map((value, j) => value - y[j]!));
      near(paired.low!, of.paired[0] - half * of.paired[1], `limit of difference ${i}`);
      near(varianceRatio(x, y)!, of.worth, `variance ratio ${i}`);
      const batches = batchMeansInterval(x);
      expect(batches === null, `batch means of list ${i}`).toBe(of.batches === null);
      if (batches === null) continue;
      near(batches.estimate, of.batches![0], `batch means ${i}`);
      expect(batches.n).toBe(of.batches![2]);
      near(
        batches.high,
        of.batches![0] + studentQuantile(0.975, batches.n - 1) * of.batches![1],
        `limit of batch means ${i}`,
      );
    }
    // Both ways of batches, and of ranks, were looked at.
    expect(new Set(all.map(({ batches }) => batches === null)).size).toBe(2);
    expect(new Set(all.map(({ ranks }) => ranks === null)).size).toBe(2);
  });
});
