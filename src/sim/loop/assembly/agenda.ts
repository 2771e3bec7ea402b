/**
 * Instants that wait, least first; equal ones by code and order, those of sources by their number.
 *
 * A 4-ary heap. The root that was taken is left in place: the first event scheduled afterwards overwrites it and sinks from the top, and
 * stops soon because it is near in time. The least child is chosen without branches; equal times, which are rare, take an extra step.
 * Instants are never negative, so their bits compare as they do, and faster.
 */
import { entityBits, STAGE } from "../../event-kinds";
import { CODE, intShift, ORDER } from "../../request-columns";
import { BEYOND, DUE, IDS, INT_ROWS, NOW, OPEN, ROOM, SIZE, SNAPS, SOURCES, TIMES } from "../layout";
import { grow, refuse, timerCode, timerOrder } from "./host";

export function codeOf(id: i32): i32 {
  return id < 0 ? timerCode(id) : load<i32>(load<usize>(INT_ROWS) + (((<usize>id) << intShift) << 2), CODE << 2);
}

function orderOf(id: i32): i32 {
  return id < 0 ? timerOrder(id) : load<i32>(load<usize>(INT_ROWS) + (((<usize>id) << intShift) << 2), ORDER << 2);
}

/** Whether `a` comes before `b` at equal times. */
function before(agenda: usize, a: i32, b: i32): bool {
  if (agenda === SOURCES) return a < b;
  const codeA = codeOf(a);
  const codeB = codeOf(b);
  return codeA !== codeB ? codeA < codeB : orderOf(a) < orderOf(b);
}

/**
 * The nearest picosecond; later than half an hour the nearest tenth of a nanosecond, and after two days the instant itself. So instants that
 * are equal in decimals are equal, by whatever sums they came about, and never in another order than before.
 */
// @ts-ignore: decorator
@inline
export function snapped(at: f64): f64 {
  if (at < 2048.0) return nearest(at * 1e12) / 1e12;
  return at < 2e5 ? nearest(at * 1e10) / 1e10 : at;
}

/** Something is due at DUE. Throws when that is before NOW, or not a number: the clock would run backwards. */
export function schedule(agenda: usize, id: i32): void {
  const due = load<f64>(agenda, DUE);
  if (!(due >= load<f64>(agenda, NOW))) refuse(agenda, id);
  // Links ask for the instant at which something has changed, or a message has left, and no sooner: they are left alone.
  if (load<i32>(SNAPS) !== 0 && (agenda === SOURCES || codeOf(id) >> entityBits === STAGE))
    store<f64>(agenda, max(load<f64>(agenda, NOW), snapped(due)), DUE);
  if (load<i32>(agenda, OPEN) !== 0) replace(agenda, id);
  else rise(agenda, id);
}

/** Puts what is due at DUE in the place of the root that was taken. */
export function replace(agenda: usize, id: i32): void {
  const times: usize = load<usize>(agenda, TIMES);
  const ids: usize = load<usize>(agenda, IDS);
  const size = load<i32>(agenda, SIZE);
  const time = load<i64>(agenda, DUE);
  store<i32>(agenda, 0, OPEN);
  let i: usize = 0;
  for (let c: usize = 1; c < <usize>size; c = (i << 2) + 1) {
    // Places past the end hold +Infinity, so that four children may always be compared.
    const at = times + (c << 3);
    const t0 = load<i64>(at);
    const t1 = load<i64>(at, 8);
    const t2 = load<i64>(at, 16);
    const t3 = load<i64>(at, 24);
    const x = c + <usize>(t1 < t0);
    const y = c + 2 + <usize>(t3 < t2);
    let least = x ^ ((x ^ y) & -(<usize>(load<i64>(times + (y << 3)) < load<i64>(times + (x << 3)))));
    const t = load<i64>(times + (least << 3));
    if (<i32>(t0 === t) + <i32>(t1 === t) + <i32>(t2 === t) + <i32>(t3 === t) > 1) least = firstOfEqual(agenda, c, t);
    if (t > time || (t === time && before(agenda, id, load<i32>(ids + (least << 2))))) break;
    store<i64>(times + (i << 3), t);
    store<i32>(ids + (i << 2), load<i32>(ids + (least << 2)));
    i = least;
  }
  store<i64>(times + (i << 3), time);
  store<i32>(ids + (i << 2), id);
}

/** Fills the place of the root that was taken. */
export function settle(agenda: usize): void {
  const last = <usize>load<i32>(agenda, SIZE) - 1;
  const times: usize = load<usize>(agenda, TIMES);
  store<i32>(agenda, <i32>last, SIZE);
  store<f64>(agenda, load<f64>(times + (last << 3)), DUE);
  store<f64>(times + (last << 3), Infinity);
  if (last > 0) replace(agenda, load<i32>(<usize>load<usize>(agenda, IDS) + (last << 2)));
  store<i32>(agenda, 0, OPEN);
}

function rise(agenda: usize, id: i32): void {
  const size = load<i32>(agenda, SIZE);
  if (size + BEYOND > load<i32>(agenda, ROOM)) grow(agenda);
  const times: usize = load<usize>(agenda, TIMES);
  const ids: usize = load<usize>(agenda, IDS);
  const time = load<i64>(agenda, DUE);
  let i = <usize>size;
  store<i32>(agenda, size + 1, SIZE);
  while (i > 0) {
    const parent = (i - 1) >> 2;
    const t = load<i64>(times + (parent << 3));
    if (t < time || (t === time && before(agenda, load<i32>(ids + (parent << 2)), id))) break;
    store<i64>(times + (i << 3), t);
    store<i32>(ids + (i << 2), load<i32>(ids + (parent << 2)));
    i = parent;
  }
  store<i64>(times + (i << 3), time);
  store<i32>(ids + (i << 2), id);
}

function firstOfEqual(agenda: usize, first: usize, time: i64): usize {
  const times: usize = load<usize>(agenda, TIMES);
  const ids: usize = load<usize>(agenda, IDS);
  const end = min<usize>(first + 4, <usize>load<i32>(agenda, SIZE));
  // The last child, should all be past the end: none of those is ever taken.
  let least = first;
  let found = false;
  for (let i = first; i < end; i++) {
    if (load<i64>(times + (i << 3)) !== time) continue;
    if (!found || before(agenda, load<i32>(ids + (i << 2)), load<i32>(ids + (least << 2)))) least = i;
    found = true;
  }
  return least;
}
