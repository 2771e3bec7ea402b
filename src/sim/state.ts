/** What a replication keeps: tables made from the setup and state, packed for the event loop of `kernel.ts`. */
import { Agenda } from "./agenda.ts";
import { Clients } from "./arrivals/closed.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals/index.ts";
import { Collector, columnsOf, dropReasons, partNames, pendingRoom } from "./collector.ts";
import { Desk, type DeskHost } from "./desk.ts";
import type { KeyRoot } from "./draw.ts";
import { Timers } from "./events.ts";
import { Fingerprint, historyRoom, nameWord } from "./fingerprint.ts";
import { Judge } from "./judge.ts";
import { machineWidth } from "./machines.ts";
import { type Ints, packInts, packReals, type Reals } from "./pack.ts";
import type { Recorder } from "./recorder.ts";
import { ARRIVED_AT, CODE, DEVICE, EXIT, intWidth, NUMBER, ORDER, PARTS, Requests, SLICE, STREAM } from "./requests.ts";
import type { Setup } from "./setup.ts";
import { Slicing } from "./slicing.ts";
import { livingParts, Tables } from "./tables.ts";
import { freeRoom, plainLinks, Transport } from "./transport.ts";

export abstract class State implements DeskHost {
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
  readonly recorder: Recorder | null;
  readonly dropsLate: boolean;
  readonly transport: Transport;
  readonly judge: Judge;
  readonly desk: Desk;
  protected readonly slicing: Slicing;
  protected readonly fingerprint: Fingerprint;
  /** Events that have still to enter the fingerprint. */
  protected recorded = 0;
  protected readonly processes: readonly ArrivalProcess[];
  /** There are closed streams, and they have not stopped asking. */
  protected asksAgain: boolean;
  arrived = 0;
  /** Number of the last arrival that is wanted. */
  protected readonly lastOrder: number;

  /** Tables and state that are read together, and where they begin. */
  protected readonly ints: Ints;
  protected readonly reals: Reals;
  protected readonly at;
  protected readonly horizon: Reals;
  /** Rows of the requests, as {@link Requests} holds them until it makes room for more. */
  protected int: Ints;
  protected real: Reals;
  protected readonly realWidth: number;
  protected readonly groups: number;
  protected readonly segments: number;
  protected readonly exits: number;
  /** Exit whose rule is not asked: the last, unless it may answer with an earlier one there. */
  protected readonly unasked: number;
  protected readonly ways: number;
  protected readonly slices: number;
  protected readonly batches: number;
  protected readonly width: number;
  protected readonly isJudged: boolean;
  protected readonly perRequest: number;
  protected readonly perSecond: number;
  /** Latencies and waits that have still to be filed. */
  protected pending = 0;
  /** Server seconds of the visits that have ended, by machine. */
  readonly busySeconds: Float64Array;
  /** Seconds waited, by group, and spent in the system, by requests that were dropped. */
  readonly lostWaiting: Float64Array;
  readonly lostInside = new Float64Array(1);

  constructor(setup: Setup, root: KeyRoot, recorder: Recorder | null) {
    const { nodes, streams, model } = setup;
    this.setup = setup;
    this.root = root;
    this.lastOrder = (setup.run.requests ?? Number.POSITIVE_INFINITY) - 1;
    this.recorder = recorder;
    const tables = new Tables(setup, root);
    this.tables = tables;
    this.sources = new Agenda((a, b) => a < b, tables.firstSource[streams.length]!);
    this.requests = new Requests(nodes.length + partNames.length);
    this.agenda = new Agenda((a, b) => this.before(a, b));
    this.slicing = new Slicing(setup.run);
    this.desk = new Desk(setup, root, this);
    this.judge = new Judge(setup, root, tables, this.requests, this.desk);
    const [exits, groups, directions] = [model.exits.length, nodes.length, setup.links.length * 2];
    const { slices, cuts, batches } = this.slicing;
    const shape = { streams: streams.length, exits, groups, directions, slices, cuts, rows: this.judge.rows };
    this.dropsLate = streams.some((stream) => stream.late === "drop" && stream.deadline !== null);
    const plain = plainLinks(setup, this);
    const machines = tables.firstMachine[groups]!;
    const ints = packInts({
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
      /** What stands for events at each node group, link direction and stream in the fingerprint; entities are added. */
      groupWords: nodes.map((node, g) => nameWord("node", node.name) - tables.firstMachine[g]!),
      wayWords: setup.links.flatMap((link) => [nameWord("up", link.name), nameWord("down", link.name)]),
      streamWords: streams.map((stream) => nameWord("stream", stream.name)),
      historyWords: historyRoom,
      historyOrders: historyRoom,
      pendingPlaces: pendingRoom,
      /** [machine][BUSY, QUEUED, HEAD, TAIL]. */
      machines: machines * machineWidth,
      /** Requests so far, by source. */
      numbers: tables.firstSource[streams.length]!,
    });
    const reals = packReals({
      /** When something other than an event is due: a slice or the window ends, or the run is over. */
      horizon: [Number.POSITIVE_INFINITY],
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
      historyTimes: historyRoom,
    });
    this.collector = new Collector(shape, reals.view, ints.view.pendingPlaces);
    this.fingerprint = new Fingerprint(ints.view.historyWords, ints.view.historyOrders, reals.view.historyTimes);
    this.transport = new Transport(setup, this, reals.view.freeAt, root);
    this.ints = ints.all;
    this.reals = reals.all;
    this.at = { ...ints.at, ...reals.at };
    this.horizon = reals.view.horizon;
    this.int = this.requests.int;
    this.real = this.requests.real;
    this.realWidth = this.requests.realWidth;
    this.groups = groups;
    this.segments = model.segments.length;
    this.exits = exits;
    this.unasked = setup.policy.exit.decidesAtLast === true ? -2 : exits - 1;
    this.ways = directions;
    this.slices = this.slicing.slices;
    this.batches = this.slicing.batches;
    this.width = this.collector.width;
    this.perRequest = this.slicing.perRequest;
    this.perSecond = this.slicing.perSecond;
    this.isJudged = this.judge.knowsCorrect || this.judge.rows > 0 || recorder !== null;
    this.busySeconds = reals.view.busySeconds;
    this.lostWaiting = new Float64Array(groups);
    this.asksAgain = tables.clients.some((n) => n > 0);
    this.processes = streams.map((stream) => arrivalProcess(stream, nodes[stream.source]!.count, root));
  }

  abstract presentAt(group: number, machine: number): number;
  abstract waitingAt(group: number, machine: number): number;

  protected before(a: number, b: number): boolean {
    const codeA = this.codeOf(a);
    const codeB = this.codeOf(b);
    if (codeA !== codeB) return codeA < codeB;
    return this.orderOf(a) < this.orderOf(b);
  }

  protected codeOf(id: number): number {
    return id < 0 ? this.timers.code(id) : this.requests.int[id * intWidth + CODE]!;
  }

  protected orderOf(id: number): number {
    return id < 0 ? this.timers.payload(id) : this.requests.int[id * intWidth + ORDER]!;
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
