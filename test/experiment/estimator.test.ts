import { describe, expect, test } from "vitest";
import { Estimator } from "../../src/experiment/estimator.ts";

const estimator = new Estimator(0.95);

describe("a mean", () => {
  test("of fewer than three replications has no limits", () => {
    expect(estimator.mean([1, 3])).toMatchObject({ estimate: 2, low: null, high: null, n: 2, values: [1, 3] });
  });

  test("of one long run has those of its batches, around its own estimate", () => {
    // Batches 1, 2, 3: mean 2, standard error 1 / sqrt 3, t(0.975; 2) = 4.3027: 2.4841 to either side.
    const { estimate, low, high, n } = estimator.mean([2.5], [1, 2, 3])!;
    expect([estimate, n]).toEqual([2.5, 3]);
    expect(low).toBeCloseTo(2.5 - 2.4841, 4);
    expect(high).toBeCloseTo(2.5 + 2.4841, 4);
  });

  test("of replications that are all alike is exactly that, with limits of no width", () => {
    expect(estimator.mean([0.1, 0.1, 0.1])).toMatchObject({ estimate: 0.1, low: 0.1, high: 0.1 });
  });

  test("leaves out replications without a value", () => {
    expect(estimator.mean([1, null, 3, 2])).toMatchObject({ estimate: 2, n: 3, values: [1, null, 3, 2] });
    expect(estimator.mean([null])).toBeNull();
  });
});

describe("a share", () => {
  test("of no success in 300 trials reaches up to what 300 trials cannot exclude", () => {
    // Wilson at p = 0: f^2 / (n + f^2) with f = t(0.975; 2) = 4.3027, n = 300: 18.513 / 318.513.
    const { estimate, low, high } = estimator.share({ tops: [0, 0, 0], bottoms: [100, 100, 100] })!;
    expect([estimate, low]).toEqual([0, 0]);
    expect(high).toBeCloseTo(18.513 / 318.513, 4);
  });

  test("never leaves 0 to 1, where Student's limits would", () => {
    const { low, high } = estimator.share({ tops: [0, 0, 6], bottoms: [100, 100, 100] })!;
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(1);
  });

  test("has Student's width where it is far from either end", () => {
    // Shares 0.48 0.5 0.52 of equal trials: standard error 0.02 / sqrt 3, t = 4.3027: 0.0497; Wilson differs by less than 2 %.
    const { low, high } = estimator.share({ tops: [48, 50, 52], bottoms: [100, 100, 100] })!;
    expect((high! - low!) / 2).toBeCloseTo(0.0497, 3);
  });
});
