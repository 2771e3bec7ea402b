/**
 * One replication of one policy, from empty to empty. Start reading at `run`, then `handle`.
 *
 * Events are integers (a code of kind and entity, and the slot of a request); machines, links and requests live in typed arrays; user
 * code runs only where a rule decides.
 */
import { Agenda } from "./agenda.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals.ts";
import { Collector, DEADLINE, dropReasons, partNames, QUEUE, type Replication } from "./collector.ts";
import {
  CELL_CORRECT,
  CELL_GOOD,
  CELL_IN_TIME,
  CELL_LATENCY,
  CELL_PARTS,
  CELL_SQUARE,
  CODEC_PART,
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
} from "./columns.ts";
import type { Draw, KeyRoot } from "./draw.ts";
import { ARRIVAL, DELIVERY, ENTRY, entityBits, entityMask, FLOW, STAGE, Timers, WAITING } from "./events.ts";
import { Fingerprint } from "./fingerprint.ts";
import { Judge } from "./judge.ts";
import { BUSY, HEAD, machineWidth, QUEUED, TAIL } from "./machines.ts";
import { type Ints, packInts, packReals, type Reals } from "./pack.ts";
import { deriveKey, KeyedRandom, threefry } from "./random.ts";
import type { Recorder } from "./recorder.ts";
import {
  ARRIVED_AT,
  BYTES,
  CODE,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intWidth,
  LEAVES_AT,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  Requests,
  ROUTE,
  ROW,
  SEGMENT,
  SLICE,
  STARTED_AT,
  STREAM,
  STREAM_NUMBER,
  TARGET,
} from "./requests.ts";
import type { Setup } from "./setup.ts";
import { Slicing } from "./slicing.ts";
import { leftBehind, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { Tables } from "./tables.ts";
import { FIFO, SLOW, Transport } from "./transport.ts";
import { blockUniform } from "./uniform.ts";
import { drainLimit } from "./unloaded.ts";

/** Events handled before storage may move: room for as many requests is made beforehand. */
const stretch = 512;

export type { Recorder };

/** Runs replication `replication` (0, 1, …) of a setup. @throws SequenceError when an exact list runs out. */
export function simulate(setup: Setup, replication: number, recorder: Recorder | null = null): Replication {
  return new Simulation(setup, { seed: setup.seed, replication }, recorder).run();
}

export class Simulation {
  readonly setup: Setup;
  readonly tables: Tables;
  readonly requests: Requests;
  readonly timers = new Timers();
  /** What happens to requests next, and timers. */
  readonly agenda: Agenda;
  /** When each device asks next. */
  readonly sources = new Agenda((a, b) => a < b);
  readonly collector: Collector;
  readonly recorder: Recorder | null;
  readonly dropsLate: boolean;
  readonly transport: Transport;
  readonly judge: Judge;
  private readonly slicing: Slicing;
  private readonly fingerprint = new Fingerprint();
  private events = 0;
  private readonly processes: readonly ArrivalProcess[];
  arrived = 0;
  private end: Snapshot | null = null;
  private over = false;
  /** Number of the last arrival that is wanted. */
  private readonly lastOrder: number;

  /** Tables and state that are read together, and where they begin. */
  private readonly ints: Ints;
  private readonly reals: Reals;
  private readonly stats: Reals;
  private readonly at;
  private readonly horizon: Reals;
  private readonly groups: number;
  private readonly segments: number;
  private readonly exits: number;
  private readonly lastExit: number;
  private readonly ways: number;
  private readonly slices: number;
  private readonly batches: number;
  private readonly width: number;
  private readonly isJudged: boolean;
  /** Latencies and waits that have still to be filed. */
  private pending = 0;
  /** Server seconds of the visits that have ended, by machine. */
  readonly busySeconds: Float64Array;
  /** Seconds waited, by group, and spent in the system, by requests that were dropped. */
  readonly lostWaiting: Float64Array;
  readonly lostInside = new Float64Array(1);

  private readonly placeRandom: readonly KeyedRandom[];
  private readonly observed = { now: 0.5, elapsed: 0.5 };

  constructor(setup: Setup, root: KeyRoot, recorder: Recorder | null) {
    const { nodes, streams, model } = setup;
    this.setup = setup;
    this.lastOrder = (setup.run.requests ?? Number.POSITIVE_INFINITY) - 1;
    this.recorder = recorder;
    const tables = new Tables(setup, root);
    this.tables = tables;
    this.requests = new Requests(nodes.length + partNames.length);
    this.agenda = new Agenda((a, b) => this.before(a, b));
    this.slicing = new Slicing(setup.run);
    this.judge = new Judge(setup, root, tables.exitAfter, this.requests, this.agenda);
    const [exits, groups, directions] = [model.exits.length, nodes.length, setup.links.length * 2];
    this.collector = new Collector(
      { streams: streams.length, exits, groups, directions, slices: this.slicing.slices, rows: this.judge.rows },
      this.slicing.batches,
    );
    this.dropsLate = streams.some((stream) => stream.late === "drop" && stream.deadline !== null);
    this.transport = new Transport(setup, this);
    const machines = tables.firstMachine[groups]!;
    const ints = packInts({
      exitAfter: tables.exitAfter,
      plan: tables.plan,
      modulus: tables.modulus,
      wayModulus: tables.wayModulus,
      firstMachine: tables.firstMachine,
      firstSource: tables.firstSource,
      firstResource: tables.firstResource,
      servers: tables.servers,
      places: tables.places,
      due: tables.due,
      sourceOf: tables.sourceOf,
      firstHop: tables.firstHop,
      hops: tables.hops,
      shortcut: this.transport.shortcut,
      encodes: tables.encode.map((draw) => +(draw !== null)),
      decodes: tables.decode.map((draw) => +(draw !== null)),
      k0: tables.k0,
      k1: tables.k1,
      gapK0: tables.gapK0,
      gapK1: tables.gapK1,
      /** Slice that arrivals belong to now. */
      slice: 1,
      streamNumbers: streams.length,
      /** [machine][BUSY, QUEUED, HEAD, TAIL]. */
      machines: machines * machineWidth,
      /** Requests so far, by source. */
      numbers: tables.firstSource[streams.length]!,
    });
    const reals = packReals({
      /** When something other than an event is due: a slice or the window ends, or the run is over. */
      horizon: [Number.POSITIVE_INFINITY],
      /** Largest relative gap between a latency and the sum of its parts. */
      partsGap: 1,
      lastArrivalAt: 1,
      fixed: tables.fixed,
      exponential: tables.exponential,
      fixedSizes: tables.fixedSizes,
      gaps: tables.gaps,
      deadlines: tables.deadlines,
      capacity: this.transport.capacity,
      latency: this.transport.latency,
      busySeconds: machines,
      freeAt: this.transport.freeAt,
    });
    this.ints = ints.all;
    this.reals = reals.all;
    this.stats = this.collector.pack.all;
    this.at = { ...ints.at, ...reals.at, ...this.collector.pack.at };
    this.horizon = reals.view.horizon;
    this.groups = groups;
    this.segments = model.segments.length;
    this.exits = exits;
    this.lastExit = exits - 1;
    this.ways = directions;
    this.slices = this.slicing.slices;
    this.batches = this.slicing.batches;
    this.width = this.collector.width;
    this.isJudged = this.judge.knowsCorrect || this.judge.rows > 0 || recorder !== null;
    this.busySeconds = reals.view.busySeconds;
    this.transport.freeAt = reals.view.freeAt;
    this.lostWaiting = new Float64Array(groups);
    this.processes = streams.map((stream) => arrivalProcess(stream, nodes[stream.source]!.count, root));
    this.placeRandom = streams.map(
      (s) => new KeyedRandom(deriveKey(root.seed, root.replication, "placement rule", s.name)),
    );
  }

  run(): Replication {
    const { setup, slicing } = this;
    slicing.begin(takeSnapshot(this, 0));
    this.horizon[0] = slicing.nextTime;
    this.openSources();
    while (!this.over) {
      this.requests.reserve(stretch);
      this.handle(stretch);
      this.collector.file(this.pending);
      this.pending = 0;
      this.interlude();
    }
    if (setup.run.duration !== null) this.crossInstants(setup.run.duration);
    this.end ??= takeSnapshot(this, this.reals[this.at.lastArrivalAt]!);
    return {
      collector: this.collector,
      snapshots: slicing.snapshots,
      end: this.end,
      ...leftBehind(this),
      fingerprint: this.fingerprint.state(),
      events: this.events,
      partsGap: this.reals[this.at.partsGap]!,
    };
  }

  /** Handles events until `budget` of them are done or something else is due. What is rare is left to {@link interlude}. */
  private handle(budget: number): void {
    const { agenda, sources, fingerprint, slicing, requests } = this;
    const { int } = requests;
    const { horizon } = this;
    let left = budget;
    for (; left > 0; left--) {
      if (agenda.open) agenda.settle();
      const eventAt = agenda.times[0]!;
      const arrivesAt = sources.times[0]!;
      if (arrivesAt < eventAt || (arrivesAt === eventAt && this.arrivalIsFirst(eventAt))) {
        if (arrivesAt >= horizon[0]! || this.arrived >= slicing.nextArrival) break;
        agenda.now = arrivesAt;
        const source = sources.ids[0]!;
        fingerprint.add((ARRIVAL << entityBits) | source, this.arrived, arrivesAt);
        this.arrive(source);
        continue;
      }
      if (eventAt >= horizon[0]!) break;
      agenda.now = eventAt;
      agenda.open = true;
      const slot = agenda.ids[0]!;
      if (slot < 0) {
        this.timer(slot);
        continue;
      }
      const code = int[slot * intWidth + CODE]!;
      fingerprint.add(code, int[slot * intWidth + ORDER]!, eventAt);
      const kind = code >> entityBits;
      if (kind === STAGE) this.stageEnds(slot, code & entityMask);
      else if (kind === DELIVERY) this.delivered(slot);
      else if (kind === ENTRY) this.enter(slot);
      else this.drop(slot, DEADLINE);
    }
    this.events += budget - left;
  }

  /** A device asks: its next request is foreseen, this one gets a slot. */
  private arrive(source: number): void {
    const { ints, requests, sources, judge, at } = this;
    const { now } = this.agenda;
    let stream = 0;
    while (source >= ints[at.firstSource + stream + 1]!) stream++;
    const device = source - ints[at.firstSource + stream]!;
    const number = ints[at.numbers + source]!;
    ints[at.numbers + source] = number + 1;
    this.foresee(source, stream, device, number + 1);

    const order = this.arrived;
    this.arrived = order + 1;
    this.reals[at.lastArrivalAt] = now;
    // The end of the window is not for the event loop: it stops at the horizon.
    if (order === this.lastOrder || sources.size === 0) this.horizon[0] = now;
    const slot = requests.take();
    const { int, real, realWidth } = requests;
    const streamNumber = ints[at.streamNumbers + stream]!;
    ints[at.streamNumbers + stream] = streamNumber + 1;
    const slice = ints[at.slice]!;
    const group = ints[at.sourceOf + stream]!;
    const i = slot * intWidth;
    int[i + STREAM] = stream;
    int[i + DEVICE] = device;
    int[i + NUMBER] = number;
    int[i + ORDER] = order;
    int[i + STREAM_NUMBER] = streamNumber;
    int[i + ROW] = judge.rows === 0 ? -1 : judge.row(stream, device, number, streamNumber);
    int[i + SEGMENT] = 0;
    int[i + GROUP] = group;
    int[i + SLICE] = slice;
    real[slot * realWidth + ARRIVED_AT] = now;
    this.stats[at.arrived + stream * this.slices + slice]! += 1;

    let target = ints[at.plan + stream * this.segments]!;
    if (target < 0) target = this.ask(slot, 0, group);
    int[i + TARGET] = target;
    if (target === group) this.join(slot, group);
    else if (ints[at.encodes + (stream * this.groups + group) * this.segments] === 1) {
      int[i + SEGMENT] = ~0;
      this.join(slot, group);
    } else this.send(slot, group);
  }

  /** When a device asks next. */
  private foresee(source: number, stream: number, device: number, number: number): void {
    const { sources, ints, reals, at } = this;
    const { now } = this.agenda;
    const gap = reals[at.gaps + stream]!;
    let following: number;
    if (gap > 0) {
      threefry(ints[at.gapK0 + stream]!, ints[at.gapK1 + stream]!, number, device);
      following = now - gap * Math.log(1 - blockUniform());
    } else following = this.processes[stream]!.next(number, device, now);
    sources.open = true;
    if (following < Number.POSITIVE_INFINITY) {
      sources.due[0] = following;
      sources.replace(source);
    } else sources.settle();
  }

  /** A machine has ended a stage of a request: its exit rule decides, then its placement. */
  private stageEnds(slot: number, machine: number): void {
    const { ints, at } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const group = int[i + GROUP]!;
    const stream = int[i + STREAM]!;
    const segment = int[i + SEGMENT]!;
    if (segment < 0) {
      // A tensor is encoded.
      int[i + SEGMENT] = ~segment;
      this.leave(slot, machine, group);
      this.send(slot, group);
      return;
    }
    const exit = ints[at.exitAfter + segment]!;
    const answer = exit < 0 || exit === this.lastExit ? exit : this.judge.verdict(slot, exit);
    if (answer >= 0) {
      int[i + EXIT] = answer;
      real[slot * realWidth + EXITED_AT] = this.agenda.now;
      this.leave(slot, machine, group);
      const to = ints[at.due + stream]!;
      if (to < 0 || to === group) this.complete(slot);
      else {
        int[i + TARGET] = to;
        this.send(slot, group);
      }
      return;
    }
    const following = segment + 1;
    let target = ints[at.plan + stream * this.segments + following]!;
    if (target < 0) target = this.ask(slot, following, group);
    int[i + SEGMENT] = following;
    if (target === group) {
      this.agenda.due[0] = this.agenda.now;
      this.runStage(slot, group);
      return;
    }
    int[i + TARGET] = target;
    if (ints[at.encodes + (stream * this.groups + group) * this.segments + following] === 1) {
      int[i + SEGMENT] = ~following;
      this.agenda.due[0] = this.agenda.now + this.encode(slot, ~following);
      this.agenda.schedule(slot);
      return;
    }
    this.leave(slot, machine, group);
    this.send(slot, group);
  }

  /** Gives the server back, and has it take the next that waits. */
  private leave(slot: number, machine: number, group: number): void {
    const { ints, stats, at, requests, collector } = this;
    const { int, real, realWidth } = requests;
    const { now } = this.agenda;
    const r = slot * realWidth;
    const startedAt = real[r + STARTED_AT]!;
    const waited = startedAt - real[r + QUEUED_AT]!;
    const service = now - startedAt;
    this.reals[at.busySeconds + machine]! += service;
    const place = group * this.slices + int[slot * intWidth + SLICE]!;
    const v = at.visits + place * VISIT_WIDTH;
    stats[v]! += 1;
    if (waited > 0) {
      stats[v + VISIT_WAITING]! += waited;
      stats[v + VISIT_WAITING_SQUARE]! += waited * waited;
      stats[v + VISIT_WAITED]! += 1;
      const n = this.pending;
      this.pending = n + 1;
      collector.pendingPlaces[n] = ~place;
      collector.pendingValues[n] = waited;
    }
    const d = service - stats[at.serviceShift + group]!;
    if (Number.isNaN(d)) stats[at.serviceShift + group] = service;
    else {
      stats[v + VISIT_SERVICE]! += d;
      stats[v + VISIT_SERVICE_SQUARE]! += d * d;
    }
    if (this.recorder !== null) this.recorder.visit(slot, group, real[r + QUEUED_AT]!, startedAt, now);

    const m = at.machines + machine * machineWidth;
    ints[m + BUSY]! -= 1;
    let waiting = ints[m + QUEUED]!;
    while (waiting > 0) {
      const first = ints[m + HEAD]!;
      ints[m + HEAD] = int[first * intWidth + NEXT]!;
      waiting--;
      ints[m + QUEUED] = waiting;
      if (!this.dropsLate || !this.givesUp(first, now)) {
        this.start(first, machine, group);
        return;
      }
      this.lostWaiting[group]! += now - real[first * realWidth + QUEUED_AT]!;
      this.drop(first, DEADLINE);
    }
  }

  /** Sends the tensor before the next segment, or the answer, on its way to {@link TARGET}. */
  private send(slot: number, group: number): void {
    const { ints, at, judge, transport } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const isAnswer = int[i + EXIT]! >= 0;
    const cut = isAnswer ? this.segments : int[i + SEGMENT]!;
    let payload = this.reals[at.fixedSizes + int[i + STREAM]! * (this.segments + 1) + cut]!;
    if (Number.isNaN(payload)) payload = transport.payload(slot, cut);
    if (!isAnswer && judge.rows > 0) transport.crosses(slot, cut);
    real[slot * realWidth + BYTES] = payload;
    const first = ints[at.firstHop + group * this.groups + int[i + TARGET]!]!;
    int[i + ROUTE] = first;
    if (ints[at.shortcut + ints[at.hops + first]!] === SLOW) transport.depart(slot);
    else this.enter(slot);
  }

  /** A message enters the link of its next hop. As `enterHop`, for links where nothing but size, rate and latency matters. */
  private enter(slot: number): void {
    const { ints, reals, stats, at, agenda } = this;
    const { int, real, realWidth } = this.requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const way = ints[at.hops + int[i + ROUTE]!]!;
    const kind = ints[at.shortcut + way]!;
    if (kind === SLOW) {
      this.transport.enterHop(slot);
      return;
    }
    const size = real[r + BYTES]!;
    const transmission = (size * 8) / reals[at.capacity + way]!;
    let startsAt = now;
    if (kind === FIFO) {
      const by = ints[at.wayModulus + int[i + STREAM]! * this.ways + way]!;
      let resource = at.freeAt + ints[at.firstResource + way]!;
      if (by !== 1) resource += by === 0 ? int[i + DEVICE]! : this.transport.numberOf(slot, way);
      if (reals[resource]! > now) startsAt = reals[resource]!;
      reals[resource] = startsAt + transmission;
    }
    const leavesAt = startsAt + transmission;
    real[r + QUEUED_AT] = now;
    real[r + STARTED_AT] = startsAt;
    real[r + LEAVES_AT] = leavesAt;
    const m = at.messages + (way * this.slices + int[i + SLICE]!) * MESSAGE_WIDTH;
    stats[m]! += 1;
    stats[m + MESSAGE_WAITING]! += startsAt - now;
    stats[m + MESSAGE_RESIDENCE]! += leavesAt - now;
    stats[m + MESSAGE_BYTES]! += size;
    const arrivesAt = leavesAt + reals[at.latency + way]!;
    if (int[i + EXIT]! < 0) {
      const queue = r + PARTS + this.groups;
      real[queue]! += startsAt - now;
      real[queue + TRANSMIT_PART]! += transmission;
      real[queue + PROPAGATE_PART]! += arrivesAt - leavesAt;
    }
    int[i + CODE] = (DELIVERY << entityBits) | way;
    agenda.due[0] = arrivesAt;
    agenda.schedule(slot);
  }

  /** A message has come to the end of a hop. */
  private delivered(slot: number): void {
    const { int } = this.requests;
    const i = slot * intWidth;
    const hop = int[i + ROUTE]! + 1;
    int[i + ROUTE] = hop;
    if (this.ints[this.at.hops + hop]! >= 0) this.enter(slot);
    else if (int[i + EXIT]! >= 0) this.complete(slot);
    else {
      int[i + RECEIVED] = 1;
      this.join(slot, int[i + TARGET]!);
    }
  }

  /** A request comes to its machine of a group: is served, waits, or is dropped. */
  private join(slot: number, group: number): void {
    const { ints, at, tables } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const stream = int[i + STREAM]!;
    const by = ints[at.modulus + stream * this.groups + group]!;
    let machine = ints[at.firstMachine + group]!;
    if (by !== 1) machine += by === 0 ? int[i + DEVICE]! : tables.attached(stream, int[i + DEVICE]!, group);
    int[i + GROUP] = group;
    real[slot * realWidth + QUEUED_AT] = this.agenda.now;
    const m = at.machines + machine * machineWidth;
    if (ints[m + BUSY]! < ints[at.servers + group]!) {
      if (this.dropsLate && this.givesUp(slot, this.agenda.now)) this.drop(slot, DEADLINE);
      else this.start(slot, machine, group);
      return;
    }
    const waiting = ints[m + QUEUED]!;
    if (waiting >= ints[at.places + group]!) {
      this.drop(slot, QUEUE);
      return;
    }
    if (waiting === 0) ints[m + HEAD] = slot;
    else int[ints[m + TAIL]! * intWidth + NEXT] = slot;
    ints[m + TAIL] = slot;
    ints[m + QUEUED] = waiting + 1;
    int[i + CODE] = (WAITING << entityBits) | machine;
  }

  /** A server takes a request. */
  private start(slot: number, machine: number, group: number): void {
    const { ints, at, agenda } = this;
    const { int, real, realWidth } = this.requests;
    const { now } = agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    ints[at.machines + machine * machineWidth + BUSY]! += 1;
    int[i + CODE] = (STAGE << entityBits) | machine;
    real[r + STARTED_AT] = now;
    real[r + PARTS + this.groups]! += now - real[r + QUEUED_AT]!;
    agenda.due[0] = now;
    const segment = int[i + SEGMENT]!;
    if (int[i + RECEIVED] === 1) {
      int[i + RECEIVED] = 0;
      if (ints[at.decodes + (int[i + STREAM]! * this.groups + group) * this.segments + segment] === 1) {
        agenda.due[0] = now + this.decode(slot, segment);
      }
    }
    if (segment >= 0) this.runStage(slot, group);
    else {
      agenda.due[0]! += this.encode(slot, segment);
      agenda.schedule(slot);
    }
  }

  /** Trunk of a segment, and the head after it where one runs, from `due` on. */
  private runStage(slot: number, group: number): void {
    const { ints, reals, at, agenda } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const s = (int[i + STREAM]! * this.groups + group) * this.segments + int[i + SEGMENT]!;
    let time = reals[at.fixed + s]!;
    if (Number.isNaN(time)) {
      const scale = reals[at.exponential + s]!;
      if (scale > 0) {
        threefry(ints[at.k0 + s]!, ints[at.k1 + s]!, int[i + NUMBER]!, int[i + DEVICE]!);
        time = -scale * Math.log(1 - blockUniform());
      } else time = this.stageTime(slot, s);
    }
    real[slot * realWidth + PARTS + group]! += time;
    agenda.due[0]! += time;
    agenda.schedule(slot);
  }

  /** Latency ends. */
  private complete(slot: number): void {
    const { reals, stats, at, requests, slices, width } = this;
    const { int, real, realWidth } = requests;
    const { now } = this.agenda;
    const i = slot * intWidth;
    const r = slot * realWidth;
    const stream = int[i + STREAM]!;
    const place = ((stream * this.exits + int[i + EXIT]!) * this.groups + int[i + GROUP]!) * slices + int[i + SLICE]!;
    const latency = now - real[r + ARRIVED_AT]!;
    real[r + realWidth - 1] = now - real[r + EXITED_AT]!;
    const c = at.cells + place * width;
    const p = r + PARTS;
    const first = c + CELL_PARTS;
    const parts = width - CELL_PARTS;
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      const time = real[p + part]!;
      sum += time;
      stats[first + part]! += time;
      real[p + part] = 0;
    }
    // Relative to what rounding of instants may leave: a share of the clock, too.
    const gap = Math.abs(sum - latency);
    if (gap > reals[at.partsGap]! * (latency + now * 1e-9)) reals[at.partsGap] = gap / (latency + now * 1e-9);
    const inTime = latency <= reals[at.deadlines + stream]!;
    stats[c]! += 1;
    if (inTime) stats[c + CELL_IN_TIME]! += 1;
    if (this.isJudged && this.judgeAnswer(slot)) {
      stats[c + CELL_CORRECT]! += 1;
      if (inTime) stats[c + CELL_GOOD]! += 1;
    }
    const d = latency - stats[at.shift]!;
    if (Number.isNaN(d)) stats[at.shift] = latency;
    else {
      stats[c + CELL_LATENCY]! += d;
      stats[c + CELL_SQUARE]! += d * d;
    }
    const n = this.pending;
    this.pending = n + 1;
    this.collector.pendingPlaces[n] = place;
    this.collector.pendingValues[n] = latency;
    const batch = this.slicing.batch(int[i + ORDER]!, real[r + ARRIVED_AT]!);
    if (batch < this.batches) {
      stats[at.batchSum + batch]! += latency;
      stats[at.batchCount + batch]! += 1;
    }
    requests.release(slot);
  }

  private before(a: number, b: number): boolean {
    const codeA = this.codeOf(a);
    const codeB = this.codeOf(b);
    if (codeA !== codeB) return codeA < codeB;
    return this.orderOf(a) < this.orderOf(b);
  }

  private codeOf(id: number): number {
    return id < 0 ? this.timers.code(id) : this.requests.int[id * intWidth + CODE]!;
  }

  private orderOf(id: number): number {
    return id < 0 ? this.timers.payload(id) : this.requests.int[id * intWidth + ORDER]!;
  }

  /** An arrival and an event at the same instant; when that is +Infinity, nothing is left to happen. */
  private arrivalIsFirst(now: number): boolean {
    return now < Number.POSITIVE_INFINITY && this.codeOf(this.agenda.ids[0]!) > ARRIVAL << entityBits;
  }

  /** Between stretches of events: a slice begins, the window ends, or the run is over. */
  private interlude(): void {
    const { agenda, sources, slicing, reals } = this;
    const { duration } = this.setup.run;
    if (agenda.open) agenda.settle();
    const noMore = this.arrived > this.lastOrder || (sources.size === 0 && duration === null);
    if (noMore && this.end === null) this.closeWindow(reals[this.at.lastArrivalAt]!);
    const eventAt = agenda.times[0]!;
    const arrivesAt = sources.times[0]!;
    const now = Math.min(eventAt, arrivesAt);
    if (this.end === null && now < Number.POSITIVE_INFINITY) {
      if (now >= slicing.nextTime) this.crossInstants(now);
      const isArrival = arrivesAt < eventAt || this.arrivalIsFirst(now);
      if (isArrival && this.arrived >= slicing.nextArrival) slicing.cross(this.arrived, takeSnapshot(this, now));
      this.ints[this.at.slice] = slicing.current;
      if (this.end === null) this.horizon[0] = slicing.nextTime;
    }
    const drained = this.end !== null && this.requests.inFlight === 0;
    this.over = drained || now === Number.POSITIVE_INFINITY || (this.end !== null && now >= this.horizon[0]!);
  }

  /** Slices and the window that end at instants, not at arrivals. */
  private crossInstants(now: number): void {
    const { slicing } = this;
    while (slicing.nextTime <= now) {
      const at = slicing.nextTime;
      if (at === this.setup.run.duration) this.closeWindow(at);
      else slicing.cross(this.arrived, takeSnapshot(this, at));
    }
  }

  /** The window ends: the devices ask no more, and what is in flight drains. */
  private closeWindow(at: number): void {
    this.end = takeSnapshot(this, at);
    this.slicing.finish();
    this.sources.clear();
    this.horizon[0] = drainLimit(this.setup, at);
  }

  private openSources(): void {
    const { firstSource } = this.tables;
    this.processes.forEach((process, s) => {
      for (let source = firstSource[s]!; source < firstSource[s + 1]!; source++) {
        const at = process.next(0, source - firstSource[s]!, 0);
        if (at === Number.POSITIVE_INFINITY) continue;
        this.sources.due[0] = at;
        this.sources.schedule(source);
      }
    });
  }

  /** Asks the placement rule which group runs a segment. */
  private ask(slot: number, segment: number, at: number): number {
    const { observed, agenda, setup } = this;
    const { int, real, realWidth } = this.requests;
    const i = slot * intWidth;
    const stream = int[i + STREAM]!;
    observed.now = agenda.now;
    observed.elapsed = agenda.now - real[slot * realWidth + ARRIVED_AT]!;
    const random = this.placeRandom[stream]!;
    random.set(int[i + NUMBER]!, int[i + DEVICE]!);
    return setup.policy.place.next({ source: setup.streams[stream]!.source, segment, at }, observed, random);
  }

  /** Time to decode the tensor before a segment. */
  private decode(slot: number, segment: number): number {
    const { tables, requests } = this;
    const { int } = requests;
    const i = slot * intWidth;
    return this.codec(
      slot,
      tables.decode[(int[i + STREAM]! * tables.groups + int[i + GROUP]!) * tables.segments + segment]!,
    );
  }

  /** Time to encode the tensor over the cut that `segment` is the complement of. */
  private encode(slot: number, segment: number): number {
    const { tables, requests } = this;
    const { int } = requests;
    const i = slot * intWidth;
    return this.codec(
      slot,
      tables.encode[(int[i + STREAM]! * tables.groups + int[i + GROUP]!) * tables.segments + ~segment]!,
    );
  }

  private codec(slot: number, draw: Draw): number {
    const { requests, tables } = this;
    const { int, real, realWidth } = requests;
    const i = slot * intWidth;
    const time = draw.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
    real[slot * realWidth + PARTS + tables.groups + CODEC_PART]! += time;
    return time;
  }

  private stageTime(slot: number, s: number): number {
    const { int } = this.requests;
    const i = slot * intWidth;
    const { trunk, head } = this.tables.stages[s]!;
    const time = trunk.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
    return head === null ? time : time + head.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
  }

  private timer(id: number): void {
    const { timers } = this;
    const code = timers.code(id);
    const payload = timers.payload(id);
    timers.release(id);
    this.events--;
    if (code >> entityBits === FLOW) this.transport.flowEvent(code & entityMask, payload);
  }

  /** Late and to be dropped when next taken; answers are not. */
  givesUp(slot: number, at: number): boolean {
    if (!this.dropsLate) return false;
    const { int, real, realWidth } = this.requests;
    const { late, deadline } = this.setup.streams[int[slot * intWidth + STREAM]!]!;
    return (
      late === "drop" &&
      deadline !== null &&
      int[slot * intWidth + EXIT]! < 0 &&
      at - real[slot * realWidth + ARRIVED_AT]! > deadline
    );
  }

  /** Whether the answer of a request that ends is right, for the tallies and the recorder. */
  private judgeAnswer(slot: number): boolean {
    const { requests, collector, judge } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const prediction = judge.prediction(slot);
    const correct = judge.knowsCorrect ? judge.correct(slot, prediction) : null;
    const kind = int[i + STREAM]! * collector.shape.exits + int[i + EXIT]!;
    if (judge.rows > 0) collector.tally(kind, int[i + SLICE]!, int[i + ROW]!, correct === true);
    this.recorder?.ended(slot, requests, "completed", this.agenda.now, prediction, correct);
    return correct === true;
  }

  drop(slot: number, reason: number): void {
    const { requests } = this;
    const { now } = this.agenda;
    const i = slot * intWidth;
    this.lostInside[0]! += now - requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    this.collector.drop(reason, requests.int[i + STREAM]!, requests.int[i + SLICE]!);
    this.recorder?.ended(slot, requests, dropReasons[reason]!, now, -1, null);
    const r = slot * requests.realWidth;
    requests.real.fill(0, r + PARTS, r + requests.realWidth);
    requests.release(slot);
  }
}
