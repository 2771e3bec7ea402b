/**
 * Messages on their way from node group to node group: hop by hop, stored and forwarded, except over consecutive shared links, which
 * one flow crosses at once. Propagation is paid after the last bit and occupies nothing.
 */

import { bytes, transmissionTime } from "../units.ts";
import type { Agenda } from "./agenda.ts";
import { type Collector, DEADLINE, Message } from "./collector.ts";
import { DELIVERY, ENTRY, entityBits, FLOW, FLOWING, GIVE_UP, type Timers } from "./events.ts";
import { FluidLinks } from "./links/fluid.ts";
import { type FlowHost, SharedLinks } from "./links/shared.ts";
import type { Reals } from "./pack.ts";
import type { Recorder } from "./recorder.ts";
import {
  ARRIVED_AT,
  BYTES,
  CODE,
  CROSSED,
  DEVICE,
  EXIT,
  intWidth,
  LEAVES_AT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  type Requests,
  ROUTE,
  ROW,
  SLICE,
  STARTED_AT,
  STREAM,
  STREAM_NUMBER,
} from "./requests.ts";
import type { Link, LinkDirection, Setup } from "./setup.ts";
import type { Tables } from "./tables.ts";

/** What transport needs of the event loop. */
export interface TransportHost {
  readonly requests: Requests;
  readonly tables: Tables;
  readonly collector: Collector;
  readonly agenda: Agenda;
  readonly timers: Timers;
  readonly recorder: Recorder | null;
  /** Some stream gives up late requests. */
  readonly dropsLate: boolean;
  /** The request is late and to be dropped when next taken. */
  givesUp(slot: number, at: number): boolean;
  drop(slot: number, reason: number): void;
}

/** Integrals and counts of all link directions at one instant. */
export interface LinkSnapshot {
  readonly linkBusy: Float64Array;
  readonly linkInside: Float64Array;
  readonly linkLeft: Float64Array;
  readonly linkBytes: Float64Array;
}

/** Links whose messages are worth a shortcut in the event loop: nothing but size, rate and latency matters. */
export const SLOW = 0;
export const FIXED = 1;
export const FIFO = 2;

/** Parts of the latency, after the first of them: see `partNames`. */
const QUEUE_PART = 0;
const TRANSMIT = 2;
const PROPAGATE = 3;

export class Transport implements FlowHost {
  private readonly setup: Setup;
  private readonly host: TransportHost;
  private readonly ways: LinkDirection[];
  /** FIFO resources: when each is free again, and when its last delivery is. */
  private readonly freeAt: Reals;
  private readonly deliveredAt: Float64Array;
  private readonly shared: SharedLinks;
  private readonly fluid: FluidLinks;
  private readonly firstPart: number;
  /** Message seconds, by link direction, of those given up while they waited. */
  private readonly givenUp: Float64Array;

  constructor(setup: Setup, host: TransportHost, freeAt: Reals) {
    this.setup = setup;
    this.host = host;
    this.ways = setup.links.flatMap((link) => [link.up, link.down]);
    this.freeAt = freeAt;
    this.deliveredAt = new Float64Array(this.ways.some((way) => way.jitter !== null) ? freeAt.length : 0);
    this.shared = new SharedLinks(this);
    this.fluid = new FluidLinks(this);
    this.firstPart = PARTS + setup.nodes.length;
    this.givenUp = new Float64Array(this.ways.length);
  }

  /** A message of {@link BYTES} sets out on its route. */
  depart(slot: number): void {
    const { requests, tables, agenda } = this.host;
    const first = this.setup.links[tables.hops[requests.int[slot * intWidth + ROUTE]!]! >> 1]!;
    if (first.perMessage > 0) {
      this.add(slot, PROPAGATE, first.perMessage);
      requests.int[slot * intWidth + CODE] = ENTRY << entityBits;
      agenda.due[0] = agenda.now + first.perMessage;
      agenda.schedule(slot);
    } else this.enterHop(slot);
  }

