import fc from "fast-check";
import { expect, test } from "vitest";
import { type Difference, differenceOf } from "../../src/experiment/difference.ts";
import { comparedMetrics } from "../../src/experiment/metrics.ts";
import { standingOf } from "../../src/experiment/standing.ts";
import { verdictsOf } from "../../src/experiment/verdicts.ts";
import { candidate, type Figures } from "./candidates.ts";

const metric = (path: string) => comparedMetrics.find((m) => m.path === path)!;
const between = (a: Figures, b: Figures, path = "latency_s.mean", isPaired = true): Difference =>
  differenceOf(metric(path), candidate("a", a), candidate("b", b), isPaired)!;

const noisy = [10, 14, 9, 13, 11];
const plus = (values: readonly number[], by: readonly number[]): number[] => values.map((v, i) => v + by[i]!);

test("a difference that every replication shows is settled in pairs, and lost in the noise without them", () => {
  // Differences 1.0 1.1 0.9 1.0 1.0: mean 1, s = sqrt(0.02 / 4) = 0.0707, t = 1 / (0.0707 / sqrt 5) = 31.6.
  const slower = plus(noisy, [1, 1.1, 0.9, 1, 1]);
  const inPairs = between({ latency: slower }, { latency: noisy });
  expect(inPairs.estimate).toBeCloseTo(1, 12);
  expect(inPairs.error!.size).toBeCloseTo(Math.sqrt(0.005 / 5), 12);
  expect(verdictsOf([inPairs], 0.05)[0]!.verdict).toBe("worse");
  const apart = between({ latency: slower }, { latency: noisy }, "latency_s.mean", false);
  expect(apart.estimate).toBeCloseTo(1, 12);
  expect(verdictsOf([apart], 0.05)[0]!.verdict).toBe("undecided");
});

test("without pairs the error is Welch's, with his degrees of freedom", () => {
  // Variances 4.3 and 1: both / 5 = 1.06; df = 1.06^2 / (0.86^2 / 4 + 0.2^2 / 4) = 1.1236 / 0.1949 = 5.765.
  const d = between(
    { latency: noisy },
    { latency: [1, 2, 3, 2, 2].map((v) => v * Math.SQRT2) },
    "latency_s.mean",
    false,
  );
  expect(d.error!.size).toBeCloseTo(Math.sqrt(4.3 / 5 + 1 / 5), 12);
  expect(d.error!.df).toBeCloseTo(1.1236 / 0.1949, 6);
});

test("two replications settle nothing, and three are asked for", () => {
  const [verdict] = verdictsOf([between({ latency: [1, 1.01] }, { latency: [9, 9.01] })], 0.05);
  expect(verdict).toMatchObject({ verdict: "undecided", p: null, needed: 3, corrected: { low: null, high: null } });
});

test("an undecided difference says how many replications would settle it", () => {
  // d = 1, s = 2 (differences -1, 1, 3 have variance 4): t(0.975, n - 1) 2 / sqrt n <= 1 first holds at n = 18: 2.1098 * 2 / 4.2426 = 0.9946.
  const d = between({ latency: [9, 11, 13] }, { latency: [10, 10, 10] });
  expect(verdictsOf([d], 0.05)[0]).toMatchObject({ verdict: "undecided", needed: 18 });
  // The same among five others like it, each held against 0.05 / 5 or more: more of them.
  expect(verdictsOf([d, d, d, d, d], 0.05)[0]!.needed).toBe(d.needed(0.01));
  expect(d.needed(0.01)).toBeGreaterThan(18);
});

test("no difference at all needs no number of replications, since none would do", () => {
  const same = between({ latency: noisy }, { latency: noisy });
  expect(verdictsOf([same], 0.05)[0]).toMatchObject({ verdict: "undecided", p: 1, needed: null });
  const tiny = between({ latency: [10.001, 9, 11] }, { latency: [10, 10, 10] });
  expect(verdictsOf([tiny], 0.05)[0]!.needed).toBeNull();
});

test("what the evaluation rows leave open no replication settles", () => {
  // Four rows, each asked a thousand times; the one is right on rows 0 and 1, the other on 0 and 2: the rows say nothing.
  const given = [1000, 1000, 1000, 1000];
  const one = { accuracy: [0.52, 0.521, 0.519], rows: { given, right: [1000, 1000, 40, 40] } };
  const other = { accuracy: [0.5, 0.501, 0.499], rows: { given, right: [1000, 0, 1000, 0] } };
  const d = between(one, other, "accuracy");
  expect(verdictsOf([d], 0.05)[0]).toMatchObject({ verdict: "undecided", needed: null });
  // Without rows the three replications settle it: 0.02 in each.
  expect(
    verdictsOf([between({ accuracy: one.accuracy }, { accuracy: other.accuracy }, "accuracy")], 0.05)[0]!.verdict,
  ).toBe("better");
});

test("swapping the two mirrors difference, interval and verdict", () => {
  const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 4, maxLength: 12 });
  fc.assert(
    fc.property(values, values, fc.boolean(), (x, y, isPaired) => {
      const n = Math.min(x.length, y.length);
      const [a, b] = [{ latency: x.slice(0, n) }, { latency: y.slice(0, n) }];
      const [there] = verdictsOf([between(a, b, "latency_s.mean", isPaired)], 0.05);
      const [back] = verdictsOf([between(b, a, "latency_s.mean", isPaired)], 0.05);
      const mirror = { better: "worse", worse: "better", undecided: "undecided" } as const;
      expect(back!.verdict).toBe(mirror[there!.verdict]);
      expect(back!.corrected.low).toBeCloseTo(-there!.corrected.high!, 9);
      expect(back!.needed).toBe(there!.needed);
    }),
    { numRuns: 200 },
  );
});

