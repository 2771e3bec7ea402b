/**
 * Messages on their way from node group to node group: hop by hop, stored and forwarded, except over consecutive shared links, which
 * one flow crosses at once. Propagation is paid after the last bit and occupies nothing. What is the same for all kinds of links is
 * here: connections, loss and sending again, delays, what is counted; how a kind sends is in `links/`.
 */

import { bytes } from "../units.ts";
import type { Agenda } from "./agenda.ts";
import { type Collector, DEADLINE, LINK } from "./collector.ts";
import type { Desk } from "./desk.ts";
import type { KeyRoot } from "./draw.ts";
import { DELIVERY, ENTRY, entityBits, FLOW, FLOWING, GIVE_UP, type Timers } from "./events.ts";
import { type LinkSnapshot, linkSnapshot } from "./link-snapshot.ts";
import { Channels } from "./links/channels.ts";
import { connectionTime } from "./links/connection.ts";
import { FifoLinks, keptFree } from "./links/fifo.ts";
import { FixedLinks } from "./links/fixed.ts";
import { FluidLinks } from "./links/fluid.ts";
import { LastDeliveries } from "./links/last-deliveries.ts";
import type { FlowHost, FlowingKind, PlannedKind, Rate } from "./links/link-kind.ts";
import { LossDraws } from "./links/loss.ts";
import { type NrHost, NrLinks } from "./links/nr/nr-links.ts";
import { Progress } from "./links/progress.ts";
import { RadioMeter } from "./links/radio-meter.ts";
import { SharedLinks } from "./links/shared.ts";
import { FIFO, FIXED, SLOW } from "./links/shortcuts.ts";
import { wireBytes } from "./links/wire.ts";
import type { Reals } from "./pack.ts";
import type { Recorder } from "./recorder.ts";
import {
  BYTES,
  CODE,
  CROSSED,
  DEVICE,
  EXIT,
  GROUP,
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
  readonly desk: Desk;
  /** Some stream gives up late requests. */
  readonly dropsLate: boolean;
  /** The request is late and to be dropped when next taken. */
  givesUp(slot: number, at: number): boolean;
  drop(slot: number, reason: number): void;
}

/** Parts of the latency, after the first of them: see `partNames`. */
const QUEUE_PART = 0;
const ACCESS = 1;
const TRANSMIT = 2;
const PROPAGATE = 3;

/** Entities of 5G cells are numbered from here on, those of shared links below. */
const ofCells = 2 ** 26;

/** Draws of one (request, device): the attempt is numbered above the device. */
const attemptUnit = 2 ** 20;

export class Transport implements FlowHost {
  readonly setup: Setup;
  readonly host: TransportHost;
  readonly ways: readonly LinkDirection[];
  readonly progress = new Progress();
  /** By link; null where energy is unknown. */
  readonly meters: readonly (RadioMeter | null)[];
  /** Message seconds, by link direction, of those given up while they waited. */
  readonly givenUp: Float64Array;
  /** By link direction: one of the two. */
  readonly flowing: readonly (FlowingKind | null)[];
  private readonly shared: FlowingKind;
  private readonly cells: FlowingKind;
  private readonly planned: readonly (PlannedKind | null)[];
  readonly losses: readonly (LossDraws | null)[];
  readonly channels: Channels;
  /** When the last delivery of a FIFO resource is, where delays vary. */
  private readonly lastDeliveries: LastDeliveries | null;
  private readonly firstPart: number;

