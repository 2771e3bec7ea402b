import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accuracyInterval,
  pairedAccuracyInterval,
  pairedRowError,
  ratioInterval,
  rowError,
  studentFactor,
} from "../../../src/experiment/statistics/index.ts";
import { deriveKey, KeyedRandom } from "../../../src/sim/random.ts";

const certain = (estimate: number) => ({ estimate, low: estimate, high: estimate, n: 10 });

describe("rowError", () => {
  test("of rows asked once each is the variance of a proportion", () => {
    // 3 of 4 right: A (1 - A) / (m - 1) = 0.1875 / 3
    const found = rowError({ given: [1, 1, 1, 1], right: [1, 1, 0, 1] })!;
    expect(found.estimate).toBe(0.75);
    expect(found.variance).toBeCloseTo(0.0625, 14);
    expect(found.lasting).toBe(0);
  });

  test("does not shrink when every row is asked a thousand times", () => {
    const found = rowError({ given: [1000, 1000, 1000, 1000], right: [1000, 1000, 0, 1000] })!;
    expect(found.variance).toBeCloseTo(0.0625, 14);
    expect(found.lasting).toBeCloseTo(0.0625 * 0.999, 14);
  });

  test("weighs rows by how often they were asked", () => {
    // A = 3/6; deviations 3 - 1.5, 0 - 1, 0 - 0.5: squares 3.5 / 36 x 3/2
    expect(rowError({ given: [3, 2, 1], right: [3, 0, 0] })!.variance).toBeCloseTo((3.5 / 36) * 1.5, 14);
  });

  test("rows never asked count for nothing", () => {
    const found = rowError({ given: [0, 3, 2, 1, 0], right: [0, 3, 0, 0, 0] })!;
    expect(found).toEqual(rowError({ given: [3, 2, 1], right: [3, 0, 0] }));
    expect(found.rows).toBe(3);
    expect(rowError({ given: [0, 0], right: [0, 0] })).toBeNull();
  });

  test("more right answers than answers are refused", () => {
    expect(() => rowError({ given: [1], right: [2] })).toThrow("row 0 with 2 right of 1");
    expect(() => rowError({ given: [1, 1], right: [1] })).toThrow(RangeError);
    expect(() => rowError({ given: [Number.NaN], right: [1] })).toThrow(RangeError);
  });
});

describe("accuracyInterval", () => {
  /** Evaluation sets and runs on them, again and again: how often is the accuracy on inputs never seen inside? */
  function coverage(rows: number, requests: number, seed: number): { covered: number; width: number } {
    const random = new KeyedRandom(deriveKey(seed, 0, "rows"));
    const [truth, replications, experiments] = [0.8, 10, 400];
    let [covered, width] = [0, 0];
    for (let e = 0; e < experiments; e++) {
      random.set(e, 0);
      const isRight = Uint8Array.from({ length: rows }, () => (random.uniform() < truth ? 1 : 0));
      const [given, right] = [new Float64Array(rows), new Float64Array(rows)];
      const [tops, bottoms] = [new Array<number>(replications).fill(0), new Array<number>(replications).fill(0)];
      for (let i = 0; i < requests; i++) {
        const row = Math.floor(random.uniform() * rows);
        given[row]! += 1;
        right[row]! += isRight[row]!;
        tops[i % replications]! += isRight[row]!;
        bottoms[i % replications]! += 1;
      }
      const { low, high } = accuracyInterval(ratioInterval(tops, bottoms)!, given, right);
      if (low! <= truth && truth <= high!) covered += 1;
      width += (high! - low!) / experiments;
    }
    return { covered: covered / experiments, width };
  }

  // Standard error of a coverage of 0.95 over 400 experiments: 0.011.
  test.each([
    ["a quarter of", 400, 100],
    ["as many as", 300, 300],
    ["twenty times", 100, 2000],
  ])("covers the accuracy on new inputs with %s the rows' number of requests", (_how, rows, requests) => {
    const { covered, width } = coverage(rows, requests, 9);
    expect(covered).toBeGreaterThan(0.95 - 4 * 0.011);
    expect(covered).toBeLessThan(0.995);
    // Variance A (1 - A) (1 / rows + 1 / requests)
    const expected = 2 * 1.96 * Math.sqrt(0.16 * (1 / rows + 1 / requests));
    expect(width / expected).toBeGreaterThan(0.9);
    expect(width / expected).toBeLessThan(1.25);
  });

  test("however exact the replications, it is as wide as its rows make it", () => {
    // 100 rows, 80 right, each asked a million times: a proportion of 80 in 99 (m - 1) trials
    const [given, right] = [
      new Array<number>(100).fill(1e6),
      Array.from({ length: 100 }, (_, i) => (i < 80 ? 1e6 : 0)),
    ];
    const { low, high } = accuracyInterval(certain(0.8), given, right);
    const [zz, n] = [studentFactor(0.95, 99) ** 2, 99];
    const half = Math.sqrt((zz * 0.16) / n + (zz / (2 * n)) ** 2) / (1 + zz / n);
    expect((high! - low!) / 2).toBeCloseTo(half, 6);
  });

  test("a larger error of the replications makes it wider", () => {
    const [given, right] = [new Array<number>(100).fill(50), Array.from({ length: 100 }, (_, i) => (i < 80 ? 50 : 0))];
    const narrow = accuracyInterval(certain(0.8), given, right);
    const wide = accuracyInterval({ estimate: 0.8, low: 0.7, high: 0.9, n: 10 }, given, right);
    expect(wide.high! - wide.low!).toBeGreaterThan(0.2);
    expect(wide.high! - wide.low!).toBeGreaterThan(narrow.high! - narrow.low!);
  });

  test("all rows right still leaves room below 1, none above", () => {
    const { low, high } = accuracyInterval(certain(1), [9, 9, 9, 9, 9], [9, 9, 9, 9, 9]);
    expect(high).toBe(1);
    expect(low).toBeLessThan(0.8);
  });

  test("there are no limits without those of the replications", () => {
    expect(accuracyInterval({ estimate: 0.5, low: null, high: null, n: 2 }, [1, 1], [1, 0])).toEqual({
      low: null,
      high: null,
    });
  });
});

