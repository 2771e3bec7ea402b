/** Messages over plain links. */
import {
  MESSAGE_BYTES,
  MESSAGE_RESIDENCE,
  MESSAGE_WAITING,
  MESSAGE_WIDTH,
  PROPAGATE_PART,
  TRANSMIT_PART,
} from "../../columns";
import { counting } from "../../counting";
import { DELIVERY, entityBits } from "../../event-kinds";
import { FIFO, SLOW } from "../../links/shortcuts";
import {
  BYTES,
  CODE,
  DEVICE,
  EXIT,
  LEAVES_AT,
  PARTS,
  QUEUED_AT,
  ROUTE,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  TARGET,
} from "../../request-columns";
import { AGENDA, DUE, NOW } from "../layout";
import { schedule } from "./agenda";
import { crosses, depart, enterLink, payload, resourceOf } from "./host";
import { addTo, int, intsOf, isNotANumber, real, realsOf } from "./memory";
import {
  capacity,
  firstHop,
  firstResource,
  fixedSizes,
  freeAt,
  groups,
  hops,
  isTabled,
  latency,
  messages,
  segments,
  shortcut,
  slices,
  wayModulus,
  ways,
} from "./tables";

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
export function enter(slot: i32): void {
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
