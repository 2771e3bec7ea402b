/** Integers in a page of the machine's memory, or in a part of one. */
const ofPage = 1024;

/** Zeros from place `from` to `to`. What holds nothing else is only read: a page that nobody has written to takes no room, and would from then on. */
export function clear(ints: Int32Array, from: number, to: number): void {
  for (let begin = from; begin < to; ) {
    const end = Math.min(to, begin - (begin % ofPage) + ofPage);
    let i = begin;
    while (i < end && ints[i] === 0) i++;
    if (i < end) ints.fill(0, i, end);
    begin = end;
  }
}
