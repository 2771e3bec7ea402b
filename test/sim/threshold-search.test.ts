import fc from "fast-check";
import { expect, test } from "vitest";
import { type GradedRows, looksAtAll, searchThresholds, tallyOf } from "../../src/sim/rules/threshold-search.ts";

const graded = (grades: readonly (readonly number[])[], right: readonly (readonly number[])[]): GradedRows => ({
  rows: right[0]!.length,
  grades: grades.map((row) => Float64Array.from(row)),
  right: right.map((row) => Uint8Array.from(row)),
});

/** Cost of leaving at each exit, where at least so many rows are right. */
const cheapest = (costs: readonly number[], least: number) => (counts: readonly number[], right: number) =>
  right < least ? Number.POSITIVE_INFINITY : counts.reduce((sum, n, exit) => sum + n * costs[exit]!, 0);

// Rows A to D. The first exit is right of A and B, sure of A (0.9) and less of C (0.8), B (0.7), D (0.2); the last is right of all.
const four = graded(
  [[0.9, 0.7, 0.8, 0.2]],
  [
    [1, 1, 0, 0],
    [1, 1, 1, 1],
  ],
);
const space = { each: false, strictest: 1, loosest: 0 };

test("all right allows no more than A to leave: the threshold is its 0.9", () => {
  const found = searchThresholds(four, space, cheapest([1, 3], 4))!;
  expect(found).toEqual({ thresholds: [0.9], counts: [1, 3], right: 4, loss: 10 });
});

test("three right let A, C and B leave; two right let everybody, at the strictest threshold that does", () => {
  expect(searchThresholds(four, space, cheapest([1, 3], 3))).toMatchObject({ thresholds: [0.7], counts: [3, 1] });
  expect(searchThresholds(four, space, cheapest([1, 3], 2))).toMatchObject({ thresholds: [0.2], counts: [4, 0] });
});

test("a goal that no threshold keeps finds nothing", () => {
  expect(searchThresholds(four, space, cheapest([1, 3], 5))).toBeNull();
});

test("of equal costs the more accurate wins, then the stricter", () => {
  // Costs are the same wherever a row leaves: nobody should, or A, since both answer four right.
  expect(searchThresholds(four, space, cheapest([1, 1], 0))).toMatchObject({ thresholds: [1], right: 4 });
});

test("a row without a grade at an exit does not leave there", () => {
  const rows = graded(
    [[Number.NaN, 0.5]],
    [
      [1, 1],
      [0, 0],
    ],
  );
  expect(searchThresholds(rows, space, cheapest([0, 1], 0))).toMatchObject({ thresholds: [0.5], counts: [1, 1] });
});

const tables = fc
  .record({ rows: fc.integer({ min: 1, max: 7 }), exits: fc.integer({ min: 2, max: 4 }) })
  .chain(({ rows, exits }) =>
    fc.record({
      grades: fc.array(
        fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 0.9, 1, Number.NaN), { minLength: rows, maxLength: rows }),
        { minLength: exits - 1, maxLength: exits - 1 },
      ),
      right: fc.array(fc.array(fc.constantFrom(0, 1), { minLength: rows, maxLength: rows }), {
        minLength: exits,
        maxLength: exits,
      }),
      costs: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: exits, maxLength: exits }),
      least: fc.nat({ max: rows }),
      each: fc.boolean(),
    }),
  );

test("one threshold for all, or one for each: as good as the best of all combinations of scores that occur", () => {
  fc.assert(
    fc.property(tables, ({ grades, right, costs, least, each }) => {
      {
        const rows = graded(grades, right);
        const loss = cheapest(costs, least);
        const options = [1, 0.9, 0.75, 0.5, 0.25, 0];
        const combinations: number[][] = each
          ? grades.reduce<number[][]>((all, _) => all.flatMap((some) => options.map((o) => [...some, o])), [[]])
          : options.map((o) => grades.map(() => o));
        const best = Math.min(
          ...combinations.map((thresholds) => {
            const tally = tallyOf(rows, thresholds);
            return loss(tally.counts, tally.right);
          }),
        );
        const found = searchThresholds(rows, { ...space, each }, loss);
        expect(found?.loss ?? Number.POSITIVE_INFINITY).toBe(best);
        if (found !== null)
          expect(tallyOf(rows, found.thresholds)).toEqual({ counts: found.counts, right: found.right });
      }
    }),
    { numRuns: 300 },
  );
});

test("where not all combinations are looked at, one threshold for each is no worse than one for all", () => {
  const rows = 4000;
  expect(looksAtAll(rows, 2)).toBe(false);
  let u = 0.3;
  const next = (): number => {
    u = (u * 997.13) % 1;
    return u;
  };
  const sure = [0, 1].map(() => Array.from({ length: rows }, next));
  const right = [
    ...sure.map((row) => row.map((grade) => (next() < grade ? 1 : 0))),
    Array.from({ length: rows }, () => (next() < 0.9 ? 1 : 0)),
  ];
  const table = graded(sure, right);
  const loss = cheapest([1, 2, 4], 0.8 * rows);
  const together = searchThresholds(table, space, loss)!;
  const apart = searchThresholds(table, { ...space, each: true }, loss)!;
  expect(apart.loss).toBeLessThanOrEqual(together.loss);
  expect(apart.right).toBeGreaterThanOrEqual(0.8 * rows);
});
