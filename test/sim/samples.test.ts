import fc from "fast-check";
import { expect, test } from "vitest";
import { exactLimit, Samples } from "../../src/sim/samples.ts";

const nearestRank = (values: number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length - 1e-9) - 1)]!;

/** Enough values, all in one cell that is not asked for, to make the next ones histograms. */
function spilled(cells: number, slices: number): Samples {
  const samples = new Samples(cells, slices);
  for (let i = 0; i <= exactLimit; i++) samples.add((cells - 1) * slices, 1);
  return samples;
}

test("few values are kept exactly, by cell and slice", () => {
  const samples = new Samples(2, 3);
  [5, 3, 8, 1].forEach((value, i) => {
    samples.add(i, value);
  });
  // Places 0, 1, 2 are cell 0 in slices 0, 1, 2; place 3 is cell 1.
  const all = samples.select(0, () => true);
  expect([all.count, all.quantile(0.5), all.max]).toEqual([4, 3, 8]);
  const late = samples.select(1, (cell) => cell === 0);
  expect([late.count, late.quantile(0), late.quantile(1)]).toEqual([2, 3, 8]);
  expect(samples.select(2, (cell) => cell === 1).quantile(0.5)).toBe(null);
});

test("slices after the last possible cut are kept together, and cutting there is refused", () => {
  const samples = new Samples(2, 4, 2);
  // Slice k of cell c holds 10 c + k.
  for (let place = 0; place < 8; place++) samples.add(place, 10 * Math.floor(place / 4) + (place % 4));
  const late = samples.select(1, () => true);
  expect([late.count, late.quantile(0), late.quantile(0.5), late.max]).toEqual([6, 1, 3, 13]);
  expect(samples.select(0, (cell) => cell === 1).count).toBe(4);
  expect(() => samples.select(2, () => true)).toThrow(RangeError);
});

test("zeros that were counted elsewhere come first", () => {
  const samples = new Samples(1, 1);
  samples.add(0, 4);
  const withZeros = samples.select(0, () => true).withZeros(3);
  expect([withZeros.count, withZeros.quantile(0.75), withZeros.quantile(0.76), withZeros.max]).toEqual([4, 0, 4, 4]);
});

test("many values are within 0.1 % of the nearest-rank value, extremes exact, whatever their magnitude", () => {
  const value = fc.double({ min: 0, max: 1e30, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
      const samples = spilled(2, 2);
      for (const v of values) samples.add(1, v);
      const selected = samples.select(1, (cell) => cell === 0);
      expect(selected.count).toBe(values.length);
      expect(selected.max).toBe(Math.max(...values));
      for (const q of [0.1, 0.5, 0.9]) {
        const exact = nearestRank(values, q);
        expect(Math.abs(selected.quantile(q)! - exact)).toBeLessThanOrEqual(exact * 1e-3 + 1e-307);
      }
    }),
    { numRuns: 30 },
  );
});

test("what was kept exactly is not lost when values become too many", () => {
  const samples = new Samples(1, 2);
  const values: number[] = [];
  for (let i = 0; i < exactLimit + 1000; i++) {
    const v = ((i * 7919) % 100_003) / 1000;
    values.push(v);
    samples.add(i % 2, v);
  }
  const all = samples.select(0, () => true);
  expect(all.count).toBe(values.length);
  expect(all.max).toBe(Math.max(...values));
  for (const q of [0.01, 0.5, 0.999]) {
    const exact = nearestRank(values, q);
    expect(Math.abs(all.quantile(q)! - exact)).toBeLessThanOrEqual(exact * 1e-3);
  }
  expect(samples.select(1, () => true).count).toBe(values.length / 2);
});
