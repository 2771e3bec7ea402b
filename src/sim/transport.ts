/**
 * Messages on their way from node group to node group: hop by hop, stored and forwarded, except over consecutive shared links, which
 * one flow crosses at once. Propagation is paid after the last bit and occupies nothing.
 */
import { bytes, transmissionTime } from "../units.ts";
import type { Collector } from "./collector.ts";
import { FluidLinks } from "./links/fluid.ts";
import { type FlowHost, SharedLinks } from "./links/shared.ts";
import {
  ARRIVED_AT,
  BYTES,
  CROSSED,
  DEVICE,
  EXIT,
  HOP,
  intWidth,
  LEAVES_AT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  type Requests,
  ROUTE,
  ROW,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  STREAM_NUMBER,
} from "./requests.ts";
import type { Link, LinkDirection, Setup } from "./setup.ts";
import type { Recorder } from "./simulation.ts";
import type { Bulk, Tables } from "./tables.ts";

/** What transport needs of the event loop. */
export interface TransportHost {
  schedule(time: number, kind: "flow" | "delivery" | "entry" | "giveUp", entity: number, slot: number): void;
  /** The message of `slot` has reached the end of its route. */
  arrives(slot: number): void;
  drop(slot: number, reason: number): void;
}

/** Integrals and counts of all link directions at one instant. */
export interface LinkSnapshot {
  readonly linkBusy: Float64Array;
  readonly linkInside: Float64Array;
  readonly linkLeft: Float64Array;
  readonly linkBytes: Float64Array;
}

const DEADLINE = 1;

export class Transport implements FlowHost {
  private readonly setup: Setup;
  private readonly tables: Tables;
  private readonly requests: Requests;
  private readonly collector: Collector;
  private readonly host: TransportHost;
  private readonly recorder: Recorder | null;
  private readonly ways: LinkDirection[];
  /** FIFO resources: when each is free again, and when its last delivery is. */
  private readonly freeAt: Float64Array;
  private readonly deliveredAt: Float64Array;
  private readonly shared: SharedLinks;
  private readonly fluid: FluidLinks;
  private readonly firstPart: number;
  /** By link direction: seconds of transmission, message seconds inside, messages and bytes, as known at entry (shared: at the end). */
  private readonly busy: Float64Array;
  private readonly inside: Float64Array;
  private readonly left: Float64Array;
  private readonly bytes: Float64Array;
  /** Some stream gives up late requests. */
  readonly dropsLate: boolean;

  constructor(
    setup: Setup,
    tables: Tables,
    requests: Requests,
    collector: Collector,
    host: TransportHost,
    recorder: Recorder | null,
  ) {
    this.setup = setup;
    this.tables = tables;
    this.requests = requests;
    this.collector = collector;
    this.host = host;
    this.recorder = recorder;
    this.ways = setup.links.flatMap((link) => [link.up, link.down]);
    const resources = tables.firstResource[this.ways.length]!;
    this.freeAt = new Float64Array(resources);
    this.deliveredAt = new Float64Array(this.ways.some((way) => way.jitter !== null) ? resources : 0);
    this.shared = new SharedLinks(this);
    this.fluid = new FluidLinks(this);
    this.firstPart = PARTS + setup.nodes.length;
    this.busy = new Float64Array(this.ways.length);
    this.inside = new Float64Array(this.ways.length);
    this.left = new Float64Array(this.ways.length);
    this.bytes = new Float64Array(this.ways.length);
    this.dropsLate = setup.streams.some((stream) => stream.late === "drop" && stream.deadline !== null);
  }