describe("accuracies paired by row", () => {
  test("on rows asked once have McNemar's variance", () => {
    // Of 50 rows 8 only the one gets right and 3 only the other: (8 + 3 - (8 - 3)^2 / 50) / 50^2 x 50/49
    const given = new Array<number>(50).fill(1);
    const one = Array.from({ length: 50 }, (_, i) => (i < 30 ? 1 : 0));
    const other = Array.from({ length: 50 }, (_, i) => (i < 22 || (i >= 30 && i < 33) ? 1 : 0));
    const found = pairedRowError({ given, right: one }, { given, right: other })!;
    expect(found.estimate).toBeCloseTo(0.1, 14);
    expect(found.variance).toBeCloseTo(((11 - 25 / 50) / 2500) * (50 / 49), 14);
  });

  test("two policies that answer alike differ by nothing, for certain", () => {
    const counts = { given: [4, 4, 4], right: [4, 0, 4] };
    expect(pairedAccuracyInterval(certain(0), counts, counts)).toEqual({ low: 0, high: 0, p: 1 });
  });

  test("pairing is narrower than the two accuracies taken apart", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom([1, 1], [0, 0], [1, 0]), { minLength: 30, maxLength: 60 }), (rows) => {
        const given = rows.map(() => 10);
        const one = { given, right: rows.map(([a]) => 10 * a!) };
        const other = { given, right: rows.map(([, b]) => 10 * b!) };
        const apart = rowError(one)!.variance + rowError(other)!.variance;
        // Right answers of the second are right in the first: the covariance is never negative.
        expect(pairedRowError(one, other)!.variance).toBeLessThanOrEqual(apart + 1e-12);
      }),
    );
  });

  test("p is below 0.05 exactly where the limits leave out 0", () => {
    const given = new Array<number>(200).fill(5);
    const base = given.map((_, i) => (i < 150 ? 5 : 0));
    for (const gained of [1, 2, 4, 6, 10]) {
      const right = given.map((_, i) => (i < 150 + gained ? 5 : 0));
      const { low, p } = pairedAccuracyInterval(certain(gained / 200), { given, right }, { given, right: base });
      expect(p! < 0.05).toBe(low! > 0);
    }
  });

  test("different numbers of rows are refused, and without limits of the replications there are none", () => {
    const [two, three] = [
      { given: [1, 1], right: [1, 0] },
      { given: [1, 1, 1], right: [1, 0, 1] },
    ];
    expect(() => pairedAccuracyInterval(certain(0), two, three)).toThrow("2 and 3 rows");
    expect(pairedAccuracyInterval({ ...certain(0), low: null, high: null }, two, two).p).toBeNull();
  });
});
