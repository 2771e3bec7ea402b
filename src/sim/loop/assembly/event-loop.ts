/**
 * The event loop, in AssemblyScript: a TypeScript of machine types that is compiled to WebAssembly by `scripts/event-loop.mjs`.
 *
 * What most requests do at most events, plain first-come-first-served servers and plain links, stands here. What is rare is a call to the
 * host (`host.ts`) at the place where it differs, found by a table that the loop reads anyway:
 * - a node with more than plain servers: `places` below 0 sends its requests to `joinStation`; what happens there are timers;
 * - a link with more than size, rate and latency: `shortcut` SLOW sends its messages to `depart` and `enterLink`;
 * - arrivals that are not Poisson: `gaps` NaN asks `nextArrival`;
 * - an exit rule that is more than a probability: `shares` NaN asks `verdict`; a placement on the way: `plan` below 0 asks `place`;
 * - a stage whose time is neither constant nor exponential: `fixed` and `exponential` NaN ask `stageTime`; codecs: `prepare`, `encode`.
 *
 * `@inline` stands where a call would cost: V8 puts no function of WebAssembly into another.
 */
import {
  CELL_CORRECT,
  CELL_GOOD,
  CELL_IN_TIME,
  CELL_LATENCY,
  CELL_PARTS,
  CELL_SQUARE,
  MESSAGE_BYTES,
  MESSAGE_RESIDENCE,
  MESSAGE_WAITING,
  MESSAGE_WIDTH,
  PROPAGATE_PART,
  TRANSMIT_PART,
  VISIT_SERVICE,
  VISIT_SERVICE_SQUARE,
  VISIT_WAITED,
  VISIT_WAITING,
  VISIT_WAITING_SQUARE,
  VISIT_WIDTH,
} from "../../columns";
import { counting } from "../../counting";
import { DEADLINE, QUEUE } from "../../drop-reasons";
import { ARRIVAL, DELIVERY, ENTRY, entityBits, entityMask, STAGE, WAITING } from "../../event-kinds";
import { FIFO, SLOW } from "../../links/shortcuts";
import { BUSY, HEAD, machineShift, QUEUED, TAIL } from "../../machines";
import { cellBits, firstOctave, octaves } from "../../octaves";
import {
  ARRIVED_AT,
  BYTES,
  CODE,
  CROSSED,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intShift,
  LEAVES_AT,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  ROUTE,
  ROW,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  STREAM_NUMBER,
  TARGET,
} from "../../request-columns";
import {
  AGENDA,
  ARRIVED,
  ASKS_AGAIN,
  COUNTS,
  DUE,
  EVENTS,
  FINGERPRINT,
  FREE_SLOTS,
  FREED,
  HORIZON,
  IDS,
  INT_ROWS,
  LAST_ORDER,
  NEXT_ARRIVAL,
  NOW,
  OPEN,
  PENDING,
  REAL_ROW_BYTES,
  REAL_ROWS,
  SIZE,
  SOURCES,
  TIMES,
  USED,
} from "../layout";
import { codeOf, replace, schedule, settle, snapped } from "./agenda";
import {
  addRare,
  addRow,
  changed,
  crosses,
  depart,
  drop,
  encode,
  endsQuery,
  enterLink,
  givesUp,
  givesUpNow,
  isRight,
  joinStation,
  machineOf,
  measured,
  nextArrival,
  nextInTime,
  payload,
  place,
  prepare,
  resourceOf,
  sampleRow,
  stageTime,
  teach,
  timer,
  verdict,
  visited,
} from "./host";
import { logTable, naturalLog } from "./natural-log";
import { uniform } from "./threefry";

export { logTable, naturalLog, schedule, settle, snapped, uniform };

// Sizes of the tables. Here and below: set from outside, by name, before the first event.
export let exits: i32 = 0;
export let groups: i32 = 0;
export let segments: i32 = 0;
export let slices: i32 = 0;
export let ways: i32 = 0;
/** Columns of a cell of completed requests. */
export let width: i32 = 0;
export let batches: i32 = 0;
/** Exit whose rule is not asked. */
export let unasked: i32 = 0;
/** Batches of the warm-up series, per request and per second. */
export let perRequest: f64 = 0;
export let perSecond: f64 = 0;