  /** Sends the tensor before the next segment, or the answer, from one group to another. */
  send(slot: number, from: number, to: number, bulk: Bulk, now: number): void {
    const { requests, tables } = this;
    requests.int[slot * intWidth + ROUTE] = from * tables.groups + to;
    requests.int[slot * intWidth + HOP] = 0;
    const row = requests.int[slot * intWidth + ROW]!;
    requests.real[slot * requests.realWidth + BYTES] =
      bulk.rows !== null
        ? bulk.rows[row]!
        : Math.round(
            bulk.draw!.value(
              requests.int[slot * intWidth + NUMBER]!,
              requests.int[slot * intWidth + DEVICE]!,
              requests.int[slot * intWidth + STREAM_NUMBER]!,
            ),
          );
    const { outputs } = this.setup.model;
    const cut = requests.int[slot * intWidth + SEGMENT]!;
    if (outputs.kind === "table" && requests.int[slot * intWidth + EXIT]! < 0 && outputs.crossed[cut])
      requests.int[slot * intWidth + CROSSED] = cut;
    const first = this.setup.links[tables.routes[requests.int[slot * intWidth + ROUTE]!]![0]! >> 1]!;
    if (first.perMessage > 0) {
      this.add(slot, 3, first.perMessage);
      this.host.schedule(now + first.perMessage, "entry", 0, slot);
    } else this.enterHop(slot, now);
  }

  /** Late and to be dropped when next taken. */
  givesUp(slot: number, at: number): boolean {
    if (!this.dropsLate) return false;
    const stream = this.setup.streams[this.requests.int[slot * intWidth + STREAM]!]!;
    return (
      stream.late === "drop" &&
      stream.deadline !== null &&
      this.requests.int[slot * intWidth + EXIT]! < 0 &&
      at - this.requests.real[slot * this.requests.realWidth + ARRIVED_AT]! > stream.deadline
    );
  }

  /** The message enters the link of its next hop. */
  enterHop(slot: number, now: number): void {
    const { requests, tables } = this;
    const way = tables.routes[requests.int[slot * intWidth + ROUTE]!]![requests.int[slot * intWidth + HOP]!]!;
    const link = this.setup.links[way >> 1]!;
    requests.real[slot * requests.realWidth + QUEUED_AT] = now;
    if (link.kind === "shared") {
      if (this.givesUp(slot, now)) this.host.drop(slot, DEADLINE);
      else this.enterShared(slot, way, now);
      return;
    }
    const direction = this.ways[way]!;
    const size = wireBytes(link, requests.real[slot * requests.realWidth + BYTES]!);
    const sending =
      direction.capacity === Number.POSITIVE_INFINITY ? 0 : transmissionTime(bytes(size), direction.capacity);
    const resource = this.resource(slot, way);
    const startsAt = link.kind === "fifo" ? Math.max(now, this.freeAt[resource]!) : now;
    if (this.dropsLate && this.givesUp(slot, startsAt)) {
      requests.real[slot * requests.realWidth + LEAVES_AT] = startsAt;
      requests.real[slot * requests.realWidth + BYTES] = -1;
      this.inside[way]! += startsAt - now;
      if (startsAt === now) this.host.drop(slot, DEADLINE);
      else this.host.schedule(startsAt, "giveUp", 0, slot);
      return;
    }
    const leavesAt = startsAt + sending;
    if (link.kind === "fifo") this.freeAt[resource] = leavesAt;
    requests.real[slot * requests.realWidth + STARTED_AT] = startsAt;
    requests.real[slot * requests.realWidth + LEAVES_AT] = leavesAt;
    this.busy[way]! += sending;
    this.inside[way]! += leavesAt - now;
    this.passes(slot, way, size, startsAt - now, leavesAt - now);
    this.add(slot, 0, startsAt - now);
    this.add(slot, 2, sending);
    this.recorder?.message(slot, way, now, startsAt, leavesAt);
    let deliveredAt = leavesAt + this.propagation(slot, way);
    if (link.kind === "fifo" && this.deliveredAt.length > 0) {
      deliveredAt = Math.max(deliveredAt, this.deliveredAt[resource]!);
      this.deliveredAt[resource] = deliveredAt;
    }
    this.deliver(slot, link, deliveredAt, leavesAt, way);
  }

