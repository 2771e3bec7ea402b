/** What the theory tests ask of a fact, on figures of which all is known. */
import { describe, expect, test } from "vitest";
import { judged, seedFor } from "./harness.ts";

describe("a fact of exactly 20 ms, its wrong alternative 15 ms", () => {
  const of = (estimate: number, error: number) => judged({ estimate, error }, 20, 15);
  const holds = { isKnown: true, isNear: true, isTold: true };

  test.each([
    ["holds where it is exact", 20, 0, holds],
    ["holds at four standard errors of 0.25 %", 20.2, 0.05, holds],
    ["does not just beyond them", 20.2001, 0.05, { ...holds, isNear: false }],
    ["holds within 0.2 % however small the standard error", 20.0399, 0.001, holds],
    ["does not beyond 0.2 % and four standard errors", 19.9599, 0.001, { ...holds, isNear: false }],
    ["is not known by a standard error above 0.25 %", 20, 0.0501, { ...holds, isKnown: false }],
    ["is not told from what is as near as is accepted", 15.04, 0.01, { isKnown: true, isNear: false, isTold: false }],
    [
      "is nothing where nothing was estimated",
      Number.NaN,
      Number.NaN,
      { isKnown: false, isNear: false, isTold: false },
    ],
  ])("%s", (_name, estimate, error, expected) => {
    expect(of(estimate, error)).toEqual(expected);
  });

  test("is told from an alternative 2 % away by a standard error of 0.25 %, not from one 1 % away", () => {
    expect(judged({ estimate: 20, error: 0.05 }, 20, 20.4).isTold).toBe(true);
    expect(judged({ estimate: 20, error: 0.05 }, 20, 20.2).isTold).toBe(false);
  });
});

test("seeds are the committed ones, or follow the base of a fresh run", () => {
  const before = process.env.OFFRAMP_THEORY_SEED;
  try {
    delete process.env.OFFRAMP_THEORY_SEED;
    expect([seedFor(101), seedFor(102)]).toEqual([101, 102]);
    process.env.OFFRAMP_THEORY_SEED = "1000000";
    expect([seedFor(101), seedFor(102)]).toEqual([1_000_101, 1_000_102]);
  } finally {
    if (before === undefined) delete process.env.OFFRAMP_THEORY_SEED;
    else process.env.OFFRAMP_THEORY_SEED = before;
  }
});