  /** Bytes of the tensor over a cut or, where `cut` is the number of segments, of the answer. */
  payload(slot: number, cut: number): number {
    const { tables } = this.host;
    const { int } = this.host.requests;
    const i = slot * intWidth;
    const bulk = tables.sizes[int[i + STREAM]! * (tables.segments + 1) + cut]!;
    return bulk.rows !== null
      ? bulk.rows[int[i + ROW]!]!
      : Math.round(bulk.draw!.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!));
  }

  /** Notes that a lossy codec takes the tensor over a cut. */
  crosses(slot: number, cut: number): void {
    const { outputs } = this.setup.model;
    if (outputs.kind === "table" && outputs.crossed[cut]) this.host.requests.int[slot * intWidth + CROSSED] = cut;
  }

  /** The message enters the link of its next hop. */
  enterHop(slot: number): void {
    const { requests, tables, agenda } = this.host;
    const { int, real, realWidth } = requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const way = tables.hops[int[i + ROUTE]!]!;
    const link = this.setup.links[way >> 1]!;
    real[r + QUEUED_AT] = now;
    if (link.kind === "shared") {
      if (this.host.givesUp(slot, now)) this.host.drop(slot, DEADLINE);
      else this.enterShared(slot, way, now);
      return;
    }
    const size = wireBytes(link, real[r + BYTES]!);
    const sending = transmissionTime(bytes(size), this.ways[way]!.capacity);
    const resource = this.resource(slot, way);
    const startsAt = link.kind === "fifo" ? Math.max(now, this.freeAt[resource]!) : now;
    if (this.host.givesUp(slot, startsAt)) {
      real[r + LEAVES_AT] = startsAt;
      real[r + BYTES] = -1;
      this.givenUp[way]! += startsAt - now;
      if (startsAt === now) this.host.drop(slot, DEADLINE);
      else {
        int[i + CODE] = (GIVE_UP << entityBits) | way;
        agenda.due[0] = startsAt;
        agenda.schedule(slot);
      }
      return;
    }
    const leavesAt = startsAt + sending;
    if (link.kind === "fifo") this.freeAt[resource] = leavesAt;
    real[r + STARTED_AT] = startsAt;
    real[r + LEAVES_AT] = leavesAt;
    this.host.collector.message(way, int[i + SLICE]!, startsAt - now, leavesAt - now, size);
    this.add(slot, QUEUE_PART, startsAt - now);
    this.add(slot, TRANSMIT, sending);
    this.host.recorder?.message(slot, way, now, startsAt, leavesAt);
    let deliveredAt = leavesAt + this.propagation(slot, way);
    if (link.kind === "fifo" && this.deliveredAt.length > 0) {
      // Jitter may delay, but only `fixed` may reorder.
      deliveredAt = Math.max(deliveredAt, this.deliveredAt[resource]!);
      this.deliveredAt[resource] = deliveredAt;
    }
    this.deliver(slot, link, deliveredAt, leavesAt, way);
  }

  flowEvent(entity: number, generation: number): void {
    const { now } = this.host.agenda;
    if (this.host.tables.fluid) this.fluid.complete(entity, generation, now);
    else this.shared.complete(entity, generation, now);
  }

  scheduleFlow(time: number, resource: number, generation: number): void {
    const { agenda, timers } = this.host;
    agenda.due[0] = time;
    agenda.schedule(timers.set((FLOW << entityBits) | resource, generation));
  }

  orderOf(slot: number): number {
    return this.host.requests.int[slot * intWidth + ORDER]!;
  }

  /** The last bit of a flow has been sent: propagation of all its links follows. */
  flowEnds(slot: number): void {
    const { requests, tables, agenda, collector, recorder } = this.host;
    const { int, real, realWidth } = requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const enteredAt = real[r + QUEUED_AT]!;
    real[r + LEAVES_AT] = now;
    this.add(slot, TRANSMIT, now - enteredAt);
    let arrivesAt = now;
    let hop = int[i + ROUTE]!;
    let way = tables.hops[hop]!;
    for (; ; hop++) {
      way = tables.hops[hop]!;
      const link = this.setup.links[way >> 1]!;
      const size = wireBytes(link, real[r + BYTES]!);
      collector.message(way, int[i + SLICE]!, 0, now - enteredAt, size);
      recorder?.message(slot, way, enteredAt, enteredAt, now);
      arrivesAt += this.propagation(slot, way);
      if (!this.isShared(tables.hops[hop + 1]!)) break;
    }
    int[i + ROUTE] = hop;
    this.deliver(slot, this.setup.links[way >> 1]!, arrivesAt, now, way);
  }

  private isShared(way: number): boolean {
    return way >= 0 && this.setup.links[way >> 1]!.kind === "shared";
  }

  snapshot(now: number): LinkSnapshot {
    const { requests, tables, collector } = this.host;
    const total = (way: number, column: number): number =>
      collector.total(collector.messages, way, column, Message.width);
    const linkInside = Float64Array.from(this.ways, (_, w) => total(w, Message.residence) + this.givenUp[w]!);
    const linkBusy = Float64Array.from(this.ways, (_, w) => total(w, Message.residence) - total(w, Message.waiting));
    const linkLeft = Float64Array.from(this.ways, (_, w) => total(w, Message.n));
    const linkBytes = Float64Array.from(this.ways, (_, w) => total(w, Message.bytes));
    this.ways.forEach((_, way) => {
      if (!this.isShared(way)) return;
      linkBusy[way] = 0;
      for (let r = tables.firstResource[way]!; r < tables.firstResource[way + 1]!; r++) {
        linkBusy[way]! += (tables.fluid ? this.fluid : this.shared).busySeconds(r, now);
      }
    });
    // What was counted at entry but lies in the future, and flows that have not ended.
    const { int, real, realWidth } = requests;
    for (let slot = 0; slot < requests.used; slot++) {
      const r = slot * realWidth;
      const leavesAt = real[r + LEAVES_AT]!;
      if (!(real[r + ARRIVED_AT]! >= 0 && leavesAt > now)) continue;
      let hop = int[slot * intWidth + ROUTE]!;
      const way = tables.hops[hop]!;
      if (leavesAt === Number.POSITIVE_INFINITY) {
        for (; this.isShared(tables.hops[hop]!); hop++) linkInside[tables.hops[hop]!]! += now - real[r + QUEUED_AT]!;
        continue;
      }
      linkInside[way]! -= leavesAt - now;
      if (real[r + BYTES]! < 0) continue;
      linkBusy[way]! -= leavesAt - Math.max(now, real[r + STARTED_AT]!);
      linkLeft[way]! -= 1;
      linkBytes[way]! -= wireBytes(this.setup.links[way >> 1]!, real[r + BYTES]!);
    }
    return { linkBusy, linkInside, linkLeft, linkBytes };
  }

  private enterShared(slot: number, way: number, now: number): void {
    const { requests, tables } = this.host;
    const { int, real, realWidth } = requests;
    const r = slot * realWidth;
    real[r + STARTED_AT] = now;
    real[r + LEAVES_AT] = Number.POSITIVE_INFINITY;
    int[slot * intWidth + CODE] = (FLOWING << entityBits) | 0;
    const payload = real[r + BYTES]!;
    if (!tables.fluid) {
      const size = wireBytes(this.setup.links[way >> 1]!, payload);
      const work = transmissionTime(bytes(size), this.ways[way]!.capacity);
      this.shared.enter(this.resource(slot, way), slot, work, now);
      return;
    }
    const path: number[] = [];
    const capacities: number[] = [];
    let bits = 0;
    for (let hop = int[slot * intWidth + ROUTE]!; this.isShared(tables.hops[hop]!); hop++) {
      const next = tables.hops[hop]!;
      path.push(this.resource(slot, next));
      capacities.push(this.ways[next]!.capacity);
      bits = Math.max(bits, wireBytes(this.setup.links[next >> 1]!, payload) * 8);
    }
    this.fluid.enter(path, capacities, slot, bits, now);
  }

  private deliver(slot: number, link: Link, at: number, leftAt: number, way: number): void {
    const { requests, tables, agenda } = this.host;
    const i = slot * intWidth;
    const isLast = tables.hops[requests.int[i + ROUTE]! + 1]! < 0;
    const due = isLast ? at + link.perMessage : at;
    this.add(slot, PROPAGATE, due - leftAt);
    requests.int[i + CODE] = (DELIVERY << entityBits) | way;
    agenda.due[0] = due;
    agenda.schedule(slot);
  }

  /** Latency of a link, with this message's jitter. */
  private propagation(slot: number, way: number): number {
    const { int } = this.host.requests;
    const i = slot * intWidth;
    const jitter = this.host.tables.jitter[way]![int[i + STREAM]!]!;
    const { latency } = this.ways[way]!;
    return jitter === null
      ? latency
      : latency + jitter.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
  }

  /** Which of the resources of a link direction this request uses. */
  numberOf(slot: number, way: number): number {
    const { tables, requests } = this.host;
    const group = tables.resourceGroup[way]!;
    if (group < 0) return 0;
    const i = slot * intWidth;
    return tables.attached(requests.int[i + STREAM]!, requests.int[i + DEVICE]!, group);
  }

  private resource(slot: number, way: number): number {
    return this.host.tables.firstResource[way]! + this.numberOf(slot, way);
  }

  /** To a part of the latency; what follows the exit is the response as a whole. */
  private add(slot: number, part: number, time: number): void {
    const { requests } = this.host;
    if (requests.int[slot * intWidth + EXIT]! >= 0) return;
    requests.real[slot * requests.realWidth + this.firstPart + part]! += time;
  }
}

/** Which links are worth a shortcut, by direction, with their capacity [bit/s] and latency [s]. */
export function plainLinks(
  setup: Setup,
  host: Pick<TransportHost, "dropsLate" | "recorder">,
): { shortcut: number[]; capacity: number[]; latency: number[] } {
  const ways = setup.links.flatMap((link) => [
    { link, ...link.up },
    { link, ...link.down },
  ]);
  const isPlain = host.recorder === null && !host.dropsLate;
  return {
    shortcut: ways.map(({ link, jitter }) => {
      if (!isPlain || link.perMessage > 0 || link.header > 0 || jitter !== null || link.kind === "shared") return SLOW;
      return link.kind === "fifo" ? FIFO : FIXED;
    }),
    capacity: ways.map((way) => way.capacity),
    latency: ways.map((way) => way.latency),
  };
}

/** Payload with the headers of its packets. */
export function wireBytes(link: Link, payload: number): number {
  return link.header === 0 ? payload : payload + Math.max(1, Math.ceil(payload / link.mtu)) * link.header;
}
