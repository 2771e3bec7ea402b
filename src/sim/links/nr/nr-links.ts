/**
 * 5G cells. A message waits behind those before it in its device (FIFO), and until its device may send; then it shares the airtime of its
 * direction with other devices; then blocks that failed are sent again, and it is decoded. Exact: every instant follows from slots, draws
 * and the airtime that has passed; there is no time step.
 */
import { Draw, type KeyRoot } from "../../draw.ts";
import { deriveKey, type Key, uniform } from "../../random.ts";
import type { Link, Setup } from "../../setup.ts";
import { type FlowHost, type FlowingKind, keptIdle } from "../link-kind.ts";
import { Marks, pieceKey, TwoStates, turnsOf } from "../pieces.ts";
import { Timeline } from "../timeline.ts";
import { downlinkSlot, uplinkSlot } from "./access.ts";
import { Airtime } from "./airtime.ts";
import { AirtimeShare } from "./airtime-share.ts";
import { ceilSlot, Frame } from "./frame.ts";
import { endOfBlock, rounds } from "./harq.ts";
import { Trips } from "./mobility.ts";
import type { NrCell } from "./nr-cell.ts";
import { Signals } from "./signal.ts";

/** What a cell must know of the message in a slot, and of whose it is. */
export interface NrHost extends FlowHost {
  /** A message was lost while it was being sent; otherwise as {@link FlowHost.sent}. */
  failed(slot: number, waited: number, access: number): void;
  /** Machine at the first end of a link that a request's messages use: the device. */
  deviceOf(slot: number, link: number): number;
  /** What the draws of a message depend on. */
  drawsOf(slot: number): {
    readonly stream: number;
    readonly number: number;
    readonly device: number;
    readonly attempt: number;
  };
}

/** One direction of one base station. */
interface Cell {
  readonly id: number;
  readonly resource: number;
  readonly share: AirtimeShare;
  generation: number;
}

/** Messages of one device in one direction, first come first. */
interface Queue {
  readonly id: number;
  readonly device: Device;
  readonly way: number;
  /** Where its first message is, or is going to be, sent. */
  cell: Cell | null;
  readonly messages: Message[];
  /** When the last bit of the message before left, and when that was delivered. */
  freeAt: number;
  deliveredAt: number;
  generation: number;
}

interface Message {
  readonly slot: number;
  readonly bits: number;
  readonly resource: number;
  readonly enteredAt: number;
  /** Slot from which on it may be sent. */
  readonly from: number;
  startedAt: number;
}

interface Device {
  readonly number: number;
  /** Messages on their way in either direction. */
  busy: number;
  lastActiveAt: number;
  connectedAt: number;
  /** By direction; null before its first message. */
  readonly queues: [Queue | null, Queue | null];
  /** 1 with service, 0 in a spell without; null: always with. */
  readonly service: Timeline | null;
}

/** All that the cells of a link have in common. */
interface Radio {
  readonly cell: NrCell;
  readonly frame: Frame;
  readonly airtime: readonly [Airtime, Airtime];
  readonly signals: Signals | null;
  readonly trips: Trips | null;
  readonly promotions: readonly Draw[];
  /** Spells without service of a device; null where there are none. */
  readonly service: ((device: number, now: number) => Timeline) | null;
  /** Keys of the blocks' draws, [stream], by direction. */
  readonly blocks: readonly (readonly Key[])[];
}

/** Least that a message sends [bit]: headers of three layers (assumed), so that an empty one takes a block as well. */
const least = 64;
/** Draws of one (request, device): the attempt and the block are numbered above the device. */
const drawUnit = 2 ** 20;
const mostBlocks = 64;
const mostAttempts = 64;

/** Kinds of events: in the two low bits of an entity. */
const ENDS = 0;
const READY = 1;
const RATE = 2;
const DELIVERED = 3;

export class NrLinks implements FlowingKind {
  private readonly host: NrHost;
  private readonly setup: Setup;
  private readonly root: KeyRoot;
  private readonly resources: number;
  private readonly radios: readonly (Radio | null)[];
  private readonly cells: (Cell | undefined)[] = [];
  /** By link and device: those in use, and some that were; of large fleets the others are forgotten. */
  private readonly devices: readonly Map<number, Device>[];
  private readonly sweepAt: number[];
  private readonly queues: Queue[] = [];
  /** Ids of queues that were forgotten. */
  private readonly free: number[] = [];
  /** Never used twice, so that what was scheduled for a queue that was forgotten is not taken for another's. */
  private generation = 0;
  /** By request: how long its message waited and had access to wait for. */
  private readonly told = new Map<number, { waited: number; access: number; queue: Queue }>();

