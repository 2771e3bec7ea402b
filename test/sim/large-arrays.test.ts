import { expect, test } from "vitest";
import { clear } from "../../src/sim/clear.ts";
import { giveBackArrays, takeInts, takeReals } from "../../src/sim/large-arrays.ts";

test("an array that was given back goes to the next who asks for as many bytes, as zeros", () => {
  const [first, second] = [{}, {}];
  const one = takeReals(first, 10_000).fill(3);
  giveBackArrays(first);
  const other = takeInts(second, 20_000);
  expect(other.buffer).toBe(one.buffer);
  expect(other.every((value) => value === 0)).toBe(true);
  // It is taken: whoever asks now has one of its own.
  expect(takeReals(second, 10_000).buffer).not.toBe(one.buffer);
  giveBackArrays(second);
});

test("who has not given back keeps what it has, and small arrays are nobody else's", () => {
  const [first, second] = [{}, {}];
  const large = takeReals(first, 10_000).fill(1);
  const small = takeReals(first, 10).fill(1);
  expect(takeReals(second, 10_000)).toEqual(new Float64Array(10_000));
  giveBackArrays(second);
  expect(large.every((value) => value === 1)).toBe(true);
  giveBackArrays(first);
  const next = {};
  expect(takeReals(next, 10).buffer).not.toBe(small.buffer);
  giveBackArrays(next);
});

test("zeros are from the first place to the last, whatever the pages", () => {
  const ints = new Int32Array(5000).fill(7);
  ints.fill(0, 2048, 3072);
  clear(ints, 1000, 4500);
  expect(ints.indexOf(0)).toBe(1000);
  expect(ints.lastIndexOf(0)).toBe(4499);
  expect(ints.subarray(1000, 4500).every((value) => value === 0)).toBe(true);
});