  /** A message has come to the end of a hop. */
  delivered(slot: number, now: number): void {
    const { requests } = this;
    const hop = requests.int[slot * intWidth + HOP]! + 1;
    requests.int[slot * intWidth + HOP] = hop;
    if (hop < this.tables.routes[requests.int[slot * intWidth + ROUTE]!]!.length) this.enterHop(slot, now);
    else this.host.arrives(slot);
  }

  flowEvent(entity: number, generation: number, now: number): void {
    this.now = now;
    if (this.tables.fluid) this.fluid.complete(entity, generation, now);
    else this.shared.complete(entity, generation, now);
  }
  private now = 0;

  scheduleFlow(time: number, resource: number, generation: number): void {
    this.host.schedule(time, "flow", resource, generation);
  }

  orderOf(slot: number): number {
    return this.requests.int[slot * intWidth + ORDER]!;
  }

  /** The last bit of a flow has been sent: propagation of all its links follows. */
  flowEnds(slot: number): void {
    const { requests, now } = this;
    const route = this.tables.routes[requests.int[slot * intWidth + ROUTE]!]!;
    let hop = requests.int[slot * intWidth + HOP]!;
    const enteredAt = requests.real[slot * requests.realWidth + QUEUED_AT]!;
    requests.real[slot * requests.realWidth + LEAVES_AT] = now;
    this.add(slot, 2, now - enteredAt);
    let arrivesAt = now;
    let way = route[hop]!;
    for (; ; hop++) {
      way = route[hop]!;
      const link = this.setup.links[way >> 1]!;
      this.inside[way]! += now - enteredAt;
      this.passes(slot, way, wireBytes(link, requests.real[slot * requests.realWidth + BYTES]!), 0, now - enteredAt);
      this.recorder?.message(slot, way, enteredAt, enteredAt, now);
      arrivesAt += this.propagation(slot, way);
      if (this.setup.links[(route[hop + 1] ?? -2) >> 1]?.kind !== "shared") break;
    }
    requests.int[slot * intWidth + HOP] = hop;
    this.deliver(slot, this.setup.links[way >> 1]!, arrivesAt, now, way);
  }

  snapshot(now: number): LinkSnapshot {
    const { requests, tables, ways } = this;
    const [linkBusy, linkInside] = [this.busy.slice(), this.inside.slice()];
    const [linkLeft, linkBytes] = [this.left.slice(), this.bytes.slice()];
    ways.forEach((_, way) => {
      const { kind } = this.setup.links[way >> 1]!;
      for (let r = tables.firstResource[way]!; r < tables.firstResource[way + 1]!; r++) {
        if (kind === "fifo") linkBusy[way] = linkBusy[way]! - Math.max(0, this.freeAt[r]! - now);
        else if (kind === "shared") {
          linkBusy[way] = linkBusy[way]! + (tables.fluid ? this.fluid : this.shared).busySeconds(r, now);
        }
      }
    });
    for (let slot = 0; slot < requests.used; slot++) {
      const leavesAt = requests.real[slot * requests.realWidth + LEAVES_AT]!;
      if (!(requests.real[slot * requests.realWidth + ARRIVED_AT]! >= 0 && leavesAt > now)) continue;
      const route = tables.routes[requests.int[slot * intWidth + ROUTE]!]!;
      let hop = requests.int[slot * intWidth + HOP]!;
      const way = route[hop]!;
      if (leavesAt < Number.POSITIVE_INFINITY) {
        linkInside[way] = linkInside[way]! - (leavesAt - now);
        if (requests.real[slot * requests.realWidth + BYTES]! < 0) continue;
        if (this.setup.links[way >> 1]!.kind === "fixed")
          linkBusy[way] =
            linkBusy[way]! - (leavesAt - Math.max(now, requests.real[slot * requests.realWidth + STARTED_AT]!));
        linkLeft[way] = linkLeft[way]! - 1;
        linkBytes[way] =
          linkBytes[way]! - wireBytes(this.setup.links[way >> 1]!, requests.real[slot * requests.realWidth + BYTES]!);
        continue;
      }
      for (; this.setup.links[(route[hop] ?? -2) >> 1]?.kind === "shared"; hop++) {
        linkInside[route[hop]!] =
          linkInside[route[hop]!]! + (now - requests.real[slot * requests.realWidth + QUEUED_AT]!);
      }
    }
    return { linkBusy, linkInside, linkLeft, linkBytes };
  }

