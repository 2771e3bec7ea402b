/** A quantity of each machine of a group: one number as long as it is the same for all, so that a million alike take no room. */
export class ByMachine {
  private readonly count: number;
  private all = 0;
  private each: Float64Array | null = null;

  constructor(count: number) {
    this.count = count;
  }

  /** @param shares what each machine has of it; those beyond a list have none */
  add(shares: number | Float64Array, factor: number): void {
    if (typeof shares === "number" && this.each === null) {
      this.all += shares * factor;
      return;
    }
    this.each ??= new Float64Array(this.count).fill(this.all);
    const machines = typeof shares === "number" ? this.count : shares.length;
    for (let m = 0; m < machines; m++) this.each[m]! += (typeof shares === "number" ? shares : shares[m]!) * factor;
  }

  get most(): number {
    return this.each === null ? this.all : this.each.reduce((a, b) => Math.max(a, b), 0);
  }

  /** Of what `of` makes of each machine's. */
  sum(of: (value: number) => number = (value) => value): number {
    return this.each === null ? this.count * of(this.all) : this.each.reduce((sum, value) => sum + of(value), 0);
  }
}
