import fc from "fast-check";
import { expect, test } from "vitest";
import { type LoopHost, takeLoop } from "../../src/sim/loop/event-loop.ts";
import { naturalLog } from "../../src/sim/natural-log.ts";
import { uniform } from "../../src/sim/random.ts";

const { call } = takeLoop({} as LoopHost);

/** 2^k (1 + f), from the least normal double on; fractions next to 0 and to 1 more often than others. */
const positive = fc
  .tuple(
    fc.integer({ min: -1022, max: 1023 }),
    fc.oneof(fc.integer({ min: 0, max: 2 ** 52 - 1 }), fc.integer({ min: 0, max: 9 })),
    fc.boolean(),
  )
  .map(([k, f, isBelow]) => 2 ** k * (1 + (isBelow ? 2 ** 52 - 1 - f : f) * 2 ** -52));

/** Unit in the last place. */
const ulp = (x: number): number => 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);

test("the event loop's logarithm is that of the rest of the simulator, bit for bit", () => {
  fc.assert(
    fc.property(positive, (x) => {
      expect(call.naturalLog(x)).toBe(naturalLog(x));
    }),
    { numRuns: 5000 },
  );
});

test("logarithms are within two units in the last place of those of the engine, which are within one of the exact ones", () => {
  expect([naturalLog(1), naturalLog(Math.E), naturalLog(0.5)]).toEqual([0, 1, -Math.LN2]);
  fc.assert(
    fc.property(positive, (x) => {
      const exact = Math.log(x);
      expect(Math.abs(naturalLog(x) - exact)).toBeLessThanOrEqual(2 * ulp(exact));
    }),
    { numRuns: 5000 },
  );
});

test("a larger uniform number never gives a smaller exponential one", () => {
  const unit = 2 ** -52;
  for (let i = 0; i < 20_000; i++) {
    const x = 1 - uniform(3, 4, i, 5);
    expect(naturalLog(x - unit)).toBeLessThanOrEqual(naturalLog(x));
  }
});

/** By exact fractions: ln x = 2 atanh((x - 1) / (x + 1)), with 60 digits. */
function exactLog(x: number): bigint {
  const one = 10n ** 60n;
  const [top, bottom] = [BigInt(Math.round((x - 1) * 2 ** 52)), BigInt(Math.round((x + 1) * 2 ** 52))];
  const z = (top * one) / bottom;
  const square = (z * z) / one;
  let [sum, power] = [0n, z];
  for (let n = 1n; n < 200n; n += 2n) {
    sum += power / n;
    power = (power * square) / one;
  }
  return 2n * sum;
}

test("logarithms between a half and 1 are at most 0.6 units in the last place off the exact ones", () => {
  let most = 0;
  for (let i = 0; i < 3000; i++) {
    const x = 1 - uniform(1, 2, i, 0) / 2;
    const exact = exactLog(x);
    const found = naturalLog(x);
    // A double is a whole number of 2^-1074, and has fewer digits than are kept here for numbers of this size.
    const scaled = (BigInt(Math.round(found * 2 ** 80)) * 10n ** 60n) / 2n ** 80n;
    most = Math.max(most, Number(scaled - exact) / 1e60 / ulp(found), Number(exact - scaled) / 1e60 / ulp(found));
  }
  expect(most).toBeLessThan(0.6);
});