  private enterShared(slot: number, way: number, now: number): void {
    const { requests, tables } = this;
    requests.real[slot * requests.realWidth + STARTED_AT] = now;
    requests.real[slot * requests.realWidth + LEAVES_AT] = Number.POSITIVE_INFINITY;
    if (!tables.fluid) {
      const link = this.setup.links[way >> 1]!;
      const work = transmissionTime(
        bytes(wireBytes(link, requests.real[slot * requests.realWidth + BYTES]!)),
        this.ways[way]!.capacity,
      );
      this.shared.enter(this.resource(slot, way), slot, work, now);
      return;
    }
    const route = tables.routes[requests.int[slot * intWidth + ROUTE]!]!;
    const path: number[] = [];
    const capacities: number[] = [];
    let bits = 0;
    for (
      let hop = requests.int[slot * intWidth + HOP]!;
      this.setup.links[(route[hop] ?? -2) >> 1]?.kind === "shared";
      hop++
    ) {
      path.push(this.resource(slot, route[hop]!));
      capacities.push(this.ways[route[hop]!]!.capacity);
      bits = Math.max(
        bits,
        wireBytes(this.setup.links[route[hop]! >> 1]!, requests.real[slot * requests.realWidth + BYTES]!) * 8,
      );
    }
    this.fluid.enter(path, capacities, slot, bits, now);
  }

  private deliver(slot: number, link: Link, at: number, leftAt: number, way: number): void {
    const { requests } = this;
    const isLast =
      requests.int[slot * intWidth + HOP]! + 1 === this.tables.routes[requests.int[slot * intWidth + ROUTE]!]!.length;
    const due = isLast ? at + link.perMessage : at;
    this.add(slot, 3, due - leftAt);
    this.host.schedule(due, "delivery", way, slot);
  }

  /** Latency of a link, with this message's jitter. */
  private propagation(slot: number, way: number): number {
    const { requests } = this;
    const draw = this.tables.jitter[way]![requests.int[slot * intWidth + STREAM]!]!;
    const { latency } = this.ways[way]!;
    return draw === null
      ? latency
      : latency +
          draw.value(
            requests.int[slot * intWidth + NUMBER]!,
            requests.int[slot * intWidth + DEVICE]!,
            requests.int[slot * intWidth + STREAM_NUMBER]!,
          );
  }

  /** Machine-wise resource of a link direction that this request uses. */
  private resource(slot: number, way: number): number {
    const { tables, requests } = this;
    const group = tables.resourceGroup[way]!;
    if (group < 0) return tables.firstResource[way]!;
    return (
      tables.firstResource[way]! +
      tables.attached(requests.int[slot * intWidth + STREAM]!, requests.int[slot * intWidth + DEVICE]!, group)
    );
  }

  private passes(slot: number, way: number, size: number, waiting: number, residence: number): void {
    this.left[way]! += 1;
    this.bytes[way]! += size;
    this.collector.message(way, this.requests.int[slot * intWidth + SLICE]!, waiting, residence);
  }

  /** To a part of the latency: 0 queue, 2 transmit, 3 propagate; what follows the exit is the response as a whole. */
  private add(slot: number, part: number, time: number): void {
    const { requests } = this;
    if (requests.int[slot * intWidth + EXIT]! >= 0) return;
    requests.real[slot * requests.realWidth + this.firstPart + part]! += time;
  }
}

/** Payload with the headers of its packets. */
export function wireBytes(link: Link, payload: number): number {
  return link.header === 0 ? payload : payload + Math.max(1, Math.ceil(payload / link.mtu)) * link.header;
}
