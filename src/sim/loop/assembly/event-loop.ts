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
import { ARRIVAL, DELIVERY, entityBits, entityMask, ENTRY, STAGE } from "../../event-kinds";
import {
  ARRIVED_AT,
  CODE,
  DEVICE,
  EXIT,
  GROUP,
  NUMBER,
  ORDER,
  RECEIVED,
  ROUTE,
  ROW,
  SEGMENT,
  SLICE,
  STREAM,
  STREAM_NUMBER,
  TARGET,
} from "../../request-columns";
import {
  AGENDA,
  ARRIVED,
  ASKS_AGAIN,
  DUE,
  HORIZON,
  IDS,
  LAST_ORDER,
  NEXT_ARRIVAL,
  NOW,
  OPEN,
  SIZE,
  SOURCES,
  TIMES,
} from "../layout";
import { codeOf, replace, settle, snapped } from "./agenda";
import { givesUpNow, measured, nextArrival, place, sampleRow, timer } from "./host";
import { int, intsOf, real, realsOf, stageOf } from "./memory";
import { enter, send } from "./messages";
import { naturalLog } from "./natural-log";
import { take } from "./slots";
import { complete, endStage, join } from "./stages";
import {
  clients,
  encodes,
  firstSource,
  gapK0,
  gapK1,
  gaps,
  groupWords,
  hops,
  isAsked,
  isJudged,
  lastArrivalAt,
  numbers,
  plan,
  segments,
  slice,
  snapsArrivals,
  sourceOf,
  streamNumbers,
  streamWords,
  wayWords,
} from "./tables";
import { record } from "./tally";
import { uniform } from "./threefry";

// For the host: see `Exports` in `event-loop.ts` of the folder above.
export { schedule, settle, snapped } from "./agenda";
export { send } from "./messages";
export { logTable, naturalLog } from "./natural-log";
export { release } from "./slots";
export { complete, runStage, scheduleStage } from "./stages";
export * from "./tables";
export { keep, record } from "./tally";
export { uniform } from "./threefry";

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
