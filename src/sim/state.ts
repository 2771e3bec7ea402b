/** What a replication keeps: tables made from the setup and state, packed for the event loop of `kernel.ts`. */
import { Agenda } from "./agenda.ts";
import { Clients } from "./arrivals/closed.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals/index.ts";
import { mayCoincide } from "./arrivals/rate.ts";
import { Bins } from "./bins.ts";
import { Collector, columnsOf, dropReasons, partNames, pendingRoom } from "./collector.ts";
import { Desk, type DeskHost } from "./desk.ts";
import type { KeyRoot } from "./draw.ts";
import { Timers } from "./events.ts";
import { fingerprintSeed, nameWord } from "./fingerprint.ts";
import { Judge } from "./judge.ts";
import { type EventLoop, type LoopHost, takeLoop } from "./loop/event-loop.ts";
import {
  AGENDA,
  ARRIVED,
  ASKS_AGAIN,
  EVENTS,
  FINGERPRINT,
  HORIZON,
  LAST_ORDER,
  NEXT_ARRIVAL,
  PENDING,
  SOURCES,
} from "./loop/layout.ts";
import { machineWidth } from "./machines.ts";
import { packInts, packReals } from "./pack.ts";
import type { Recorder } from "./recorder.ts";
import { ARRIVED_AT, DEVICE, EXIT, intWidth, NUMBER, PARTS, Requests, SLICE, STREAM } from "./requests.ts";
import { exactLimit } from "./samples.ts";
import type { Setup } from "./setup.ts";
import { Slicing } from "./slicing.ts";
import { livingParts, Tables } from "./tables.ts";
import { freeRoom, plainLinks, Transport } from "./transport.ts";
import { mayVisit } from "./visitable.ts";

export abstract class State implements DeskHost {
  /** Handles the events; what it asks of the rest of the simulator is answered here and in what extends this. */
  protected readonly loop: EventLoop;
  readonly setup: Setup;
  readonly root: KeyRoot;
  readonly tables: Tables;
  readonly requests: Requests;
  readonly timers = new Timers();
  /** What happens to requests next, and timers. */
  readonly agenda: Agenda;
  /** When each device asks next. */
  readonly sources: Agenda;
  readonly collector: Collector;
  /** Null where values are few, or nobody knows how many. */
  protected readonly bins: Bins | null;
  readonly recorder: Recorder | null;
  readonly dropsLate: boolean;
  readonly transport: Transport;
  readonly judge: Judge;
  readonly desk: Desk;
  protected readonly slicing: Slicing;
  protected readonly processes: readonly ArrivalProcess[];
  /** Number of the last arrival that is wanted. */
  protected readonly lastOrder: number;

  /** Tables and state that the event loop reads and writes, too. */
  protected readonly ints;
  protected readonly reals;
  /** Server seconds of the visits that have ended, by machine. */
  readonly busySeconds: Float64Array;
  /** Seconds waited, by group, and spent in the system, by requests that were dropped. */
  readonly lostWaiting: Float64Array;
  readonly lostInside = new Float64Array(1);

