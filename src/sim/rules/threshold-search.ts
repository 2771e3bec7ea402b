/** Thresholds for a goal, found on a table of rows: what tuning and the calibration of exits search with. */

/** What an exit rule makes of every row, whatever its thresholds. */
export interface GradedRows {
  readonly rows: number;
  /** [exit but the last][row]: the row leaves at the first exit where this is at least the exit's threshold. NaN never does. */
  readonly grades: readonly Float64Array[];
  /** [exit][row]: 1 where the answer is right of a row that leaves there. */
  readonly right: readonly Uint8Array[];
}

/** Rows that leave at each exit, and rows that are answered right. */
export interface Tally {
  readonly counts: readonly number[];
  readonly right: number;
}

/** What is to be least; Infinity where thresholds are not allowed. Called often, with counts that change afterwards. */
export type Loss = (counts: readonly number[], right: number) => number;

export interface SearchSpace {
  /** One threshold for each exit but the last; else one for all. */
  readonly each: boolean;
  /** Grades that thresholds may be, from the one that lets fewest leave to the one that lets most. */
  readonly strictest: number;
  readonly loosest: number;
  /** Thresholds that are tried of one exit while the others stay, evenly spread over the rows; all grades that occur unless given. */
  readonly tried?: number;
}

export interface Found extends Tally {
  /** By exit but the last. */
  readonly thresholds: readonly number[];
  readonly loss: number;
}

export function tallyOf({ rows, grades, right }: GradedRows, thresholds: readonly number[]): Tally {
  const counts = right.map(() => 0);
  let answered = 0;
  for (let row = 0; row < rows; row++) {
    let exit = 0;
    while (exit < grades.length && !(grades[exit]![row]! >= thresholds[exit]!)) exit++;
    counts[exit]!++;
    answered += right[exit]![row]!;
  }
  return { counts, right: answered };
}

/** Row visits that looking at every combination of thresholds may take. */
const affordable = 6.25e6;

/** Thresholds tried of each exit but the last two. */
const gridOf = (rows: number, exits: number): number =>
  Math.floor((affordable / Math.max(1, rows)) ** (1 / (exits - 1)));

/** Whether a search for one threshold for each of so many exits looks at all there are. */
export const looksAtAll = (rows: number, exits: number): boolean => exits < 2 || rows < gridOf(rows, exits);

/**
 * Thresholds with the least loss; of equal ones those that answer more rows right, then the strictest.
 * One threshold for all: exact, every grade that occurs is tried. One for each of two exits before the last: exact, too, below 2,500 rows.
 * Beyond that, combinations of evenly spread grades, the best of which, and the best common threshold, are then moved exit by exit to the best
 * of all grades, as long as that helps: a local optimum, never worse than one threshold for all.
 * @returns null where nothing is allowed
 */
export function searchThresholds(rows: GradedRows, space: SearchSpace, loss: Loss): Found | null {
  const exits = rows.grades.length;
  if (exits === 0) return consider(rows, [], loss);
  const all = Array.from({ length: exits }, (_, exit) => exit);
  const none = new Array<number>(exits).fill(space.strictest);
  const common = new Line(rows, all, space);
  const together = common.best(none, loss);
  if (!space.each || exits === 1) return together;
  const lines = all.map((exit) => new Line(rows, [exit], space));
  let best = together;
  const last = lines[exits - 1]!;
  const perExit = gridOf(rows.rows, exits);
  const most = space.tried === undefined ? perExit : Math.ceil(space.tried ** (1 / (exits - 1)));
  const grids = lines.slice(0, -1).map((line) => line.thinned(Math.min(perExit, most)));
  for (const thresholds of combinations(grids)) best = better(best, last.best([...thresholds, space.strictest], loss));
  return descend(lines, best, descend(lines, together, best, loss), loss);
}

/** Moves one threshold at a time as long as that helps. @returns the better of what it comes to and `other` */
function descend(lines: readonly Line[], from: Found | null, other: Found | null, loss: Loss): Found | null {
  let here = from;
  for (let improved = here !== null; improved; ) {
    improved = false;
    for (const line of lines) {
      const moved: Found | null = better(here, line.best(here!.thresholds, loss));
      improved ||= moved !== here;
      here = moved;
    }
  }
  return better(other, here);
}

function consider(rows: GradedRows, thresholds: readonly number[], loss: Loss): Found | null {
  const tally = tallyOf(rows, thresholds);
  const value = loss(tally.counts, tally.right);
  return value === Number.POSITIVE_INFINITY ? null : { ...tally, thresholds, loss: value };
}