  /** @param resources of all links: those of further base stations are numbered beyond */
  constructor(host: NrHost, setup: Setup, root: KeyRoot, resources: number) {
    this.host = host;
    this.resources = resources;
    this.setup = setup;
    this.root = root;
    this.radios = setup.links.map((link) => (link.radio === null ? null : this.radioOf(link, link.radio)));
    this.devices = setup.links.map(() => new Map());
    this.sweepAt = setup.links.map(() => keptIdle);
  }

  enter([resource]: readonly number[], slot: number, bits: number, now: number): void {
    const way = this.host.wayOf(resource!);
    const queue = this.queue(way, this.host.deviceOf(slot, way >> 1), now);
    const arrival = this.connected(queue, slot, now);
    queue.device.busy++;
    const radio = this.radios[way >> 1]!;
    const { frame, cell } = radio;
    const isSending = queue.messages.length > 0;
    const from = frame.inSlots(arrival);
    const first =
      (way & 1) === 0 ? uplinkSlot(frame, cell.times, from, isSending) : downlinkSlot(frame, cell.times, from);
    const message = {
      slot,
      bits: Math.max(least, bits),
      resource: resource!,
      enteredAt: now,
      from: first,
      startedAt: 0,
    };
    queue.messages.push(message);
    if (!isSending) this.prepare(queue, now);
  }

  event(entity: number, generation: number, now: number): void {
    const subject = entity >> 2;
    switch (entity & 3) {
      case ENDS: {
        const cell = this.cells[subject]!;
        if (generation === cell.generation) this.complete(cell, now);
        return;
      }
      case READY:
        if (generation === this.queues[subject]!.generation) this.start(this.queues[subject]!, now);
        return;
      case RATE: {
        const queue = this.queues[subject]!;
        if (generation !== queue.generation) return;
        if (this.cellOf(queue, now) !== queue.cell) this.handOver(queue, now);
        else {
          queue.cell.share.setRate(queue.id, this.rate(queue, now), now);
          this.watch(queue, now);
          this.reschedule(queue.cell);
        }
        return;
      }
      default:
        this.deliver(subject, now);
    }
  }

  /** With several base stations, of the mean one. */
  busySeconds(resource: number, now: number): number {
    const stations = this.radios[this.host.wayOf(resource) >> 1]!.cell.mobility?.stations.length ?? 1;
    let sum = 0;
    for (let station = 0; station < stations; station++)
      sum += this.cells[resource + station * this.resources]?.share.busySeconds(now) ?? 0;
    return sum / stations;
  }

  /** The first message of a queue is to be sent as soon as its device may, and those before it are out. */
  private prepare(queue: Queue, now: number): void {
    const { frame } = this.radios[queue.way >> 1]!;
    const message = queue.messages[0]!;
    const at = Math.max(now, frame.startOf(message.from));
    queue.generation = this.nextGeneration();
    if (at > now) this.host.scheduleFlow(at, (queue.id << 2) | READY, queue.generation);
    else this.start(queue, now);
  }

  private start(queue: Queue, now: number): void {
    const message = queue.messages[0]!;
    message.startedAt = now;
    this.send(queue, message.bits, now);
  }

  /** The first message of a queue shares the airtime of the station that serves its device. */
  private send(queue: Queue, bits: number, now: number): void {
    const { slot } = queue.messages[0]!;
    const cell = this.cellOf(queue, now);
    queue.cell = cell;
    queue.generation = this.nextGeneration();
    cell.share.enter(queue.id, bits, this.rate(queue, now), this.host.weightOf(slot), this.host.orderOf(slot), now);
    this.watch(queue, now);
    this.reschedule(cell);
  }

  /** The device is served by another station: what is left goes on there, or is lost. */
  private handOver(queue: Queue, now: number): void {
    const old = queue.cell!;
    const left = old.share.leave(queue.id, now);
    this.reschedule(old);
    if (this.radios[queue.way >> 1]!.cell.mobility!.inFlight === "keep") {
      this.send(queue, left, now);
      return;
    }
    queue.generation = this.nextGeneration();
    const message = queue.messages.shift()!;
    const waited = Math.max(0, queue.freeAt - message.enteredAt);
    queue.freeAt = now;
    queue.device.busy--;
    queue.device.lastActiveAt = now;
    if (queue.messages.length > 0) this.prepare(queue, now);
    this.host.failed(message.slot, waited, message.startedAt - message.enteredAt - waited);
  }