test("a corrected interval leaves out 0 exactly when the verdict is not undecided", () => {
  const family = fc.array(fc.array(fc.integer({ min: -20, max: 40 }), { minLength: 3, maxLength: 8 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(family, (all) => {
      const zeros = (values: readonly number[]): number[] => values.map(() => 0);
      const differences = all.map((values) => between({ latency: values }, { latency: zeros(values) }));
      verdictsOf(differences, 0.05).forEach(({ verdict, corrected: { low, high } }, i) => {
        const isApart = low! > 0 || high! < 0;
        expect(verdict !== "undecided").toBe(
          isApart || (differences[i]!.error!.size === 0 && differences[i]!.estimate !== 0),
        );
      });
    }),
    { numRuns: 300 },
  );
});

/** `level`, up and down by a hundredth of itself. */
const around = (level: number): number[] => [0.99, 1.01, 1, 0.995, 1.005].map((f) => f * level);
/** The same of all replications: nothing but a difference of constants. */
const always = (level: number): number[] => [level, level, level, level, level];

test("a policy is dominated when another is shown to be better in one metric and itself it is better in none", () => {
  const fast = candidate("fast", { latency: around(1), accuracy: always(0.9), energy: around(2), dropped: always(0) });
  const slow = candidate("slow", { latency: around(3), accuracy: always(0.9), energy: around(2), dropped: always(0) });
  expect(standingOf([fast, slow], 0.95)).toMatchObject({
    best: { "latency_s.mean": ["fast"], accuracy: ["fast", "slow"] },
    dominated: { slow: [{ policy: "fast", metrics: ["latency_s.mean"] }] },
  });
});

test("slower and more accurate is not dominated, whether or not the gain is settled", () => {
  const fast = { latency: around(1), accuracy: always(0.9) };
  const accurate = { latency: around(3), accuracy: always(0.95) };
  const perhaps = { latency: around(3), accuracy: [0.89, 0.92, 0.9, 0.91, 0.89] };
  for (const other of [accurate, perhaps])
    expect(standingOf([candidate("fast", fast), candidate("other", other)], 0.95)!.dominated).toEqual({});
});

test("an estimate that is worse everywhere dominates nobody while no interval leaves out 0", () => {
  const one = candidate("one", { latency: [1, 3, 2, 1, 3], accuracy: always(0.9) });
  const other = candidate("other", { latency: [3, 1, 2, 3, 2], accuracy: always(0.9) });
  expect(standingOf([one, other], 0.95)).toEqual({
    best: { "latency_s.mean": ["one", "other"], accuracy: ["one", "other"] },
    dominated: {},
  });
});

test("who drops requests to be fast dominates nobody who answers them", () => {
  const drops = candidate("drops", { latency: around(1), dropped: around(0.3) });
  const answers = candidate("answers", { latency: around(3), dropped: always(0) });
  expect(standingOf([drops, answers], 0.95)!.dominated).toEqual({});
  const both = candidate("both", { latency: around(2), dropped: always(0) });
  expect(Object.keys(standingOf([drops, answers, both], 0.95)!.dominated)).toEqual(["answers"]);
});

test("a bound neither leads nor dominates, and a growing queue may lose but not win", () => {
  const bound = candidate("bound", { latency: around(0.1), oracle: true });
  const [one, other] = [candidate("one", { latency: around(1) }), candidate("other", { latency: around(2) })];
  expect(standingOf([bound, one, other], 0.95)!.best["latency_s.mean"]).toEqual(["one"]);
  const growing = candidate("growing", { latency: around(0.5), steady: false });
  expect(standingOf([growing, one], 0.95)).toMatchObject({
    best: { "latency_s.mean": ["growing", "one"] },
    dominated: {},
  });
  const grown = candidate("grown", { latency: around(5), steady: false });
  expect(standingOf([grown, one], 0.95)!.best["latency_s.mean"]).toEqual(["one"]);
});

test("one policy stands alone", () => {
  expect(standingOf([candidate("one", { latency: around(1) })], 0.95)).toBeNull();
});

test("the dominated are never all, and each names one that is not worse anywhere", () => {
  const figures = fc.record({
    latency: fc.integer({ min: 1, max: 5 }).map(around),
    accuracy: fc.integer({ min: 5, max: 9 }).map((n) => always(n / 10)),
    energy: fc.integer({ min: 1, max: 5 }).map(around),
  });
  fc.assert(
    fc.property(fc.array(figures, { minLength: 2, maxLength: 6 }), (all) => {
      const candidates = all.map((f, i) => candidate(`p${i}`, f));
      const { dominated, best } = standingOf(candidates, 0.95)!;
      expect(Object.keys(dominated).length).toBeLessThan(all.length);
      for (const names of Object.values(best)) expect(names.length).toBeGreaterThan(0);
      for (const [name, by] of Object.entries(dominated)) {
        const mine = all[Number(name.slice(1))]!;
        for (const { policy } of by) {
          const theirs = all[Number(policy.slice(1))]!;
          const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
          expect(mean(theirs.latency)).toBeLessThanOrEqual(mean(mine.latency));
          expect(mean(theirs.accuracy)).toBeGreaterThanOrEqual(mean(mine.accuracy));
          expect(mean(theirs.energy)).toBeLessThanOrEqual(mean(mine.energy));
        }
      }
    }),
    { numRuns: 100 },
  );
});
