/**
 * Large arrays that a replication has done with: the next takes them. Left to the collector, those of a fleet would be there twice while
 * they wait. Only whoever knows that nobody holds a view of one any more gives it back.
 */
import type { Ints, Reals } from "./pack.ts";

/** Entries from which on an array is worth keeping. */
const worth = 1 << 16;
/** At most two of each sort: tables and the agenda of the sources. */
const most = 2;

let ints: Ints[] = [];
let reals: Reals[] = [];

/** Zeros. */
export function takeInts(length: number): Ints {
  const known = ints.find((array) => array.length === length);
  if (known === undefined) return new Int32Array(length);
  ints = ints.filter((array) => array !== known);
  return known.fill(0);
}

/** Zeros. */
export function takeReals(length: number): Reals {
  const known = reals.find((array) => array.length === length);
  if (known === undefined) return new Float64Array(length);
  reals = reals.filter((array) => array !== known);
  return known.fill(0);
}

export function giveBack(array: Ints | Reals): void {
  if (array.length < worth) return;
  if (array instanceof Int32Array) ints = [array, ...ints].slice(0, most);
  else reals = [array, ...reals].slice(0, most);
}
