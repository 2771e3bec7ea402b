import fc from "fast-check";
import { expect, test } from "vitest";
import type { Interval } from "../../src/experiment/result.ts";
import { count, difference, interval, quantity, scaleFor, tick, type Unit } from "../../src/report/format.ts";

const between = (estimate: number, low: number | null, high: number | null): Interval => ({
  estimate,
  low,
  high,
  confidence: 0.95,
  n: 10,
  values: [],
});

test("a quantity has three or four significant digits and the prefix that suits it", () => {
  expect(quantity(0.01234, "s")).toBe("12.3 ms");
  expect(quantity(1.5e-6, "s")).toBe("1.50 µs");
  expect(quantity(100, "s")).toBe("100 s");
  expect(quantity(0.5, "J")).toBe("500 mJ");
  expect(quantity(21_000, "B")).toBe("21.0 kB");
  expect(quantity(48e6, "bit/s")).toBe("48.0 Mbit/s");
});

test("a number that rounds up to 1000 takes the next prefix", () => {
  expect(quantity(0.00099999, "s")).toBe("1.00 ms");
});

test("seconds are never counted in thousands, nor bytes in fractions of one", () => {
  expect(quantity(7200, "s")).toBe("7200 s");
  expect(quantity(12_345, "s")).toBe("12\u202f345 s");
  expect(quantity(0.25, "B")).toBe("0.250 B");
});

test("a share just below one is not rounded to 100 %", () => {
  expect(quantity(0.9998, "share")).toBe("99.98 %");
  expect(quantity(1, "share")).toBe("100 %");
  expect(quantity(0.931, "share")).toBe("93.1 %");
  expect(quantity(0, "share")).toBe("0 %");
});

test("what has no value is a dash in every unit", () => {
  for (const unit of ["s", "J", "B", "bit/s", "/s", "USD", "share", "count"] satisfies Unit[]) {
    expect(quantity(null, unit)).toBe("—");
    expect(quantity(Number.NaN, unit)).toBe("—");
    expect(interval(null, unit).estimate).toBe("—");
  }
  expect(count(null)).toBe("—");
});

test("the ends of an interval share the estimate's prefix and differ in print when they differ", () => {
  expect(interval(between(0.0999, 0.09988, 0.09992), "s")).toEqual({
    estimate: "99.90 ms",
    range: "[99.88, 99.92]",
    number: "99.90",
  });
  expect(interval(between(0.05, null, null), "s").range).toBe("");
});

test("a difference shows its sign, and a difference of shares is in percentage points", () => {
  expect(difference(between(-0.0271, -0.0284, -0.0259), "s").estimate).toBe("−27.1 ms");
  expect(difference(between(0.004, 0.001, 0.007), "share").estimate).toBe("+0.400 pp");
});

test("a cost of millionths is told per million requests", () => {
  expect(quantity(2.1e-6, "USD")).toBe("2.100 USD per million");
});

test("a tick has no more decimals than it needs", () => {
  expect(tick(0.025, scaleFor(0.1, "s"))).toBe("25");
  expect(tick(0.0005, { factor: 1e-3, symbol: "ms" })).toBe("0.5");
});

test("any finite quantity is short and readable", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), (value) => {
      const text = quantity(value, "s");
      expect(text).not.toMatch(/NaN|undefined|Infinity|e[+-]/);
      expect(text.length).toBeLessThan(28);
    }),
  );
});
