/** How far each request's message is on the link that it is on, by slot. */
const width = 4;
const ATTEMPTS = 0;
const FLAGS = 1;
const COPIES = 2;
const LOST_BY = 3;

const GOES_ON = 1;
const CONNECTED = 2;

export class Progress {
  private table = new Int32Array(0);

  /** Attempts made before the one under way. */
  attempts(slot: number): number {
    return this.table[slot * width + ATTEMPTS] ?? 0;
  }

  isConnected(slot: number): boolean {
    return ((this.table[slot * width + FLAGS] ?? 0) & CONNECTED) !== 0;
  }

  /** Times that the message is sent one after the other: 1, or more on a planned link that sends it again at once. */
  copies(slot: number): number {
    return Math.max(1, this.table[slot * width + COPIES] ?? 1);
  }

  /** Link direction that loses the attempt under way, -1 for none. */
  lostBy(slot: number): number {
    return (this.table[slot * width + LOST_BY] ?? 0) - 1;
  }

  /** Whether the message that enters a link has been there before; asked once. */
  goesOn(slot: number): boolean {
    const at = slot * width + FLAGS;
    if (((this.table[at] ?? 0) & GOES_ON) === 0) return false;
    this.table[at]! &= ~GOES_ON;
    return true;
  }

  /** The connection will be there when the message enters again. */
  connect(slot: number): void {
    this.reserve(slot);
    this.table[slot * width + FLAGS]! |= CONNECTED | GOES_ON;
  }

  /** An attempt begins. @param before attempts made before it, or before the last of its copies */
  attempt(slot: number, before: number, copies: number, lostBy: number): void {
    this.reserve(slot);
    const at = slot * width;
    this.table[at + ATTEMPTS] = before;
    this.table[at + COPIES] = copies;
    this.table[at + LOST_BY] = lostBy + 1;
  }

  /** After the attempt under way there will be another. */
  again(slot: number): void {
    this.table[slot * width + ATTEMPTS]! += 1;
    this.table[slot * width + FLAGS]! |= GOES_ON;
  }

  /** A message enters a link for the first time. */
  clear(slot: number): void {
    this.table.fill(0, slot * width, (slot + 1) * width);
  }

  private reserve(slot: number): void {
    if (slot * width < this.table.length) return;
    const table = new Int32Array(Math.max(1024, 2 * (slot + 1) * width));
    table.set(this.table);
    this.table = table;
  }
}
