/** Arrays that the event loop reads, moved into its memory. */
import type { EventLoop } from "./loop/event-loop.ts";

/** Views of the parts, for everyone else, and the byte where each begins, for the event loop. */
export interface Pack<K extends string, A> {
  readonly view: Readonly<Record<K, A>>;
  readonly at: Readonly<Record<K, number>>;
}

export type Ints = Int32Array<ArrayBufferLike>;
export type Reals = Float64Array<ArrayBufferLike>;
/** Values, or how many zeros. */
type Part = ArrayLike<number> | number;

export function packInts<K extends string>(loop: EventLoop, parts: Readonly<Record<K, Part>>): Pack<K, Ints> {
  return pack(parts, (length) => loop.takeInts(length));
}

export function packReals<K extends string>(loop: EventLoop, parts: Readonly<Record<K, Part>>): Pack<K, Reals> {
  return pack(parts, (length) => loop.takeReals(length));
}

function pack<K extends string, A extends Ints | Reals>(
  parts: Readonly<Record<K, Part>>,
  take: (length: number) => A,
): Pack<K, A> {
  const names = Object.keys(parts) as K[];
  const view: Partial<Record<K, A>> = {};
  const at: Partial<Record<K, number>> = {};
  for (const name of names) {
    const part: Part = parts[name];
    const array = take(typeof part === "number" ? part : part.length);
    if (typeof part !== "number") array.set(part);
    view[name] = array;
    at[name] = array.byteOffset;
  }
  return { view: view as Record<K, A>, at: at as Record<K, number> };
}