  /** Last bits have been sent: what follows is known, and the next messages of their devices come up. */
  private complete(cell: Cell, now: number): void {
    const ended = cell.share.complete(now);
    for (const id of ended) {
      const queue = this.queues[id]!;
      queue.generation = this.nextGeneration();
      const message = queue.messages.shift()!;
      const deliveredAt = Math.max(queue.deliveredAt, this.deliveredAt(queue, message, now));
      const waited = Math.max(0, queue.freeAt - message.enteredAt);
      const access = message.startedAt - message.enteredAt - waited + deliveredAt - now;
      queue.freeAt = now;
      queue.deliveredAt = deliveredAt;
      this.told.set(message.slot, { waited, access, queue });
      this.host.scheduleFlow(deliveredAt, (message.slot << 2) | DELIVERED, 0);
      if (queue.messages.length > 0) this.prepare(queue, now);
    }
    this.reschedule(cell);
  }

  private deliver(slot: number, now: number): void {
    const { waited, access, queue } = this.told.get(slot)!;
    this.told.delete(slot);
    const { device } = queue;
    device.busy--;
    device.lastActiveAt = now;
    this.host.sent(slot, waited, access);
  }

  /**
   * The last of its blocks to be decoded: of every slot it was sent in one, each as often as its own draw says.
   * Only those are looked at that could come after the block sent last.
   */
  private deliveredAt(queue: Queue, message: Message, now: number): number {
    const { frame, cell, blocks, airtime } = this.radios[queue.way >> 1]!;
    const direction = (queue.way & 1) as 0 | 1;
    const { stream, number, device, attempt } = this.host.drawsOf(message.slot);
    const { k0, k1 } = blocks[direction]![stream]!;
    const first = Math.floor(frame.inSlots(message.startedAt) + 1e-6);
    const last = Math.max(first, ceilSlot(frame.inSlots(now)) - 1);
    let end = last + 1;
    for (let slot = last, block = 0; slot >= first && block < mostBlocks; slot--) {
      if (!airtime[direction].has(slot)) continue;
      if (block > 0 && endOfBlock(frame, cell.times, direction, slot, cell.harq.retransmissions) <= last + 1) break;
      const draw = uniform(k0, k1, number, device + ((attempt % mostAttempts) * mostBlocks + block) * drawUnit);
      const k = rounds(cell.harq, draw);
      if (k > 0) end = Math.max(end, endOfBlock(frame, cell.times, direction, slot, k));
      block++;
    }
    return Math.max(now, frame.startOf(end + cell.times.decode));
  }

  /** When a device that has something to send, or to receive, is connected and has service. */
  private connected({ device, way }: Queue, slot: number, now: number): number {
    const { cell, promotions } = this.radios[way >> 1]!;
    if (cell.idle !== null && device.busy === 0 && now - device.lastActiveAt > cell.idle.after) {
      const { stream, number, device: source, attempt } = this.host.drawsOf(slot);
      const draw = promotions[stream]!.value(
        number,
        source + (2 * (attempt % mostAttempts) + (way & 1)) * drawUnit,
        number,
      );
      device.connectedAt = now + draw;
    }
    const connectedAt = Math.max(now, device.connectedAt);
    const { trips } = this.radios[way >> 1]!;
    const at = trips?.pausedUntil(device.number, (way & 1) as 0 | 1, connectedAt) ?? connectedAt;
    const { service } = device;
    if (service === null) return at;
    service.forget(now);
    return service.at(at) > 0 ? at : service.changeAfter(at);
  }

  /** Rate of airtime of a queue's device [bit/s]. */
  private rate({ device, way, cell }: Queue, now: number): number {
    const { signals, airtime, trips } = this.radios[way >> 1]!;
    const direction = (way & 1) as 0 | 1;
    if (trips !== null && trips.pausedUntil(device.number, direction, now) > now) return 0;
    const capacity = this.host.rateOf(cell!.resource).at(now);
    if (capacity === 0 || (device.service !== null && device.service.at(now) === 0)) return 0;
    return signals?.rate(device.number, direction, now) ?? capacity / airtime[direction].share;
  }

