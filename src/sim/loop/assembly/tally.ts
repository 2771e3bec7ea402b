/** What is counted: visits, values for quantiles, events. */
import {
  VISIT_SERVICE,
  VISIT_SERVICE_SQUARE,
  VISIT_WAITED,
  VISIT_WAITING,
  VISIT_WAITING_SQUARE,
  VISIT_WIDTH,
} from "../../columns";
import { counting } from "../../counting";
import { cellBits, firstOctave, octaves } from "../../octaves";
import { COUNTS, EVENTS, FINGERPRINT, PENDING } from "../layout";
import { addRare, addRow, place } from "./host";
import { addTo, int, isNotANumber } from "./memory";
import {
  bins,
  busySeconds,
  cutPlaces,
  highs,
  lows,
  octaveRows,
  pendingPlaces,
  pendingValues,
  serviceShift,
  slice,
  slices,
  visits,
  waitPlaces,
} from "./tables";

/** Counts a visit to a machine: seconds waited and served. */
export function visit(group: i32, machine: i32, slice: i32, waited: f64, service: f64): void {
  addTo(busySeconds + ((<usize>machine) << 3), service);
  const at = group * slices + slice;
  const v = visits + <usize>at * (VISIT_WIDTH << 3);
  addTo(v, 1);
  if (waited > 0) {
    addTo(v + (VISIT_WAITING << 3), waited);
    addTo(v + (VISIT_WAITING_SQUARE << 3), waited * waited);
    addTo(v + (VISIT_WAITED << 3), 1);
    keep(~at, waited);
  }
  const shiftOf = serviceShift + ((<usize>group) << 3);
  const d = service - load<f64>(shiftOf);
  if (isNotANumber(d)) store<f64>(shiftOf, service);
  else {
    addTo(v + (VISIT_SERVICE << 3), d);
    addTo(v + (VISIT_SERVICE_SQUARE << 3), d * d);
  }
}

/** A value for quantiles: a latency by its place, a wait by the complement of its own. */
export function keep(at: i32, value: f64): void {
  if (bins) {
    count(at >= 0 ? int(cutPlaces, at) : int(waitPlaces, ~at), value);
    return;
  }
  const n = load<i32>(PENDING);
  store<i32>(PENDING, n + 1);
  store<i32>(pendingPlaces + ((<usize>n) << 2), at);
  store<f64>(pendingValues + ((<usize>n) << 3), value);
}

/** As `record` of `samples.ts`. */
function count(place: i32, value: f64): void {
  const cell = <i32>(reinterpret<u64>(value) >> (52 - cellBits));
  const octave = (cell >> cellBits) - firstOctave;
  if (<u32>octave >= <u32>octaves) {
    addRare(place, value);
    return;
  }
  const entry = place * octaves + octave;
  let row = int(octaveRows, entry);
  if (row < 0) row = addRow(entry);
  const at = load<usize>(COUNTS) + ((<usize>(row + (cell & ((1 << cellBits) - 1)))) << 2);
  store<u32>(at, load<u32>(at) + 1);
  const high = highs + ((<usize>place) << 3);
  if (value > load<f64>(high)) store<f64>(high, value);
  const low = lows + ((<usize>place) << 3);
  if (value < load<f64>(low)) store<f64>(low, value);
}

/**
 * An event enters the fingerprint: what happens where, to which request, when. Two 64-bit hashes, of the order of events (no floating
 * point in it) and of their times rounded to 1 ns; they detect change, not error. Multiply and rotate, two words of 32 bits each.
 */
export function record(word: i32, order: i32, at: f64): void {
  if (!counting) return;
  const a = (load<i32>(FINGERPRINT) ^ word) * 0x01000193 + order;
  const b = rotl<i32>(load<i32>(FINGERPRINT, 4), 5) + a;
  // Low and high word of the nanoseconds; the conversion cuts, which after adding a half is rounding.
  const ns = <i64>(at * 1e9 + 0.5);
  const c = (load<i32>(FINGERPRINT, 8) * 0x01000193) ^ <i32>ns;
  const d = rotl<i32>(load<i32>(FINGERPRINT, 12), 7) + c + <i32>(ns >> 32);
  store<i32>(FINGERPRINT, a);
  store<i32>(FINGERPRINT, b, 4);
  store<i32>(FINGERPRINT, c, 8);
  store<i32>(FINGERPRINT, d, 12);
  addTo(EVENTS, 1);
}