// What somebody wants to be asked or told.
export let dropsLate: bool = false;
/** Values go to histograms at once, not to the list of those that have still to be filed. */
export let bins: bool = false;
export let isAsked: bool = false;
export let isJudged: bool = false;
export let isRecorded: bool = false;
export let isTabled: bool = false;
export let learns: bool = false;
export let tellsChanges: bool = false;

// Where tables of integers begin: as in `state.ts`.
export let clients: usize = 0;
export let cutPlaces: usize = 0;
export let decodes: usize = 0;
export let due: usize = 0;
export let encodes: usize = 0;
export let exitAfter: usize = 0;
export let firstHop: usize = 0;
export let firstMachine: usize = 0;
export let firstResource: usize = 0;
export let firstSource: usize = 0;
export let gapK0: usize = 0;
export let gapK1: usize = 0;
export let groupWords: usize = 0;
export let hops: usize = 0;
export let k0: usize = 0;
export let k1: usize = 0;
export let machines: usize = 0;
export let modulus: usize = 0;
export let numbers: usize = 0;
export let octaveRows: usize = 0;
export let parts: usize = 0;
export let pendingPlaces: usize = 0;
export let places: usize = 0;
export let plan: usize = 0;
export let servers: usize = 0;
export let shareK0: usize = 0;
export let shareK1: usize = 0;
export let shortcut: usize = 0;
export let slice: usize = 0;
export let snapsArrivals: usize = 0;
export let snapsStages: usize = 0;
export let sourceOf: usize = 0;
export let streamNumbers: usize = 0;
export let streamWords: usize = 0;
export let waitPlaces: usize = 0;
export let wayModulus: usize = 0;
export let wayWords: usize = 0;

// Where tables of reals begin.
export let batchCount: usize = 0;
export let batchSum: usize = 0;
export let busySeconds: usize = 0;
export let capacity: usize = 0;
export let cells: usize = 0;
export let deadlines: usize = 0;
export let exponential: usize = 0;
export let fixed: usize = 0;
export let fixedSizes: usize = 0;
export let freeAt: usize = 0;
export let gaps: usize = 0;
export let highs: usize = 0;
export let lastArrivalAt: usize = 0;
export let latency: usize = 0;
export let lows: usize = 0;
export let messages: usize = 0;
export let pendingValues: usize = 0;
export let serviceShift: usize = 0;
export let shares: usize = 0;
export let shift: usize = 0;
export let visits: usize = 0;

function int(table: usize, i: i32): i32 {
  return load<i32>(table + ((<usize>i) << 2));
}

function real(table: usize, i: i32): f64 {
  return load<f64>(table + ((<usize>i) << 3));
}

