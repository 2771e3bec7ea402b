/** What plain machines do for requests: one queue, first come first served. */
import { CELL_CORRECT, CELL_GOOD, CELL_IN_TIME, CELL_LATENCY, CELL_PARTS, CELL_SQUARE } from "../../columns";
import { counting } from "../../counting";
import { DEADLINE, QUEUE } from "../../drop-reasons";
import { entityBits, STAGE, WAITING } from "../../event-kinds";
import { BUSY, HEAD, machineShift, QUEUED, TAIL } from "../../machines";
import {
  ARRIVED_AT,
  CODE,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  TARGET,
} from "../../request-columns";
import { AGENDA, ASKS_AGAIN, DUE, NOW, REAL_ROW_BYTES } from "../layout";
import { schedule, snapped } from "./agenda";
import {
  changed,
  drop,
  encode,
  endsQuery,
  givesUp,
  isRight,
  joinStation,
  machineOf,
  nextInTime,
  place,
  prepare,
  stageTime,
  teach,
  verdict,
  visited,
} from "./host";
import { addTo, int, intsOf, isNotANumber, real, realsOf, stageOf } from "./memory";
import { send } from "./messages";
import { naturalLog } from "./natural-log";
import { release } from "./slots";
import {
  batchCount,
  batches,
  batchSum,
  cells,
  deadlines,
  decodes,
  dropsLate,
  due,
  encodes,
  exitAfter,
  exits,
  exponential,
  firstMachine,
  fixed,
  groups,
  isJudged,
  isRecorded,
  k0,
  k1,
  learns,
  machines,
  modulus,
  parts,
  perRequest,
  perSecond,
  places,
  plan,
  segments,
  servers,
  shareK0,
  shareK1,
  shares,
  shift,
  slices,
  snapsStages,
  tellsChanges,
  unasked,
  width,
} from "./tables";
import { keep, visit } from "./tally";
import { uniform } from "./threefry";

/** A request comes to the machine of a group that is its. */
export function join(slot: i32, group: i32, now: f64): void {
  const i = intsOf(slot);
  const by = int(modulus, load<i32>(i, STREAM << 2) * groups + group);
  let machine = int(firstMachine, group);
  if (by !== 1) {
    if (by === 0) machine += load<i32>(i, DEVICE << 2);
    else machine += by > 0 ? load<i32>(i, DEVICE << 2) % by : machineOf(slot, group);
  }
  store<i32>(i, group, GROUP << 2);
  store<f64>(realsOf(slot), now, QUEUED_AT << 3);
  const m = machines + ((<usize>machine) << (machineShift + 2));
  if (load<i32>(m, BUSY << 2) < int(servers, group)) {
    if (dropsLate && givesUp(slot, now) !== 0) drop(slot, DEADLINE);
    else start(slot, machine, group, now);
    return;
  }
  const waiting = load<i32>(m, QUEUED << 2);
  const room = int(places, group);
  if (waiting >= room) {
    if (room < 0) joinStation(slot, machine, group);
    else drop(slot, QUEUE);
    return;
  }
  if (waiting === 0) store<i32>(m, slot, HEAD << 2);
  else store<i32>(intsOf(load<i32>(m, TAIL << 2)), slot, NEXT << 2);
  store<i32>(m, slot, TAIL << 2);
  store<i32>(m, waiting + 1, QUEUED << 2);
  store<i32>(i, (WAITING << entityBits) | machine, CODE << 2);
  if (tellsChanges) changed(machine);
}

/** A server takes a request. */
@inline
function start(slot: i32, machine: i32, group: i32, now: f64): void {
  const i = intsOf(slot);
  const r = realsOf(slot);
  const m = machines + ((<usize>machine) << (machineShift + 2));
  store<i32>(m, load<i32>(m, BUSY << 2) + 1, BUSY << 2);
  if (tellsChanges) changed(machine);
  store<i32>(i, (STAGE << entityBits) | machine, CODE << 2);
  store<f64>(r, now, STARTED_AT << 3);
  if (counting) addTo(r + ((<usize>(PARTS + groups)) << 3), now - load<f64>(r, QUEUED_AT << 3));
  const segment = load<i32>(i, SEGMENT << 2);
  if (
    segment < 0 ||
    (load<i32>(i, RECEIVED << 2) === 1 && int(decodes, stageOf(load<i32>(i, STREAM << 2), group, segment)) === 1)
  ) {
    prepare(slot, group);
    return;
  }
  store<f64>(AGENDA, now, DUE);
  runStage(slot, group);
}

/** Trunk of a segment, and the head after it where one runs, from DUE on. */
@inline
export function runStage(slot: i32, group: i32): void {
  const i = intsOf(slot);
  const s = stageOf(load<i32>(i, STREAM << 2), group, load<i32>(i, SEGMENT << 2));
  let time = real(fixed, s);
  if (isNotANumber(time)) {
    const scale = real(exponential, s);
    time =
      scale > 0
        ? -scale * naturalLog(1.0 - uniform(int(k0, s), int(k1, s), load<i32>(i, NUMBER << 2), load<i32>(i, DEVICE << 2)))
        : stageTime(slot, s);
  }
  if (counting) addTo(realsOf(slot) + ((<usize>(PARTS + group)) << 3), time);
  addTo(AGENDA + DUE, time);
  scheduleStage(slot, group);
}

/** A machine of a group will have ended a stage of a request, or encoded a tensor, at DUE. */
export function scheduleStage(slot: i32, group: i32): void {
  if (int(snapsStages, group) !== 0) store<f64>(AGENDA, max(load<f64>(AGENDA, NOW), snapped(load<f64>(AGENDA, DUE))), DUE);
  schedule(AGENDA, slot);
}

