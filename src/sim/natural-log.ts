/**
 * Natural logarithms of our own: the same bits in every engine, which `Math.log` need not have, and twice as fast in the event loop, where
 * `loop/assembly/natural-log.ts` does the same. At most 0.6 ulp off.
 *
 * x = 2^k m with m from about √½ to √2, and log m = log c + log1p((m - c) / c) for the nearest of 256 numbers c, by the series to the 7th power.
 * Beside 1 c is 1, so that logarithms near 0 lose no digit. After P. T. P. Tang, "Table-driven implementation of the logarithm
 * function in IEEE floating-point arithmetic", ACM TOMS 16(4), 1990.
 */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
double[0] = 1;
/** Which of the two words is the high one depends on the machine. */
const HIGH = words[1] === 0 ? 0 : 1;

/** High word of the least m. */
const LEAST = 0x3fe6a000;
const rows = 256;
const columns = 4;
/** ln 2 as a multiple of 2^-32, of which small multiples are exact, and what is left of it. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** [c, 1 / c, log c as a multiple of 2^-40, what is left of it] by the first eight bits of m after {@link LEAST}. */
export const logTable = tableOf();

/** @param x above 0, normal, finite */
export function naturalLog(x: number): number {
  double[0] = x;
  const high = words[HIGH]!;
  const offset = high - LEAST;
  const row = ((offset >> 12) & (rows - 1)) * columns;
  const k = offset >> 20;
  words[HIGH] = high - (offset & 0xfff00000);
  const r = (double[0]! - logTable[row]!) * logTable[row + 1]!;
  const r2 = r * r;
  const series = r2 * (-0.5 + r * (1 / 3) + r2 * (-0.25 + r * 0.2 + r2 * (-1 / 6 + r * (1 / 7))));
  return k * LN2_HIGH + logTable[row + 2]! + (k * LN2_LOW + logTable[row + 3]! + series + r);
}

function tableOf(): Float64Array {
  const table = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [leastOf(row), leastOf(row + 1)];
    const c = from <= 1 && to >= 1 ? 1 : (from + to) / 2;
    const { most, rest } = logarithm(c);
    const high = Math.round((most + rest) * 2 ** 40) * 2 ** -40;
    table.set([c, 1 / c, high, most - high + rest], row * columns);
  }
  return table;
}

/** Least m of a row. */
function leastOf(row: number): number {
  double[0] = 0;
  words[HIGH] = LEAST + (row << 12);
  return double[0]!;
}

/**
 * 2 atanh(z) for z = (x - 1) / (x + 1), as a sum of two doubles: 2 z, and the rest of the series with what z was rounded by. Sums, products and
 * quotients alone, which every engine does alike. @param x of few bits, next to 1
 */
function logarithm(x: number): { most: number; rest: number } {
  const z = (x - 1) / (x + 1);
  const upper = Math.round(z * 2 ** 26) * 2 ** -26;
  const rounding = (x - 1 - upper * (x + 1) - (z - upper) * (x + 1)) / (x + 1);
  let sum = 0;
  for (let n = 25; n >= 3; n -= 2) sum = sum * z * z + 1 / n;
  return { most: 2 * z, rest: 2 * (z * z * z * sum + rounding) };
}