  constructor(setup: Setup, host: TransportHost, freeAt: Reals, root: KeyRoot) {
    const { links, streams, nodes } = setup;
    this.setup = setup;
    this.host = host;
    this.ways = links.flatMap((link) => [link.up, link.down]);
    const varies = this.ways.some((way) => way.jitter !== null || way.bursts !== null || way.delays !== null);
    this.lastDeliveries = varies ? new LastDeliveries() : null;
    this.firstPart = PARTS + nodes.length;
    this.givenUp = new Float64Array(this.ways.length);
    this.channels = new Channels(setup, host.tables.firstResource, root);
    this.meters = links.map(({ energy, from }) =>
      energy === null ? null : new RadioMeter(nodes[from]!.count, energy.tail),
    );
    this.losses = this.ways.map((_, way) => {
      const link = links[way >> 1]!;
      const resources = host.tables.firstResource[way + 1]! - host.tables.firstResource[way]!;
      return link.loss === null ? null : new LossDraws(link, link.loss, way, resources, streams, root);
    });
    this.shared = host.tables.fluid ? new FluidLinks(this) : new SharedLinks(this);
    const kinds = { fixed: new FixedLinks(), fifo: new FifoLinks(freeAt) };
    const kindOf = (way: number): Link["kind"] => links[way >> 1]!.kind;
    this.cells = new NrLinks(this.nrHost(), setup, root, host.tables.firstResource[this.ways.length]!);
    this.flowing = this.ways.map((_, way) => {
      const kind = kindOf(way);
      return kind === "shared" ? this.shared : kind === "nr-cell" ? this.cells : null;
    });
    this.planned = this.ways.map((_, way) => {
      const kind = kindOf(way);
      return kind === "shared" || kind === "nr-cell" ? null : kinds[kind];
    });
  }

