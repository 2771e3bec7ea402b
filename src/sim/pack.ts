/**
 * Arrays that the event loop reads together, moved into one: it then holds one pointer and one length for all of them, and adds an
 * offset, which is several times fewer instructions than an array object each.
 */

import { takeInts, takeReals } from "./spare-arrays.ts";

/** Views of the parts, for everyone else, and where each begins, for the event loop. */
export interface Pack<K extends string, A> {
  readonly all: A;
  readonly view: Readonly<Record<K, A>>;
  readonly at: Readonly<Record<K, number>>;
}

export type Ints = Int32Array<ArrayBuffer>;
export type Reals = Float64Array<ArrayBuffer>;
/** Values, or how many zeros. */
type Part = ArrayLike<number> | number;

export function packInts<K extends string>(parts: Readonly<Record<K, Part>>): Pack<K, Ints> {
  return pack(parts, takeInts);
}

export function packReals<K extends string>(parts: Readonly<Record<K, Part>>): Pack<K, Reals> {
  return pack(parts, takeReals);
}

const lengthOf = (part: Part): number => (typeof part === "number" ? part : part.length);

function pack<K extends string, A extends Ints | Reals>(
  parts: Readonly<Record<K, Part>>,
  make: (length: number) => A,
): Pack<K, A> {
  const names = Object.keys(parts) as K[];
  const all = make(names.reduce((length, name) => length + lengthOf(parts[name]), 0));
  const view: Partial<Record<K, A>> = {};
  const at: Partial<Record<K, number>> = {};
  let offset = 0;
  for (const name of names) {
    const part: Part = parts[name];
    if (typeof part !== "number") all.set(part, offset);
    at[name] = offset;
    offset += lengthOf(part);
    view[name] = all.subarray(at[name]!, offset) as A;
  }
  return { all, view: view as Record<K, A>, at: at as Record<K, number> };
}