  /** Asks to be told when the rate of a device that sends may change. */
  private watch(queue: Queue, now: number): void {
    const { signals, trips } = this.radios[queue.way >> 1]!;
    const { service, number } = queue.device;
    const capacity = this.host.rateOf(queue.cell!.resource);
    capacity.forget(now);
    service?.forget(now);
    const changes = [
      capacity.changeAfter(now),
      signals?.changeAfter(now),
      service?.changeAfter(now),
      trips?.changeAfter(number, (queue.way & 1) as 0 | 1, now),
    ];
    const at = Math.min(...changes.map((change) => change ?? Number.POSITIVE_INFINITY));
    this.host.scheduleFlow(at, (queue.id << 2) | RATE, queue.generation);
  }

  private reschedule(cell: Cell): void {
    cell.generation = (cell.generation + 1) & 0x3fffffff;
    this.host.scheduleFlow(cell.share.nextEnd(), (cell.id << 2) | ENDS, cell.generation);
  }

  /** Of the station that serves a queue's device. */
  private cellOf({ device, way, messages }: Queue, now: number): Cell {
    const { resource } = messages[0]!;
    const { airtime, cell, trips } = this.radios[way >> 1]!;
    const id = resource + (trips?.station(device.number, now) ?? 0) * this.resources;
    this.cells[id] ??= {
      id,
      resource,
      share: new AirtimeShare(airtime[(way & 1) as 0 | 1], cell.share),
      generation: 0,
    };
    return this.cells[id];
  }

  private nextGeneration(): number {
    this.generation = (this.generation + 1) & 0x3fffffff;
    return this.generation;
  }

  private queue(way: number, number: number, now: number): Queue {
    const device = this.device(way >> 1, number, now);
    const direction = (way & 1) as 0 | 1;
    const known = device.queues[direction];
    if (known !== null) return known;
    const made: Queue = {
      id: this.free.pop() ?? this.queues.length,
      device,
      way,
      cell: null,
      messages: [],
      freeAt: 0,
      deliveredAt: 0,
      generation: 0,
    };
    device.queues[direction] = made;
    this.queues[made.id] = made;
    return made;
  }

  /** Devices are connected when the run begins. */
  private device(link: number, number: number, now: number): Device {
    const devices = this.devices[link]!;
    const known = devices.get(number);
    if (known !== undefined) return known;
    if (devices.size >= this.sweepAt[link]!) this.sweep(link, now);
    const { service } = this.radios[link]!;
    const made: Device = {
      number,
      busy: 0,
      lastActiveAt: 0,
      connectedAt: 0,
      queues: [null, null],
      service: service === null ? null : service(number, now),
    };
    devices.set(number, made);
    return made;
  }

  /** Forgets devices of which a new one would be the same: with nothing on its way, and long enough idle to be asleep. */
  private sweep(link: number, now: number): void {
    const devices = this.devices[link]!;
    const { idle } = this.radios[link]!.cell;
    for (const device of devices.values()) {
      const isAsleep = idle === null || now - device.lastActiveAt > idle.after;
      if (device.busy > 0 || !isAsleep || device.connectedAt > now) continue;
      if (device.queues.some((queue) => queue !== null && Math.max(queue.freeAt, queue.deliveredAt) > now)) continue;
      for (const queue of device.queues) if (queue !== null) this.free.push(queue.id);
      device.service?.mark(now);
      devices.delete(device.number);
    }
    this.sweepAt[link] = Math.max(keptIdle, 2 * devices.size);
  }

  private serviceOf(link: Link, { interruptions }: NrCell): Radio["service"] {
    if (interruptions === null) return null;
    const turns = turnsOf(1, 0, interruptions.every, interruptions.lasts);
    const key = pieceKey(this.root, 0, "interruption", link.name);
    const marks = new Marks(this.root, this.setup.nodes[link.from]!.count);
    return (device, now) => new Timeline(new TwoStates(turns, key, marks), device, now);
  }

  private radioOf(link: Link, cell: NrCell): Radio {
    const frame = new Frame(cell.numerology, cell.pattern);
    const { streams } = this.setup;
    const { seed, replication } = this.root;
    const trips = cell.mobility === null ? null : new Trips(cell.mobility, link.name, this.root);
    return {
      trips,
      cell,
      service: this.serviceOf(link, cell),
      frame,
      airtime: [new Airtime(frame, 0, cell.special), new Airtime(frame, 1, cell.special)],
      signals: cell.signal === null ? null : new Signals(cell.signal, link.name, this.root, trips),
      promotions:
        cell.idle === null
          ? []
          : streams.map(({ name }) => new Draw(cell.idle!.promotion, this.root, "promotion", link.name, name)),
      blocks: (["up", "down"] as const).map((direction) =>
        streams.map(({ name }) => deriveKey(seed, replication, "block", link.name, direction, name)),
      ),
    };
  }
}
