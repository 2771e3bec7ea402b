/** Flows of one path by where they end, first of all the one that ends next; equal ones by the order of their requests. */
export class FlowHeap {
  /** Value of a common counter at which each flow ends, its size, its request: a binary heap. */
  private readonly ends: number[] = [];
  private readonly sizes: number[] = [];
  private readonly slots: number[] = [];
  private readonly orderOf: (slot: number) => number;

  constructor(orderOf: (slot: number) => number) {
    this.orderOf = orderOf;
  }

  get length(): number {
    return this.ends.length;
  }

  /** Where the next flow ends; there must be one. */
  get end(): number {
    return this.ends[0]!;
  }

  /** Size of the flow that ends next. */
  get size(): number {
    return this.sizes[0]!;
  }

  push(end: number, size: number, slot: number): void {
    let i = this.ends.push(end) - 1;
    this.sizes.push(size);
    this.slots.push(slot);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  /** @returns request of the flow that ends next, taken out */
  pop(): number {
    const slot = this.slots[0]!;
    const last = this.ends.length - 1;
    this.swap(0, last);
    this.ends.pop();
    this.sizes.pop();
    this.slots.pop();
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < last && this.before(child, least)) least = child;
      if (least === i) return slot;
      this.swap(i, least);
      i = least;
    }
  }

  private before(i: number, j: number): boolean {
    const [x, y] = [this.ends[i]!, this.ends[j]!];
    return x !== y ? x < y : this.orderOf(this.slots[i]!) < this.orderOf(this.slots[j]!);
  }

  private swap(i: number, j: number): void {
    for (const list of [this.ends, this.sizes, this.slots]) {
      const held = list[i]!;
      list[i] = list[j]!;
      list[j] = held;
    }
  }
}