  /** A message of {@link BYTES} sets out on its route. */
  depart(slot: number): void {
    const { requests, tables, desk } = this.host;
    const first = this.setup.links[tables.hops[requests.int[slot * intWidth + ROUTE]!]! >> 1]!;
    const deciding = desk.spend(slot);
    if (first.perMessage > 0 || deciding > 0) {
      this.add(slot, PROPAGATE, first.perMessage);
      requests.real[slot * requests.realWidth + PARTS + requests.int[slot * intWidth + GROUP]!]! += deciding;
      this.schedule(slot, ENTRY << entityBits, this.host.agenda.now + deciding + first.perMessage);
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

  /** The message enters the link of its next hop, or tries again there. */
  enterHop(slot: number): void {
    const { requests, tables, agenda } = this.host;
    const way = tables.hops[requests.int[slot * intWidth + ROUTE]!]!;
    if (!this.progress.goesOn(slot)) this.progress.clear(slot);
    if (this.connects(slot, way)) return;
    requests.real[slot * requests.realWidth + QUEUED_AT] = agenda.now;
    const kind = this.planned[way]!;
    if (kind === null) this.enterFlow(slot, this.flowing[way]!);
    else this.enterPlanned(slot, kind, way);
  }

  /** Handshake and slow start, before anything is sent; false when there is nothing to wait for. */
  private connects(slot: number, way: number): boolean {
    const link = this.setup.links[way >> 1]!;
    if (link.connection === "persistent" || this.progress.isConnected(slot)) return false;
    const { requests, agenda } = this.host;
    const size = bytes(wireBytes(link, requests.real[slot * requests.realWidth + BYTES]!));
    const roundTrip = (link.up.latency + link.down.latency) as typeof link.up.latency;
    const time = connectionTime(size, this.ways[way]!.capacity, roundTrip);
    if (time === 0) return false;
    this.progress.connect(slot);
    this.meters[way >> 1]?.pass(this.radio(slot, link), agenda.now, agenda.now + time);
    this.add(slot, ACCESS, time);
    this.schedule(slot, ENTRY << entityBits, agenda.now + time);
    return true;
  }

  /** When the last bit leaves is known at once, and so is what is sent again without a pause. */
  private enterPlanned(slot: number, kind: PlannedKind, way: number): void {
    const { requests, collector, agenda } = this.host;
    const { int, real, realWidth } = requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const link = this.setup.links[way >> 1]!;
    const resource = this.resource(slot, way);
    const startsAt = kind.startsAt(resource, now);
    if (startsAt < Number.POSITIVE_INFINITY && this.host.givesUp(slot, startsAt)) {
      this.giveUpAt(slot, way, startsAt);
      return;
    }
    const size = wireBytes(link, real[r + BYTES]!);
    const rate = this.rateOf(resource);
    rate.forget(now);
    const before = this.progress.attempts(slot);
    const { loss } = link;
    let attempt = before;
    let leavesAt = rate.reaches(startsAt, size * 8);
    let isLost = this.isLost(slot, way, attempt, startsAt);
    while (isLost && loss!.retry === 0 && attempt + 1 < loss!.attempts) {
      attempt++;
      isLost = this.isLost(slot, way, attempt, leavesAt);
      leavesAt = rate.reaches(leavesAt, size * 8);
    }
    kind.hold(resource, leavesAt);
    real[r + STARTED_AT] = startsAt;
    real[r + LEAVES_AT] = leavesAt;
    const copies = attempt - before + 1;
    this.progress.attempt(slot, attempt, copies, isLost ? way : -1);
    this.meters[way >> 1]?.pass(this.radio(slot, link), now, leavesAt);
    if (leavesAt === Number.POSITIVE_INFINITY) {
      // Without service for ever: it stays where it is, and is in flight at the end.
      int[i + CODE] = FLOWING << entityBits;
      return;
    }
    const lost = isLost ? copies : copies - 1;
    collector.message(way, int[i + SLICE]!, startsAt - now, leavesAt - now, size * copies, before === 0, copies, lost);
    this.add(slot, QUEUE_PART, startsAt - now);
    this.add(slot, TRANSMIT, leavesAt - startsAt);
    this.host.recorder?.message(slot, way, now, startsAt, leavesAt);
    if (isLost) {
      this.lose(slot, way, attempt, leavesAt);
      return;
    }
    let deliveredAt = this.arrival(slot, way, attempt, leavesAt);
    if (link.kind === "fifo" && this.lastDeliveries !== null) {
      // Delays may vary, but only `fixed` may reorder.
      deliveredAt = this.lastDeliveries.follow(resource, deliveredAt, this.host.agenda.now);
    }
    this.deliver(slot, link, deliveredAt, leavesAt, way);
  }

  private enterFlow(slot: number, kind: FlowingKind): void {
    const { requests } = this.host;
    const { int, real, realWidth } = requests;
    const { now } = this.host.agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    if (this.host.givesUp(slot, now)) {
      this.host.drop(slot, DEADLINE);
      return;
    }
    real[r + STARTED_AT] = now;
    real[r + LEAVES_AT] = Number.POSITIVE_INFINITY;
    int[i + CODE] = FLOWING << entityBits;
    const attempt = this.progress.attempts(slot);
    const path: number[] = [];
    let size = 0;
    let lostBy = -1;
    const last = this.endOfFlow(int[i + ROUTE]!);
    for (let hop = int[i + ROUTE]!; hop <= last; hop++) {
      const next = this.host.tables.hops[hop]!;
      const link = this.setup.links[next >> 1]!;
      path.push(this.resource(slot, next));
      size = Math.max(size, wireBytes(link, real[r + BYTES]!));
      if (lostBy < 0 && this.isLost(slot, next, attempt, now)) lostBy = next;
      this.meters[next >> 1]?.enter(this.radio(slot, link), (next & 1) as 0 | 1, now);
    }
    this.progress.attempt(slot, attempt, 1, lostBy);
    kind.enter(path, slot, size * 8, now);
  }

  /** The last bit of a flow has been sent: propagation of all its links follows. */
  sent(slot: number, waited: number, access: number): void {
    const { requests, tables, agenda, collector, recorder } = this.host;
    const { int, real, realWidth } = requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const enteredAt = real[r + QUEUED_AT]!;
    const startedAt = enteredAt + waited;
    const attempt = this.progress.attempts(slot);
    const lostBy = this.progress.lostBy(slot);
    real[r + STARTED_AT] = startedAt;
    real[r + LEAVES_AT] = now;
    this.add(slot, QUEUE_PART, waited);
    this.add(slot, ACCESS, access);
    this.add(slot, TRANSMIT, now - startedAt - access);
    let arrivesAt = now;
    const last = this.endOfFlow(int[i + ROUTE]!);
    for (let hop = int[i + ROUTE]!; hop <= last; hop++) {
      const way = tables.hops[hop]!;
      const link = this.setup.links[way >> 1]!;
      const size = wireBytes(link, real[r + BYTES]!);
      collector.message(way, int[i + SLICE]!, waited, now - enteredAt, size, attempt === 0, 1, +(lostBy === way));
      recorder?.message(slot, way, enteredAt, startedAt, now);
      this.meters[way >> 1]?.leave(this.radio(slot, link), (way & 1) as 0 | 1, now);
      arrivesAt = this.arrival(slot, way, attempt, arrivesAt);
    }
    if (lostBy >= 0) {
      this.lose(slot, lostBy, attempt, now);
      return;
    }
    int[i + ROUTE] = last;
    const way = tables.hops[last]!;
    this.deliver(slot, this.setup.links[way >> 1]!, arrivesAt, now, way);
  }

  /** The hop that ends the flow which begins with this one. */
  endOfFlow(hop: number): number {
    const { hops } = this.host.tables;
    let last = hop;
    if (this.isShared(hops[hop]!)) while (this.isShared(hops[last + 1]!)) last++;
    return last;
  }

  flowEvent(entity: number, generation: number): void {
    const { now } = this.host.agenda;
    if (entity >= ofCells) this.cells.event(entity - ofCells, generation, now);
    else this.shared.event(entity, generation, now);
  }

  scheduleFlow(time: number, entity: number, generation: number): void {
    if (time === Number.POSITIVE_INFINITY) return;
    const { agenda, timers } = this.host;
    agenda.due[0] = time;
    agenda.schedule(timers.set((FLOW << entityBits) | entity, generation));
  }

  orderOf(slot: number): number {
    return this.host.requests.int[slot * intWidth + ORDER]!;
  }

  rateOf(resource: number): Rate {
    return this.channels.rate(resource, this.host.agenda.now);
  }

  weightOf(slot: number): number {
    return this.setup.streams[this.host.requests.int[slot * intWidth + STREAM]!]!.weight;
  }

  capOf(resource: number): number {
    return this.setup.links[this.wayOf(resource) >> 1]!.flowCap;
  }

  wayOf(resource: number): number {
    return this.channels.way(resource);
  }

  isShared(way: number): boolean {
    return way >= 0 && this.setup.links[way >> 1]!.kind === "shared";
  }

  snapshot(now: number): LinkSnapshot {
    return linkSnapshot(this, now);
  }

  /** A message is given up, or has been lost in its last attempt: its time on the link is over. */
  givesUpNow(slot: number): void {
    this.host.drop(slot, this.progress.lostBy(slot) >= 0 ? LINK : DEADLINE);
  }

  /** Lost when sent: tries again, or is dropped. */
  private lose(slot: number, way: number, attempt: number, at: number): void {
    const { loss } = this.setup.links[way >> 1]!;
    if (loss === null || attempt + 1 >= loss.attempts) {
      if (at === this.host.agenda.now) this.givesUpNow(slot);
      else this.schedule(slot, (GIVE_UP << entityBits) | way, at);
      return;
    }
    this.progress.again(slot);
    this.add(slot, TRANSMIT, loss.retry);
    this.schedule(slot, ENTRY << entityBits, at + loss.retry);
  }

  private giveUpAt(slot: number, way: number, at: number): void {
    const { requests, agenda } = this.host;
    const r = slot * requests.realWidth;
    this.progress.clear(slot);
    requests.real[r + LEAVES_AT] = at;
    requests.real[r + BYTES] = -1;
    this.givenUp[way]! += at - agenda.now;
    if (at === agenda.now) this.host.drop(slot, DEADLINE);
    else this.schedule(slot, (GIVE_UP << entityBits) | way, at);
  }

  private deliver(slot: number, link: Link, at: number, leftAt: number, way: number): void {
    const { requests, tables } = this.host;
    const isLast = tables.hops[requests.int[slot * intWidth + ROUTE]! + 1]! < 0;
    const due = isLast ? at + link.perMessage : at;
    this.add(slot, PROPAGATE, due - leftAt);
    this.schedule(slot, (DELIVERY << entityBits) | way, due);
  }

  private schedule(slot: number, code: number, at: number): void {
    const { requests, agenda } = this.host;
    requests.int[slot * intWidth + CODE] = code;
    agenda.due[0] = at;
    agenda.schedule(slot);
  }

  /** When what left a link arrives at its end, with this attempt's jitter. */
  arrival(slot: number, way: number, attempt: number, leftAt: number): number {
    const { int } = this.host.requests;
    const { now } = this.host.agenda;
    const i = slot * intWidth;
    const resource = this.resource(slot, way);
    const jitter = this.host.tables.jitter[way]![int[i + STREAM]!]!;
    let at = this.channels.arrival(resource, leftAt, now);
    if (jitter !== null)
      at += jitter.value(int[i + NUMBER]!, int[i + DEVICE]! + attempt * attemptUnit, int[i + STREAM_NUMBER]!);
    return this.channels.afterSpell(resource, at, now);
  }

  isLost(slot: number, way: number, attempt: number, at: number, payload?: number): boolean {
    const losses = this.losses[way]!;
    if (losses === null) return false;
    const { requests, agenda } = this.host;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    return losses.isLost(
      int[i + STREAM]!,
      int[i + NUMBER]!,
      int[i + DEVICE]!,
      attempt,
      payload ?? real[slot * realWidth + BYTES]!,
      this.numberOf(slot, way),
      at,
      agenda.now,
    );
  }

  /** The radio at the first end of a link that a request's messages use. */
  private radio(slot: number, link: Pick<Link, "from">): number {
    const { tables, requests } = this.host;
    const i = slot * intWidth;
    return tables.attached(requests.int[i + STREAM]!, requests.int[i + DEVICE]!, link.from);
  }

  /** Which of the resources of a link direction this request uses. */
  numberOf(slot: number, way: number): number {
    const group = this.host.tables.resourceGroup[way]!;
    return group < 0 ? 0 : this.host.desk.machine(slot, group);
  }

  resource(slot: number, way: number): number {
    return this.host.tables.firstResource[way]! + this.numberOf(slot, way);
  }

  private nrHost(): NrHost {
    return {
      sent: (slot, waited, access) => this.sent(slot, waited, access),
      failed: (slot, waited, access) => {
        const { requests, tables } = this.host;
        const way = tables.hops[requests.int[slot * intWidth + ROUTE]!]!;
        this.progress.attempt(slot, this.progress.attempts(slot), 1, way);
        this.sent(slot, waited, access);
      },
      scheduleFlow: (time, entity, generation) => this.scheduleFlow(time, ofCells + entity, generation),
      orderOf: (slot) => this.orderOf(slot),
      rateOf: (resource) => this.rateOf(resource),
      weightOf: (slot) => this.weightOf(slot),
      capOf: (resource) => this.capOf(resource),
      wayOf: (resource) => this.wayOf(resource),
      deviceOf: (slot, link) => this.radio(slot, this.setup.links[link]!),
      drawsOf: (slot) => {
        const { int } = this.host.requests;
        const i = slot * intWidth;
        const attempt = this.progress.attempts(slot);
        return { stream: int[i + STREAM]!, number: int[i + NUMBER]!, device: int[i + DEVICE]!, attempt };
      },
    };
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
  const isPlain = host.recorder === null && !host.dropsLate && (setup.policy.decision ?? 0) === 0;
  const ways = setup.links.flatMap((link) => [
    { link, ...link.up },
    { link, ...link.down },
  ]);
  return {
    shortcut: ways.map(({ link, ...way }) => {
      if (!isPlain || !isPlainLink(link) || !isPlainWay(way)) return SLOW;
      return link.kind === "fifo" ? FIFO : link.kind === "fixed" ? FIXED : SLOW;
    }),
    capacity: ways.map((way) => way.capacity),
    latency: ways.map((way) => way.latency),
  };
}

/** Resources of which it is remembered when each is free: up to the last that the event loop's shortcut uses, or that are few in their link direction. */
export function freeRoom({ links }: Setup, { firstResource }: Tables, shortcut: readonly number[]): number {
  return shortcut.reduce((room, kind, way) => {
    const [first, end] = [firstResource[way]!, firstResource[way + 1]!];
    const isFew = links[way >> 1]!.kind === "fifo" && end - first <= keptFree;
    return kind === FIFO || isFew ? end : room;
  }, 0);
}

function isPlainLink(link: Link): boolean {
  const asks = link.perMessage > 0 || link.header > 0 || link.connection === "new";
  return !asks && link.loss === null && link.outages === null && link.energy === null;
}

function isPlainWay(way: LinkDirection): boolean {
  return way.varying === null && way.delays === null && way.jitter === null && way.bursts === null;
}