/** The first unless the second is truly better. */
function better(a: Found | null, b: Found | null): Found | null {
  if (a === null || b === null) return a ?? b;
  return b.loss < a.loss || (b.loss === a.loss && b.right > a.right) ? b : a;
}

function* combinations(lists: readonly (readonly number[])[]): Generator<number[]> {
  const [first, ...rest] = lists;
  if (first === undefined) yield [];
  else for (const value of first) for (const others of combinations(rest)) yield [value, ...others];
}

/** All thresholds of some exits, which share one, while the others stay: rows move to earlier exits as it is lowered. */
class Line {
  private readonly rows: GradedRows;
  private readonly isMoving: Uint8Array;
  private readonly space: SearchSpace;
  /** Rows at the exits that move, by falling grade; those that no threshold lets leave are left out. */
  private readonly grade: Float64Array;
  private readonly row: Int32Array;
  private readonly exit: Uint8Array;
  /** Exit where each row leaves. */
  private readonly at: Uint8Array;

  constructor(rows: GradedRows, moving: readonly number[], space: SearchSpace) {
    this.rows = rows;
    this.space = space;
    this.isMoving = Uint8Array.from(rows.grades, (_, exit) => (moving.includes(exit) ? 1 : 0));
    const visits = moving.flatMap((exit) =>
      Array.from(rows.grades[exit]!, (grade, row) => ({ exit, row, grade })).filter(
        ({ grade }) => grade >= space.loosest,
      ),
    );
    visits.sort((a, b) => b.grade - a.grade || a.exit - b.exit || a.row - b.row);
    this.grade = Float64Array.from(visits, ({ grade }) => grade);
    this.row = Int32Array.from(visits, ({ row }) => row);
    this.exit = Uint8Array.from(visits, ({ exit }) => exit);
    this.at = new Uint8Array(rows.rows);
  }

  /** So many of the grades, evenly spread over those that occur, the strictest threshold among them. */
  thinned(most: number): number[] {
    const distinct = [this.space.strictest];
    for (const grade of this.grade) if (grade < distinct[distinct.length - 1]!) distinct.push(grade);
    const wanted = Math.max(1, most);
    if (distinct.length <= wanted) return distinct;
    const step = wanted === 1 ? 0 : (distinct.length - 1) / (wanted - 1);
    return Array.from({ length: wanted }, (_, i) => distinct[Math.round(i * step)]!);
  }

  best(fixed: readonly number[], loss: Loss): Found | null {
    const { at, grade, row, exit, space } = this;
    const { right } = this.rows;
    const counts = new Array<number>(right.length).fill(0);
    let answered = this.settle(fixed, counts);
    let [least, most, where] = [Number.POSITIVE_INFINITY, -1, Number.NaN];
    let kept: number[] = [];
    const offer = (threshold: number): void => {
      const value = loss(counts, answered);
      if (value > least || value === Number.POSITIVE_INFINITY || (value === least && answered <= most)) return;
      [least, most, where] = [value, answered, threshold];
      kept = counts.slice();
    };
    const gap = space.tried === undefined ? 0 : grade.length / space.tried;
    let offered = 0;
    let threshold = space.strictest;
    // Of thresholds between which nobody moves one is enough.
    let moved = true;
    for (let i = 0; i < grade.length; i++) {
      if (grade[i]! < threshold) {
        if (moved && i >= offered) {
          offer(threshold);
          offered += gap;
          moved = false;
        }
        threshold = grade[i]!;
      }
      const r = row[i]!;
      const before = at[r]!;
      const here = exit[i]!;
      if (here >= before) continue;
      moved = true;
      counts[before]!--;
      counts[here]!++;
      answered += right[here]![r]! - right[before]![r]!;
      at[r] = here;
    }
    if (moved) offer(threshold);
    if (most < 0) return null;
    const thresholds = fixed.map((value, e) => (this.isMoving[e] === 1 ? where : value));
    return { thresholds, counts: kept, right: most, loss: least };
  }

  /** Everybody where the thresholds that stay let them leave. @returns rows that are answered right */
  private settle(fixed: readonly number[], counts: number[]): number {
    const { at, isMoving } = this;
    const { rows, grades, right } = this.rows;
    const last = grades.length;
    at.fill(last);
    for (let exit = last - 1; exit >= 0; exit--) {
      if (isMoving[exit] === 1) continue;
      const grade = grades[exit]!;
      const threshold = fixed[exit]!;
      for (let r = 0; r < rows; r++) if (grade[r]! >= threshold) at[r] = exit;
    }
    let answered = 0;
    for (let r = 0; r < rows; r++) {
      const exit = at[r]!;
      counts[exit]!++;
      answered += right[exit]![r]!;
    }
    return answered;
  }
}
