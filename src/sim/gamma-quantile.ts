/** Gamma variables by inversion: one table a shape, 50 ns a draw instead of solving for each. */
import { naturalLog } from "./natural-log.ts";
import { normalQuantile } from "./normal.ts";
import { logGamma, logGammaDensity, logIncompleteGamma } from "./special.ts";

/** Shapes from here on are so nearly normal that four terms of the Cornish-Fisher series give the quantile to 1e-10. */
const SERIES_FROM = 10_000;
/** Ends of the table in log(u / (1 - u)); beyond those of the smallest and largest uniform, which are at ±36.74. */
const REACH = 37;
/** Steps of the table to one unit of log(u / (1 - u)). */
const STEPS = 8;
/** Coefficients of a step's polynomial. */
const TERMS = 6;

const known = new Map<number, (u: number) => number>();
/** Tables kept, of 28 kB each. */
const KEPT = 64;

/**
 * Quantile function of the gamma distribution with mean 1, increasing in u, relative error at most 1e-9 for shapes of 0.1 and more.
 * Below that the error is 1e-9 of log x: a value at 1e-100 of the mean may be off by 1e-7.
 * @param shape 1 / cv^2
 * @returns for u inside (0, 1)
 */
export function gammaQuantile(shape: number): (u: number) => number {
  if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) throw new RangeError(`a gamma shape is positive, got ${shape}`);
  let quantile = known.get(shape);
  if (quantile === undefined) {
    quantile = shape === 1 ? (u) => -naturalLog(1 - u) : shape >= SERIES_FROM ? series(shape) : tabulated(shape);
    if (known.size === KEPT) known.clear();
    known.set(shape, quantile);
  }
  return quantile;
}

/**
 * Cornish-Fisher series about the normal quantile z.
 * @see H. Goldberg, H. Levine, "Approximate formulas for the percentage points and normalization of t and chi-square", Ann. Math. Stat. 17, 1946, for 2 shape degrees of freedom
 */
function series(shape: number): (u: number) => number {
  const e = 1 / Math.sqrt(shape);
  return (u) => {
    const z = normalQuantile(u);
    const zz = z * z;
    const third =
      (z * (zz - 7)) / 36 - (e * ((3 * zz + 7) * zz - 16)) / 810 + (e * e * z * ((9 * zz + 256) * zz - 433)) / 38880;
    return 1 + e * (z + e * ((zz - 1) / 3 + e * third));
  };
}

/** log of the quantile as a function of s = log(u / (1 - u)): quintic between equal steps of s, with the exact value, slope and curvature at both ends of each. */
function tabulated(shape: number): (u: number) => number {
  const table = coefficients(shape);
  const last = 2 * REACH * STEPS - 1;
  return (u) => {
    const at = (Math.log(u / (1 - u)) + REACH) * STEPS;
    const step = at < 0 ? 0 : at > last ? last : Math.floor(at);
    const t = at - step;
    const i = step * TERMS;
    const upper = (table[i + 5]! * t + table[i + 4]!) * t + table[i + 3]!;
    return Math.exp(((upper * t + table[i + 2]!) * t + table[i + 1]!) * t + table[i]!);
  };
}

function coefficients(shape: number): Float64Array<ArrayBuffer> {
  const half = REACH * STEPS;
  const points = new Array<Point>(2 * half + 1);
  // From the median outwards, each solved from where its neighbour points to.
  const median = solve(shape, 0, start(shape));
  points[half] = median;
  for (const way of [-1, 1]) {
    let point = median;
    for (let i = 1; i <= half; i++) {
      const ds = way / STEPS;
      point = solve(shape, (way * i) / STEPS, point.y + ds * (point.slope + (ds / 2) * point.curvature));
      points[half + way * i] = point;
    }
  }
  const table = new Float64Array(2 * half * TERMS);
  for (let i = 0; i < 2 * half; i++) table.set(quintic(points[i]!, points[i + 1]!, Math.log(shape)), i * TERMS);
  return table;
}

/** y = log x (x of scale 1) where P / Q = e^s, and its derivatives in s. */
interface Point {
  readonly y: number;
  readonly slope: number;
  readonly curvature: number;
}

/** Near log of the median. */
function start(shape: number): number {
  if (shape < 0.5) return (logGamma(shape + 1) - Math.LN2) / shape;
  return Math.log(shape) + 3 * Math.log(1 - 1 / (9 * shape));
}

/** Newton on log P - log Q - s, which is smooth and close to straight in y. */
function solve(shape: number, s: number, from: number): Point {
  let y = from;
  for (let i = 0; i < 50; i++) {
    const { logP, logQ } = logIncompleteGamma(shape, y);
    const logDensity = logGammaDensity(shape, y);
    const slope = Math.exp(logP + logQ - logDensity);
    const change = (s - (logP - logQ)) * slope;
    // Log Q loses digits where Q is of the order of a tiny shape: what has not settled by then is that.
    const rounding = i < 20 ? 0 : 4e-15 / shape;
    if (Math.abs(change) < 1e-9 * (1 + Math.abs(y)) + rounding) {
      // The change left is taken to first order: exact to 1e-18.
      const bend = shape - Math.exp(y) - Math.exp(logDensity - logP) + Math.exp(logDensity - logQ);
      return { y: y + change, slope, curvature: -bend * slope * slope };
    }
    y += change;
  }
  throw new Error(`no quantile of a gamma variable of shape ${shape} at log odds ${s}`);
}

/** Coefficients in t = 0 … 1 of the polynomial through two points with their slopes and curvatures. */
function quintic(from: Point, to: Point, less: number): number[] {
  const h = 1 / STEPS;
  const [v0, v1] = [from.slope * h, to.slope * h];
  const [a0, a1] = [from.curvature * h * h, to.curvature * h * h];
  const rise = to.y - from.y;
  return [
    from.y - less,
    v0,
    a0 / 2,
    10 * rise - 6 * v0 - 4 * v1 - 1.5 * a0 + 0.5 * a1,
    -15 * rise + 8 * v0 + 7 * v1 + 1.5 * a0 - a1,
    6 * rise - 3 * (v0 + v1) - 0.5 * (a0 - a1),
  ];
}