  constructor(setup: Setup, root: KeyRoot, recorder: Recorder | null) {
    const { nodes, streams, model } = setup;
    const loop = takeLoop(this.host());
    this.loop = loop;
    this.setup = setup;
    this.root = root;
    this.lastOrder = (setup.run.requests ?? Number.POSITIVE_INFINITY) - 1;
    this.recorder = recorder;
    const tables = new Tables(setup, root);
    this.tables = tables;
    loop.openAgenda(SOURCES, tables.firstSource[streams.length]!);
    this.sources = new Agenda(loop, SOURCES);
    this.requests = new Requests(nodes.length + partNames.length, loop);
    this.agenda = new Agenda(loop, AGENDA);
    this.slicing = new Slicing(setup.run);
    this.desk = new Desk(setup, root, this);
    this.judge = new Judge(setup, root, tables, this.requests, this.desk);
    const [exits, groups, directions] = [model.exits.length, nodes.length, setup.links.length * 2];
    const { slices, cuts, batches } = this.slicing;
    const shape = { streams: streams.length, exits, groups, directions, slices, cuts, rows: this.judge.rows };
    this.dropsLate = streams.some((stream) => stream.late === "drop" && stream.deadline !== null);
    const plain = plainLinks(setup, this);
    const machines = tables.firstMachine[groups]!;
    const ints = packInts(loop, {
      exitAfter: tables.exitAfter,
      plan: tables.plan,
      modulus: tables.modulus,
      wayModulus: tables.wayModulus,
      firstMachine: tables.firstMachine,
      firstSource: tables.firstSource,
      clients: tables.clients,
      firstResource: tables.firstResource,
      servers: tables.servers,
      places: tables.places,
      due: tables.due,
      sourceOf: tables.sourceOf,
      firstHop: tables.firstHop,
      hops: tables.hops,
      shortcut: plain.shortcut,
      encodes: tables.encode.map((draw) => +(draw !== null)),
      decodes: tables.decode.map((draw) => +(draw !== null)),
      k0: tables.k0,
      k1: tables.k1,
      shareK0: tables.shareK0,
      shareK1: tables.shareK1,
      gapK0: tables.gapK0,
      gapK1: tables.gapK1,
      parts: livingParts(setup, tables),
      /** Slice that arrivals belong to now. */
      slice: 1,
      streamNumbers: streams.length,
      /** Whose instants are brought to the nearest picosecond: see {@link mayCoincide}. */
      snapsArrivals: streams.map(({ arrivals }) => +mayCoincide(arrivals)),
      snapsStages: nodes.map((_, group) => +this.snaps(group)),
      /** What stands for events at each node group, link direction and stream in the fingerprint; entities are added. */
      groupWords: nodes.map((node, g) => (nameWord("node", node.name) - tables.firstMachine[g]!) | 0),
      wayWords: setup.links.flatMap((link) => [nameWord("up", link.name), nameWord("down", link.name)]),
      streamWords: streams.map((stream) => nameWord("stream", stream.name)),
      pendingPlaces: pendingRoom,
      /** [machine][BUSY, QUEUED, HEAD, TAIL]. */
      machines: machines * machineWidth,
      /** Requests so far, by source. */
      numbers: tables.firstSource[streams.length]!,
    });
    const reals = packReals(loop, {
      lastArrivalAt: 1,
      fixed: tables.fixed,
      exponential: tables.exponential,
      fixedSizes: tables.fixedSizes,
      gaps: tables.gaps,
      shares: tables.shares,
      deadlines: tables.deadlines,
      capacity: plain.capacity,
      latency: plain.latency,
      busySeconds: machines,
      freeAt: freeRoom(setup, tables, plain.shortcut),
      ...columnsOf(shape, batches),
    });
    this.collector = new Collector(shape, reals.view, ints.view.pendingPlaces);
    // Variables of the event loop that stand as the last replication left them.
    loop.set({ bins: 0 });
    this.bins = (setup.run.requests ?? 0) > exactLimit ? new Bins(loop, this.collector) : null;
    this.transport = new Transport(setup, this, reals.view.freeAt, root);
    this.ints = ints.view;
    this.reals = reals.view;
    const { slicing, judge, desk } = this;
    loop.set({ ...ints.at, ...reals.at });
    loop.set({
      exits,
      groups,
      slices,
      batches,
      segments: model.segments.length,
      ways: directions,
      width: this.collector.width,
    });
    loop.set({
      unasked: setup.policy.exit.decidesAtLast === true ? -2 : exits - 1,
      perRequest: slicing.perRequest,
      perSecond: slicing.perSecond,
      dropsLate: +this.dropsLate,
      isAsked: +desk.isAsked,
      isJudged: +(judge.knowsCorrect || judge.rows > 0 || recorder !== null),
      isRecorded: +(recorder !== null),
      isTabled: +(judge.rows > 0),
      learns: +desk.learns,
      tellsChanges: +desk.reports.wantsChanges,
    });
    loop.ints.set(fingerprintSeed, FINGERPRINT >> 2);
    loop.reals[LAST_ORDER >> 3] = this.lastOrder;
    this.busySeconds = reals.view.busySeconds;
    this.lostWaiting = new Float64Array(groups);
    this.asksAgain = tables.clients.some((n) => n > 0);
    this.processes = streams.map((stream) => arrivalProcess(stream, nodes[stream.source]!.count, root));
  }