function addTo(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

function isNotANumber(x: f64): bool {
  return x !== x;
}

/** Rows of a request: of integers, of reals. */
function intsOf(slot: i32): usize {
  return load<usize>(INT_ROWS) + ((<usize>slot) << (intShift + 2));
}

function realsOf(slot: i32): usize {
  return load<usize>(REAL_ROWS) + <usize>slot * load<usize>(REAL_ROW_BYTES);
}

/** Place of a stage, a codec or a plan of a stream on a group. */
function stageOf(stream: i32, group: i32, segment: i32): i32 {
  return (stream * groups + group) * segments + segment;
}

/** Handles events until `budget` of them, at least one, are done or something else is due. */
export function handle(budget: i32): void {
  let left = budget;
  do {
    if (load<i32>(AGENDA, OPEN) !== 0) settle(AGENDA);
    const eventAt = load<f64>(load<usize>(AGENDA, TIMES));
    const arrivesAt = load<f64>(load<usize>(SOURCES, TIMES));
    if (arrivesAt < eventAt || (arrivesAt === eventAt && arrivalIsFirst(eventAt))) {
      if (arrivesAt >= load<f64>(HORIZON) || <f64>load<i32>(ARRIVED) >= load<f64>(NEXT_ARRIVAL)) break;
      arrive(arrivesAt);
    } else {
      if (eventAt >= load<f64>(HORIZON)) break;
      store<f64>(AGENDA, eventAt, NOW);
      store<i32>(AGENDA, 1, OPEN);
      const slot = load<i32>(load<usize>(AGENDA, IDS));
      if (slot < 0) timer(slot);
      else happen(slot, eventAt);
    }
  } while (--left > 0);
}

/** An arrival and an event at the same instant; when that is +Infinity, nothing is left to happen. */
export function arrivalIsFirst(at: f64): bool {
  return at < Infinity && codeOf(load<i32>(load<usize>(AGENDA, IDS))) > ARRIVAL << entityBits;
}

/** The first of the sources asks. */
@inline
function arrive(now: f64): void {
  const order = load<i32>(ARRIVED);
  store<f64>(AGENDA, now, NOW);
  const source = load<i32>(load<usize>(SOURCES, IDS));
  let stream = 0;
  while (source >= int(firstSource, stream + 1)) stream++;
  let device = source - int(firstSource, stream);
  let number = int(numbers, source);
  store<i32>(numbers + ((<usize>source) << 2), number + 1);
  record((int(streamWords, stream) + device) ^ (ARRIVAL << entityBits), order, now);
  const gap = real(gaps, stream);
  const following =
    gap > 0
      ? now - gap * naturalLog(1.0 - uniform(int(gapK0, stream), int(gapK1, stream), number + 1, device))
      : nextArrival(stream, number + 1, device, now);
  store<i32>(SOURCES, 1, OPEN);
  if (following < Infinity) {
    store<f64>(SOURCES, int(snapsArrivals, stream) !== 0 ? snapped(following) : following, DUE);
    replace(SOURCES, source);
  } else settle(SOURCES);
  const perDevice = int(clients, stream);
  if (perDevice > 0) {
    const client = device % perDevice;
    device = (device - client) / perDevice;
    number = number * perDevice + client;
  }
  store<i32>(ARRIVED, order + 1);
  // The end of the window is not for the event loop: it stops at the horizon.
  if (<f64>order === load<f64>(LAST_ORDER) || (load<i32>(SOURCES, SIZE) === 0 && load<i32>(ASKS_AGAIN) === 0)) {
    store<f64>(HORIZON, now);
    store<f64>(lastArrivalAt, now);
  }
  const slot = take();
  const streamNumber = int(streamNumbers, stream);
  store<i32>(streamNumbers + ((<usize>stream) << 2), streamNumber + 1);
  const group = int(sourceOf, stream);
  const i = intsOf(slot);
  store<i32>(i, stream, STREAM << 2);
  store<i32>(i, device, DEVICE << 2);
  store<i32>(i, number, NUMBER << 2);
  store<i32>(i, order, ORDER << 2);
  store<i32>(i, streamNumber, STREAM_NUMBER << 2);
  store<i32>(i, isJudged ? sampleRow(stream, device, number, streamNumber, now) : -1, ROW << 2);
  store<i32>(i, 0, SEGMENT << 2);
  store<i32>(i, group, GROUP << 2);
  store<i32>(i, load<i32>(slice), SLICE << 2);
  store<f64>(realsOf(slot), now, ARRIVED_AT << 3);
  let target = int(plan, stream * segments);
  if (target < 0) target = place(slot, 0, group);
  store<i32>(i, target, TARGET << 2);
  if (target === group) join(slot, group, now);
  else if (int(encodes, stageOf(stream, group, 0)) === 1) {
    store<i32>(i, ~0, SEGMENT << 2);
    join(slot, group, now);
  } else send(slot, group);
}

/** What the agenda holds for a request happens. */
@inline
function happen(slot: i32, now: f64): void {
  const i = intsOf(slot);
  const code = load<i32>(i, CODE << 2);
  const order = load<i32>(i, ORDER << 2);
  const kind = code >> entityBits;
  const entity = code & entityMask;
  if (kind === STAGE) {
    record(int(groupWords, load<i32>(i, GROUP << 2)) + entity, order, now);
    endStage(slot, entity, now);
  } else if (kind === DELIVERY) {
    record(int(wayWords, entity) ^ (DELIVERY << entityBits), order, now);
    if (isAsked) measured(slot, entity);
    const hop = load<i32>(i, ROUTE << 2) + 1;
    store<i32>(i, hop, ROUTE << 2);
    if (int(hops, hop) >= 0) enter(slot);
    else if (load<i32>(i, EXIT << 2) >= 0) complete(slot);
    else {
      store<i32>(i, 1, RECEIVED << 2);
      join(slot, load<i32>(i, TARGET << 2), now);
    }
  } else {
    record(kind === ENTRY ? code : int(wayWords, entity) ^ (kind << entityBits), order, now);
    if (kind === ENTRY) enter(slot);
    else givesUpNow(slot);
  }
}

/** A machine has ended a stage (trunk and head, or encoding) of a request. */
@inline
function endStage(slot: i32, machine: i32, now: f64): void {
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

/** Counts a visit to a machine: seconds waited and served. */
function visit(group: i32, machine: i32, slice: i32, waited: f64, service: f64): void {
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

/** A request comes to the machine of a group that is its. */
function join(slot: i32, group: i32, now: f64): void {
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

/** Sends the tensor before the next segment, or the answer, on its way to its TARGET. */
export function send(slot: i32, group: i32): void {
  const i = intsOf(slot);
  const isAnswer = load<i32>(i, EXIT << 2) >= 0;
  const cut = isAnswer ? segments : load<i32>(i, SEGMENT << 2);
  let size = real(fixedSizes, load<i32>(i, STREAM << 2) * (segments + 1) + cut);
  if (isNotANumber(size)) size = payload(slot, cut);
  if (!isAnswer && isTabled) crosses(slot, cut);
  store<f64>(realsOf(slot), size, BYTES << 3);
  const first = int(firstHop, group * groups + load<i32>(i, TARGET << 2));
  store<i32>(i, first, ROUTE << 2);
  if (int(shortcut, int(hops, first)) === SLOW) depart(slot);
  else enter(slot);
}

/** A message enters the link of its next hop. */
function enter(slot: i32): void {
  const i = intsOf(slot);
  const way = int(hops, load<i32>(i, ROUTE << 2));
  const kind = int(shortcut, way);
  if (kind === SLOW) {
    enterLink(slot);
    return;
  }
  const r = realsOf(slot);
  const now = load<f64>(AGENDA, NOW);
  const size = load<f64>(r, BYTES << 3);
  const transmission = (size * 8) / real(capacity, way);
  let startsAt = now;
  if (kind === FIFO) {
    const by = int(wayModulus, load<i32>(i, STREAM << 2) * ways + way);
    let resource = int(firstResource, way);
    if (by !== 1) resource += by === 0 ? load<i32>(i, DEVICE << 2) : resourceOf(slot, way);
    const free = freeAt + ((<usize>resource) << 3);
    if (load<f64>(free) > now) startsAt = load<f64>(free);
    store<f64>(free, startsAt + transmission);
  }
  const leavesAt = startsAt + transmission;
  store<f64>(r, now, QUEUED_AT << 3);
  store<f64>(r, startsAt, STARTED_AT << 3);
  store<f64>(r, leavesAt, LEAVES_AT << 3);
  const arrivesAt = leavesAt + real(latency, way);
  if (counting) {
    const m = messages + <usize>(way * slices + load<i32>(i, SLICE << 2)) * (MESSAGE_WIDTH << 3);
    addTo(m, 1);
    addTo(m + (MESSAGE_WAITING << 3), startsAt - now);
    addTo(m + (MESSAGE_RESIDENCE << 3), leavesAt - now);
    addTo(m + (MESSAGE_BYTES << 3), size);
    if (load<i32>(i, EXIT << 2) < 0) {
      const queue = r + ((<usize>(PARTS + groups)) << 3);
      addTo(queue, startsAt - now);
      addTo(queue + (TRANSMIT_PART << 3), transmission);
      addTo(queue + (PROPAGATE_PART << 3), arrivesAt - leavesAt);
    }
  }
  store<i32>(i, (DELIVERY << entityBits) | way, CODE << 2);
  store<f64>(AGENDA, arrivesAt, DUE);
  schedule(AGENDA, slot);
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

/** A slot with parts 0 (whoever releases one clears them), no exit, nothing crossed; room must have been reserved. */
function take(): i32 {
  const freed = load<i32>(FREED);
  let slot: i32;
  if (freed > 0) {
    store<i32>(FREED, freed - 1);
    slot = int(load<usize>(FREE_SLOTS), freed - 1);
  } else {
    slot = load<i32>(USED);
    store<i32>(USED, slot + 1);
  }
  const i = intsOf(slot);
  store<i32>(i, -1, EXIT << 2);
  store<i32>(i, -1, CROSSED << 2);
  store<i32>(i, 0, RECEIVED << 2);
  store<f64>(realsOf(slot), 0, LEAVES_AT << 3);
  return slot;
}

export function release(slot: i32): void {
  store<f64>(realsOf(slot), -1, ARRIVED_AT << 3);
  const freed = load<i32>(FREED);
  store<i32>(<usize>load<usize>(FREE_SLOTS) + ((<usize>freed) << 2), slot);
  store<i32>(FREED, freed + 1);
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
