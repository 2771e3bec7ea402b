/** Evaluation rows drawn by the class they belong to, in shares that may change as time goes on. */

export interface SampleMix {
  readonly kind: "mix";
  /** Between two points: along a straight line, or as the earlier point says. Before the first and after the last, as that one says. */
  readonly change: "linear" | "steps";
  /** Ascending instants [s], and the share of each class; shares add up to 1 and are 0 for classes without rows. */
  readonly points: readonly { readonly at: number; readonly shares: readonly number[] }[];
}

export class MixedRows {
  private readonly mix: SampleMix;
  /** Rows by class, each class from its `first` up to the next. */
  private readonly rows: Int32Array;
  private readonly first: Int32Array;

  constructor(mix: SampleMix, labels: ArrayLike<number>) {
    const classes = mix.points[0]!.shares.length;
    this.mix = mix;
    this.first = new Int32Array(classes + 1);
    const byClass = Array.from({ length: labels.length }, (_, row) => row).sort(
      (a, b) => labels[a]! - labels[b]! || a - b,
    );
    this.rows = Int32Array.from(byClass);
    for (let row = 0; row < labels.length; row++) this.first[labels[row]! + 1]! += 1;
    for (let c = 0; c < classes; c++) this.first[c + 1]! += this.first[c]!;
  }

  /** One uniform picks the class, and what is left of it the row. */
  row(u: number, now: number): number {
    const { points, change } = this.mix;
    let next = 0;
    while (next < points.length && points[next]!.at <= now) next++;
    const from = points[Math.max(0, next - 1)]!;
    const to = points[Math.min(next, points.length - 1)]!;
    const way = change === "linear" && to.at > from.at && now > from.at ? (now - from.at) / (to.at - from.at) : 0;
    let rest = u;
    let last = 0;
    for (let c = 0; c < from.shares.length; c++) {
      const share = from.shares[c]! + way * (to.shares[c]! - from.shares[c]!);
      if (share <= 0) continue;
      last = c;
      if (rest < share) return this.within(c, rest / share);
      rest -= share;
    }
    // Shares that add up to a little less than 1.
    return this.within(last, 0.5);
  }

  private within(c: number, u: number): number {
    const [from, to] = [this.first[c]!, this.first[c + 1]!];
    return this.rows[Math.min(to - 1, from + Math.floor(u * (to - from)))]!;
  }
}

/** How much each row counts, on average over the points of a mix; they add up to 1. */
export function rowWeights({ points }: SampleMix, labels: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(points[0]!.shares.length);
  for (let i = 0; i < labels.length; i++) rows[labels[i]!]! += 1;
  const share = Array.from(rows, (_, c) => points.reduce((sum, point) => sum + point.shares[c]!, 0) / points.length);
  return Float64Array.from({ length: labels.length }, (_, i) => share[labels[i]!]! / rows[labels[i]!]!);
}