  abstract presentAt(group: number, machine: number): number;
  abstract waitingAt(group: number, machine: number): number;

  /** Whether completions at a node group are brought to the nearest picosecond. */
  snaps(group: number): boolean {
    const { streams } = this.setup;
    return streams.some(({ arrivals }, stream) => mayCoincide(arrivals) && mayVisit(this.setup, stream, group));
  }

  /** Who answers what the event loop asks. */
  protected abstract host(): LoopHost;

  /** Arrivals so far. */
  get arrived(): number {
    return this.loop.ints[ARRIVED >> 2]!;
  }

  /** There are closed streams, and they have not stopped asking. */
  protected get asksAgain(): boolean {
    return this.loop.ints[ASKS_AGAIN >> 2] !== 0;
  }

  protected set asksAgain(asks: boolean) {
    this.loop.ints[ASKS_AGAIN >> 2] = +asks;
  }

  /** Something other than an event is due: a slice or the window ends, or the run is over; at an instant, or after so many arrivals. */
  protected set horizon(at: number) {
    this.loop.reals[HORIZON >> 3] = at;
  }

  protected get horizon(): number {
    return this.loop.reals[HORIZON >> 3]!;
  }

  protected set nextArrival(order: number) {
    this.loop.reals[NEXT_ARRIVAL >> 3] = order;
  }

  /** Latencies and waits that have still to be filed. */
  protected get pending(): number {
    return this.loop.ints[PENDING >> 2]!;
  }

  protected set pending(n: number) {
    this.loop.ints[PENDING >> 2] = n;
  }

  protected get events(): number {
    return this.loop.reals[EVENTS >> 3]!;
  }

  protected get fingerprint(): readonly [number, number, number, number] {
    const [a, b, c, d] = this.loop.ints.subarray(FINGERPRINT >> 2, (FINGERPRINT >> 2) + 4);
    return [a! >>> 0, b! >>> 0, c! >>> 0, d! >>> 0];
  }

  /** Late and to be dropped when next taken; answers are not. */
  givesUp(slot: number, at: number): boolean {
    if (!this.dropsLate) return false;
    const { int, real, realWidth } = this.requests;
    const stream = int[slot * intWidth + STREAM]!;
    return (
      this.setup.streams[stream]!.late === "drop" &&
      int[slot * intWidth + EXIT]! < 0 &&
      at - real[slot * realWidth + ARRIVED_AT]! > this.tables.deadlines[stream]!
    );
  }

  /** A request of a closed stream has ended: its client may ask again. Only while {@link asksAgain}. */
  protected endsQuery(slot: number): void {
    const { int } = this.requests;
    const i = slot * intWidth;
    const stream = int[i + STREAM]!;
    const process = this.processes[stream]!;
    if (!(process instanceof Clients)) return;
    process.ends(int[i + NUMBER]!, int[i + DEVICE]!, this.tables.firstSource[stream]!, this.sources, this.agenda.now);
  }

  drop(slot: number, reason: number): void {
    const { requests } = this;
    const { now } = this.agenda;
    const i = slot * intWidth;
    this.lostInside[0]! += now - requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    this.collector.drop(reason, requests.int[i + STREAM]!, requests.int[i + SLICE]!);
    this.recorder?.ended(slot, requests, dropReasons[reason]!, now, -1, null);
    if (this.asksAgain) this.endsQuery(slot);
    const r = slot * requests.realWidth;
    requests.real.fill(0, r + PARTS, r + requests.realWidth);
    requests.release(slot);
  }
}
