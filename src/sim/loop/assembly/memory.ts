/** Reading and writing what has a place in memory. */
import { intShift } from "../../request-columns";
import { INT_ROWS, REAL_ROW_BYTES, REAL_ROWS } from "../layout";
import { groups, segments } from "./tables";

export function int(table: usize, i: i32): i32 {
  return load<i32>(table + ((<usize>i) << 2));
}

export function real(table: usize, i: i32): f64 {
  return load<f64>(table + ((<usize>i) << 3));
}

export function addTo(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

export function isNotANumber(x: f64): bool {
  return x !== x;
}

/** Rows of a request: of integers, of reals. */
export function intsOf(slot: i32): usize {
  return load<usize>(INT_ROWS) + ((<usize>slot) << (intShift + 2));
}

export function realsOf(slot: i32): usize {
  return load<usize>(REAL_ROWS) + <usize>slot * load<usize>(REAL_ROW_BYTES);
}

/** Place of a stage, a codec or a plan of a stream on a group. */
export function stageOf(stream: i32, group: i32, segment: i32): i32 {
  return (stream * groups + group) * segments + segment;
}
