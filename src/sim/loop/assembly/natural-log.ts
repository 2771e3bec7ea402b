/** The same bits as `naturalLog` of `natural-log.ts`, whose table this reads. */

/** Where the table begins: set from outside. */
export let logTable: usize = 0;

@inline
export function naturalLog(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  const offset = bits - 0x3fe6a00000000000;
  const row = logTable + ((<usize>(offset >> 44) & 255) << 5);
  const k = <f64>(<i32>(offset >> 52));
  const m = reinterpret<f64>(bits - (offset & 0xfff0000000000000));
  const r = (m - load<f64>(row)) * load<f64>(row, 8);
  const r2 = r * r;
  const series = r2 * (-0.5 + r * (1.0 / 3.0) + r2 * (-0.25 + r * 0.2 + r2 * (-1.0 / 6.0 + r * (1.0 / 7.0))));
  return k * 0.6931471803691238 + load<f64>(row, 16) + (k * 1.9082149292705877e-10 + load<f64>(row, 24) + series + r);
}
