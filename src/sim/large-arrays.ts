/**
 * Arrays with a place for each device of a fleet. Those of a replication that is over go to the next: the garbage collector would let them lie until
 * there are many. Smaller ones are made anew.
 */
import { clear } from "./clear.ts";

/** Bytes from which on an array is large. */
const large = 65536;
/** Who has what; and what nobody has. */
const lent = new WeakMap<object, ArrayBuffer[]>();
let spare: ArrayBuffer[] = [];

/** Zeros. @param owner stands for the replication: its root of keys */
export function takeReals(owner: object, length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(take(owner, 8 * length));
}

export function takeInts(owner: object, length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(take(owner, 4 * length));
}

function take(owner: object, bytes: number): ArrayBuffer {
  if (bytes < large) return new ArrayBuffer(bytes);
  const place = spare.findIndex((buffer) => buffer.byteLength === bytes);
  const [buffer = new ArrayBuffer(bytes)] = place < 0 ? [] : spare.splice(place, 1);
  if (place >= 0) clear(new Int32Array(buffer), 0, bytes >> 2);
  const mine = lent.get(owner);
  if (mine === undefined) lent.set(owner, [buffer]);
  else mine.push(buffer);
  return buffer;
}

/** The replication is over: it looks at its arrays no more. What it had no use for is let go. */
export function giveBackArrays(owner: object): void {
  spare = lent.get(owner) ?? [];
  lent.delete(owner);
}