/** A machine has ended a stage (trunk and head, or encoding) of a request. */
@inline
export function endStage(slot: i32, machine: i32, now: f64): void {
  const i = intsOf(slot);
  const r = realsOf(slot);
  const stream = load<i32>(i, STREAM << 2);
  const group = load<i32>(i, GROUP << 2);
  let segment = load<i32>(i, SEGMENT << 2);
  let completes = false;
  // Below 0: a tensor is encoded.
  if (segment < 0) store<i32>(i, ~segment, SEGMENT << 2);
  else {
    const answer = answerOf(slot, stream, int(exitAfter, segment));
    if (answer >= 0) {
      store<i32>(i, answer, EXIT << 2);
      store<f64>(r, now, EXITED_AT << 3);
      const to = int(due, stream);
      if (to < 0 || to === group) completes = true;
      else store<i32>(i, to, TARGET << 2);
    } else {
      segment++;
      let target = int(plan, stream * segments + segment);
      if (target < 0) target = place(slot, segment, group);
      store<i32>(i, segment, SEGMENT << 2);
      if (target === group) {
        store<f64>(AGENDA, now, DUE);
        runStage(slot, group);
        return;
      }
      store<i32>(i, target, TARGET << 2);
      if (int(encodes, stageOf(stream, group, segment)) === 1) {
        store<i32>(i, ~segment, SEGMENT << 2);
        store<f64>(AGENDA, now + encode(slot, ~segment), DUE);
        scheduleStage(slot, group);
        return;
      }
    }
  }
  // The server is given back, and takes the next that waits.
  const startedAt = load<f64>(r, STARTED_AT << 3);
  const queuedAt = load<f64>(r, QUEUED_AT << 3);
  if (counting) visit(group, machine, load<i32>(i, SLICE << 2), startedAt - queuedAt, now - startedAt);
  if (isRecorded) visited(slot, group, queuedAt, startedAt, now);
  const m = machines + ((<usize>machine) << (machineShift + 2));
  store<i32>(m, load<i32>(m, BUSY << 2) - 1, BUSY << 2);
  let next = -1;
  const waiting = load<i32>(m, QUEUED << 2);
  if (waiting > 0) {
    if (dropsLate) next = nextInTime(machine, group);
    else {
      next = load<i32>(m, HEAD << 2);
      store<i32>(m, load<i32>(intsOf(next), NEXT << 2), HEAD << 2);
      store<i32>(m, waiting - 1, QUEUED << 2);
    }
  }
  if (tellsChanges) changed(machine);
  if (completes) complete(slot);
  if (next >= 0) start(next, machine, group, now);
  if (!completes) send(slot, group);
}

/** Exit that answers after a segment that `exit` follows; -1 to go on. */
function answerOf(slot: i32, stream: i32, exit: i32): i32 {
  if (exit < 0 || exit === unasked) return exit;
  const share = real(shares, exit);
  if (isNotANumber(share)) return verdict(slot, exit);
  const key = stream * exits + exit;
  const i = intsOf(slot);
  const u = uniform(int(shareK0, key), int(shareK1, key), load<i32>(i, NUMBER << 2), load<i32>(i, DEVICE << 2));
  return u < share ? exit : -1;
}

/** Latency ends. */
export function complete(slot: i32): void {
  const i = intsOf(slot);
  const r = realsOf(slot);
  const now = load<f64>(AGENDA, NOW);
  const stream = load<i32>(i, STREAM << 2);
  const sliceOf = load<i32>(i, SLICE << 2);
  const at = ((stream * exits + load<i32>(i, EXIT << 2)) * groups + load<i32>(i, GROUP << 2)) * slices + sliceOf;
  const arrivedAt = load<f64>(r, ARRIVED_AT << 3);
  const spent = now - arrivedAt;
  if (learns) teach(slot, spent);
  if (int(due, stream) >= 0) store<f64>(r + load<usize>(REAL_ROW_BYTES) - 8, now - load<f64>(r, EXITED_AT << 3));
  const c = cells + <usize>at * ((<usize>width) << 3);
  if (counting) {
    // Only of the parts that it can have; see `livingParts`.
    let list = parts + <usize>((stream * segments + load<i32>(i, SEGMENT << 2)) * (width - CELL_PARTS + 1)) * 4;
    for (let part = load<i32>(list); part >= 0; part = load<i32>(list)) {
      const spentAt = r + ((<usize>part) << 3);
      addTo(c + ((<usize>part) << 3) + (CELL_PARTS << 3), load<f64>(spentAt, PARTS << 3));
      store<f64>(spentAt, 0, PARTS << 3);
      list += 4;
    }
  }
  const inTime = spent <= real(deadlines, stream);
  addTo(c, 1);
  if (inTime) addTo(c + (CELL_IN_TIME << 3), 1);
  if (isJudged && isRight(slot) !== 0) {
    addTo(c + (CELL_CORRECT << 3), 1);
    if (inTime) addTo(c + (CELL_GOOD << 3), 1);
  }
  const d = spent - load<f64>(shift);
  if (isNotANumber(d)) store<f64>(shift, spent);
  else {
    addTo(c + (CELL_LATENCY << 3), d);
    addTo(c + (CELL_SQUARE << 3), d * d);
  }
  if (counting) {
    keep(at, spent);
    // One of the two factors is 0: batches are of requests, or of time where the run has a duration.
    const batch = <i32>((<f64>load<i32>(i, ORDER << 2) + 0.5) * perRequest + arrivedAt * perSecond);
    if (batch < batches) {
      addTo(batchSum + ((<usize>batch) << 3), spent);
      addTo(batchCount + ((<usize>batch) << 3), 1);
    }
  }
  if (load<i32>(ASKS_AGAIN) !== 0) endsQuery(slot);
  release(slot);
}
