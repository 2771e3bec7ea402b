/**
 * One replication of one policy, from empty to empty. Start reading at `run`.
 *
 * Events are integers (kind and entity in `code`, request slot beside it); machines, links and requests live in typed arrays; user code
 * runs only where a rule decides.
 */
import { Agenda } from "./agenda.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals.ts";
import { Collector, DEADLINE, dropReasons, partNames, QUEUE, type Replication, type Snapshot } from "./collector.ts";
import type { Draw, KeyRoot } from "./draw.ts";
import { evidenceUpTo, type Subject, scoresOf } from "./evidence.ts";
import type { ExitEvidence } from "./exit-rules/index.ts";
import { Fingerprint } from "./fingerprint.ts";
import { deriveKey, KeyedRandom, uniform } from "./random.ts";
import {
  ARRIVED_AT,
  CROSSED,
  DEVICE,
  EXIT,
  EXITED_AT,
  GROUP,
  intWidth,
  NEXT,
  NUMBER,
  ORDER,
  PARTS,
  QUEUED_AT,
  RECEIVED,
  Requests,
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
import { type Bulk, Tables } from "./tables.ts";
import { Transport } from "./transport.ts";

/** Kinds of events in the order in which simultaneous ones are handled: completions, deliveries, arrivals, timers. */
const STAGE = 0;
const FLOW = 1;
const DELIVERY = 2;
const ENTRY = 3;
const ARRIVAL = 4;
const GIVE_UP = 5;
/** Columns of a machine: requests in service, requests waiting, first and last of those. */
const BUSY = 0;
const QUEUED = 1;
const HEAD = 2;
const TAIL = 3;
const machineWidth = 4;
/** Place of the codec part after the compute of the node groups. */
const CODEC = partNames.indexOf("codec");
const entityBits = 27;
const entityMask = (1 << entityBits) - 1;

/** Is told what happened to each request, for row-by-row output; times in seconds. */
export interface Recorder {
  visit(slot: number, group: number, queuedAt: number, startedAt: number, endedAt: number): void;
  message(slot: number, direction: number, queuedAt: number, startedAt: number, endedAt: number): void;
  ended(slot: number, requests: Requests, end: string, at: number, prediction: number, correct: boolean | null): void;
}

/** Runs replication `replication` (0, 1, …) of a setup. @throws SequenceError when an exact list runs out. */
export function simulate(setup: Setup, replication: number, recorder: Recorder | null = null): Replication {
  return new Simulation(setup, { seed: setup.seed, replication }, recorder).run();
}

class Simulation {
  private readonly setup: Setup;
  private readonly tables: Tables;
  private readonly requests: Requests;
  private readonly agenda: Agenda;
  private readonly collector: Collector;
  private readonly transport: Transport;
  private readonly slicing: Slicing;
  private readonly fingerprint = new Fingerprint();
  private readonly recorder: Recorder | null;
  private events = 0;
  private partsGap = 0;

  private readonly processes: ArrivalProcess[];
  private readonly numbers: Int32Array;
  private readonly streamNumbers: Int32Array;
  private readonly sampleKeys;
  private readonly correctKeys;
  private arrived = 0;
  /** Devices that will ask again. */
  private sources = 0;
  private lastArrivalAt = 0;
  private end: Snapshot | null = null;

  /** [machine][BUSY, QUEUED, HEAD, TAIL]. */
  private readonly machines: Int32Array;
  /** Busy server seconds of each machine and waiting request seconds of each group: sum of ends minus starts so far. */
  private readonly busySeconds: Float64Array;
  private readonly waitingSeconds: Float64Array;
  private readonly waitingNow: Int32Array;
  private readonly departed: Float64Array;
  private inSystemSeconds = 0;

  private readonly servers: Int32Array;
  private readonly places: Float64Array;
  private readonly subject: Subject = { row: -1, number: 0, device: 0, stream: 0, crossed: -1 };
  private readonly reached: readonly (readonly ExitEvidence[])[];
  private readonly observed = { now: 0, elapsed: 0 };
  private readonly exitRandom: KeyedRandom[];
  private readonly placeRandom: KeyedRandom[];
  /** Verdicts of a pure rule, [(crossed cut + 1) * exits + exit][row]: -2 not asked yet, -1 go on, else the exit. */
  private readonly verdicts: Int8Array | null;
  private readonly lastExit: number;
  private readonly knowsCorrect: boolean;

  constructor(setup: Setup, root: KeyRoot, recorder: Recorder | null) {
    const { nodes, streams, model, policy } = setup;
    this.setup = setup;
    this.recorder = recorder;
    this.tables = new Tables(setup, root);
    this.requests = new Requests(nodes.length + partNames.length);
    this.agenda = new Agenda((slot) => this.requests.int[slot * intWidth + ORDER] ?? slot);
    this.slicing = new Slicing(setup.run);
    const { outputs } = model;
    this.lastExit = model.exits.length - 1;
    this.knowsCorrect = outputs.kind === "table" || outputs.accuracy.some((a) => a !== null);
    const rows = model.outputs.kind === "table" ? model.outputs.rows : 0;
    this.collector = new Collector(
      {
        streams: streams.length,
        exits: model.exits.length,
        groups: nodes.length,
        directions: setup.links.length * 2,
        slices: this.slicing.slices,
        rows,
      },
      this.slicing.batches,
    );
    this.transport = new Transport(
      setup,
      this.tables,
      this.requests,
      this.collector,
      {
        schedule: (time, kind, entity, slot) => this.agenda.schedule(time, (kinds[kind] << entityBits) | entity, slot),
        arrives: (slot) => this.arrives(slot),
        drop: (slot, reason) => this.drop(slot, reason),
      },
      recorder,
    );

    const machines = this.tables.firstMachine[nodes.length]!;
    this.machines = new Int32Array(machines * machineWidth);
    this.busySeconds = new Float64Array(machines);
    this.waitingSeconds = new Float64Array(nodes.length);
    this.waitingNow = new Int32Array(nodes.length);
    this.departed = new Float64Array(nodes.length);
    this.servers = Int32Array.from(nodes, (n) => n.servers);
    this.places = Float64Array.from(nodes, (n) => n.queue.places);

    this.processes = streams.map((stream) => arrivalProcess(stream, nodes[stream.source]!.count, root));
    this.numbers = new Int32Array(this.tables.firstSource[streams.length]!);
    this.streamNumbers = new Int32Array(streams.length);
    const key = (...purpose: string[]) => deriveKey(root.seed, root.replication, ...purpose);
    this.sampleKeys = streams.map((s) => key("sample", s.name));
    this.correctKeys = streams.map((s) => key("correct", s.name));
    this.exitRandom = streams.map((s) => new KeyedRandom(key("exit rule", s.name)));
    this.placeRandom = streams.map((s) => new KeyedRandom(key("placement rule", s.name)));
    const heads = model.exits.map((_, e) => e).filter((e) => this.tables.exitAfter.includes(e));
    this.reached = evidenceUpTo(model, streams, heads, this.subject, root);
    this.verdicts =
      policy.exit.pure && rows > 0
        ? new Int8Array((model.segments.length + 1) * model.exits.length * rows).fill(-2)
        : null;
  }

  run(): Replication {
    const { agenda, setup } = this;
    this.slicing.begin(this.snapshot(0));
    this.openSources();
    let limit = Number.POSITIVE_INFINITY;
    while (agenda.next()) {
      const now = agenda.time;
      if (now >= this.slicing.nextTime) this.crossInstants(now);
      if (this.end !== null) {
        if (limit === Number.POSITIVE_INFINITY) limit = 2 * this.end.at;
        if (now > limit || this.requests.inFlight === 0) break;
      }
      const { code, slot } = agenda;
      const entity = code & entityMask;
      switch (code >> entityBits) {
        case STAGE:
          this.note(code, slot, now);
          this.stageEnds(slot, entity, now);
          break;
        case FLOW:
          this.transport.flowEvent(entity, slot, now);
          break;
        case DELIVERY:
          this.note(code, slot, now);
          this.transport.delivered(slot, now);
          break;
        case ENTRY:
          this.note(code, slot, now);
          this.transport.enterHop(slot, now);
          break;
        case ARRIVAL:
          if (this.end === null) this.arrival(entity, code, now);
          break;
        default:
          this.note(code, slot, now);
          this.drop(slot, DEADLINE);
      }
    }
    const window = setup.run.duration ?? this.lastArrivalAt;
    if (setup.run.duration !== null) this.crossInstants(window);
    const end = this.end ?? this.snapshot(window);
    return this.leaveBehind(end);
  }

  private note(code: number, slot: number, now: number): void {
    this.events++;
    this.fingerprint.add(code, this.requests.int[slot * intWidth + ORDER]!, now);
  }

  private openSources(): void {
    const { firstSource } = this.tables;
    this.processes.forEach((process, s) => {
      for (let source = firstSource[s]!; source < firstSource[s + 1]!; source++) {
        const at = process.next(0, source - firstSource[s]!, 0);
        if (at === Number.POSITIVE_INFINITY) continue;
        this.sources++;
        this.agenda.schedule(at, (ARRIVAL << entityBits) | source, 0);
      }
    });
  }

  private arrival(source: number, code: number, now: number): void {
    const { requests, tables, setup, collector } = this;
    let stream = 0;
    while (source >= tables.firstSource[stream + 1]!) stream++;
    const device = source - tables.firstSource[stream]!;
    const number = this.numbers[source]!;
    this.numbers[source] = number + 1;
    const order = this.arrived++;
    if (order >= this.slicing.nextArrival) this.slicing.cross(order, this.snapshot(now));
    this.lastArrivalAt = now;
    const following = this.processes[stream]!.next(number + 1, device, now);
    if (following === Number.POSITIVE_INFINITY) this.sources--;
    else this.agenda.schedule(following, code, 0);

    const slot = requests.take();
    const streamNumber = this.streamNumbers[stream]!;
    this.streamNumbers[stream] = streamNumber + 1;
    const slice = this.slicing.current;
    const { int } = requests;
    const i = slot * intWidth;
    int[i + STREAM] = stream;
    int[i + DEVICE] = device;
    int[i + NUMBER] = number;
    int[i + ORDER] = order;
    int[i + STREAM_NUMBER] = streamNumber;
    int[i + ROW] = this.drawRow(stream, device, number, streamNumber);
    int[i + SLICE] = slice;
    requests.real[slot * requests.realWidth + ARRIVED_AT] = now;
    this.inSystemSeconds -= now;
    this.events++;
    this.fingerprint.add(code, order, now);
    collector.arrived[stream * collector.shape.slices + slice]! += 1;
    const last = this.arrived === setup.run.requests || (this.sources === 0 && setup.run.duration === null);
    if (last) this.end = this.snapshot(now);
    this.place(slot, stream, now);
  }

  private drawRow(stream: number, device: number, number: number, streamNumber: number): number {
    const { outputs } = this.setup.model;
    if (outputs.kind !== "table") return -1;
    if (this.setup.streams[stream]!.samples === "in-order") return streamNumber % outputs.rows;
    const key = this.sampleKeys[stream]!;
    return Math.floor(uniform(key.k0, key.k1, number, device) * outputs.rows);
  }

  /** A request at its source: to its first segment. */
  private place(slot: number, stream: number, now: number): void {
    const { requests, tables } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const source = this.setup.streams[stream]!.source;
    int[i + GROUP] = source;
    int[i + SEGMENT] = 0;
    const target = this.groupFor(slot, stream, 0, source, now);
    int[i + TARGET] = target;
    if (target === source) this.join(slot, source, now);
    else if (tables.encode[(stream * tables.groups + source) * tables.segments] !== null) {
      int[i + SEGMENT] = ~0;
      this.join(slot, source, now);
    } else this.transport.send(slot, source, target, tables.sizes[stream * tables.segments]!, now);
  }

  private groupFor(slot: number, stream: number, segment: number, at: number, now: number): number {
    const plan = this.tables.plans[stream];
    if (plan) return plan[segment]!;
    const { requests, observed } = this;
    observed.now = now;
    observed.elapsed = now - requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    const random = this.placeRandom[stream]!;
    random.set(requests.int[slot * intWidth + NUMBER]!, requests.int[slot * intWidth + DEVICE]!);
    return this.setup.policy.place.next({ source: this.setup.streams[stream]!.source, segment, at }, observed, random);
  }

  /** A message that brought a tensor, or the answer, has reached its target. */
  private arrives(slot: number): void {
    const { int } = this.requests;
    const i = slot * intWidth;
    const now = this.agenda.time;
    if (int[i + EXIT]! >= 0) this.done(slot, now);
    else {
      int[i + RECEIVED] = 1;
      this.join(slot, int[i + TARGET]!, now);
    }
  }

  private join(slot: number, group: number, now: number): void {
    const { requests, machines, tables } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const machine = tables.firstMachine[group]! + tables.attached(int[i + STREAM]!, int[i + DEVICE]!, group);
    int[i + GROUP] = group;
    requests.real[slot * requests.realWidth + QUEUED_AT] = now;
    const m = machine * machineWidth;
    if (machines[m + BUSY]! < this.servers[group]!) this.serve(slot, machine, group, now);
    else if (machines[m + QUEUED]! < this.places[group]!) {
      if (machines[m + QUEUED]! === 0) machines[m + HEAD] = slot;
      else int[machines[m + TAIL]! * intWidth + NEXT] = slot;
      machines[m + TAIL] = slot;
      machines[m + QUEUED]! += 1;
      this.waitingSeconds[group]! -= now;
      this.waitingNow[group]! += 1;
    } else this.drop(slot, QUEUE);
  }

  /** A server takes a request, unless it is late and to be dropped; false then. */
  private serve(slot: number, machine: number, group: number, now: number): boolean {
    const { requests, tables } = this;
    if (this.transport.dropsLate && this.transport.givesUp(slot, now)) {
      this.drop(slot, DEADLINE);
      return false;
    }
    const { int, real } = requests;
    const i = slot * intWidth;
    const r = slot * requests.realWidth;
    const stream = int[i + STREAM]!;
    this.machines[machine * machineWidth + BUSY]! += 1;
    this.busySeconds[machine]! -= now;
    real[r + STARTED_AT] = now;
    const waited = now - real[r + QUEUED_AT]!;
    if (waited > 0) real[r + PARTS + tables.groups]! += waited;
    const segment = int[i + SEGMENT]!;
    let until = now;
    if (int[i + RECEIVED] === 1) {
      int[i + RECEIVED] = 0;
      const decode = tables.decode[(stream * tables.groups + group) * tables.segments + segment]!;
      if (decode !== null) until += this.codec(slot, decode);
    }
    if (segment < 0) {
      until += this.codec(slot, tables.encode[(stream * tables.groups + group) * tables.segments + ~segment]!);
      this.agenda.schedule(until, (STAGE << entityBits) | machine, slot);
    } else this.runStage(slot, machine, group, stream, segment, until);
    return true;
  }

  private codec(slot: number, draw: Draw): number {
    const { requests, tables } = this;
    const i = slot * intWidth;
    const time = draw.value(requests.int[i + NUMBER]!, requests.int[i + DEVICE]!, requests.int[i + STREAM_NUMBER]!);
    requests.real[slot * requests.realWidth + PARTS + tables.groups + CODEC]! += time;
    return time;
  }

  /** Trunk of a segment, and the head after it where one runs, from `from` on. */
  private runStage(slot: number, machine: number, group: number, stream: number, segment: number, from: number): void {
    const { requests, tables } = this;
    const s = (stream * tables.groups + group) * tables.segments + segment;
    let time = tables.fixed[s]!;
    if (Number.isNaN(time)) {
      const { int } = requests;
      const i = slot * intWidth;
      const stage = tables.stages[s]!;
      time = stage.trunk.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
      if (stage.head !== null) time += stage.head.value(int[i + NUMBER]!, int[i + DEVICE]!, int[i + STREAM_NUMBER]!);
    }
    requests.real[slot * requests.realWidth + PARTS + group]! += time;
    this.agenda.schedule(from + time, (STAGE << entityBits) | machine, slot);
  }

  private stageEnds(slot: number, machine: number, now: number): void {
    const { requests, tables } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const group = int[i + GROUP]!;
    const stream = int[i + STREAM]!;
    const segment = int[i + SEGMENT]!;
    if (segment < 0) {
      int[i + SEGMENT] = ~segment;
      this.leave(slot, machine, group, now);
      this.transport.send(slot, group, int[i + TARGET]!, tables.sizes[stream * tables.segments + ~segment]!, now);
      return;
    }
    const exit = tables.exitAfter[segment]!;
    if (exit >= 0) {
      const answer = exit === this.lastExit ? exit : this.verdict(slot, stream, exit, now);
      if (answer >= 0) {
        int[i + EXIT] = answer;
        requests.real[slot * requests.realWidth + EXITED_AT] = now;
        this.leave(slot, machine, group, now);
        this.answer(slot, stream, group, now);
        return;
      }
    }
    const following = segment + 1;
    const target = this.groupFor(slot, stream, following, group, now);
    if (target === group) {
      int[i + SEGMENT] = following;
      this.runStage(slot, machine, group, stream, following, now);
      return;
    }
    int[i + TARGET] = target;
    const encode = tables.encode[(stream * tables.groups + group) * tables.segments + following]!;
    if (encode !== null) {
      int[i + SEGMENT] = ~following;
      this.agenda.schedule(now + this.codec(slot, encode), (STAGE << entityBits) | machine, slot);
      return;
    }
    int[i + SEGMENT] = following;
    this.leave(slot, machine, group, now);
    this.transport.send(slot, group, target, tables.sizes[stream * tables.segments + following]!, now);
  }

  /** Exit that answers, or -1 to go on. */
  private verdict(slot: number, stream: number, exit: number, now: number): number {
    const { requests, verdicts, subject } = this;
    const { int } = requests;
    const i = slot * intWidth;
    const row = int[i + ROW]!;
    const crossed = int[i + CROSSED]!;
    const known =
      verdicts === null ? -1 : ((crossed + 1) * (this.lastExit + 1) + exit) * this.collector.shape.rows + row;
    if (verdicts !== null && verdicts[known] !== -2) return verdicts[known]!;
    subject.row = row;
    subject.crossed = crossed;
    subject.stream = stream;
    subject.number = int[i + NUMBER]!;
    subject.device = int[i + DEVICE]!;
    const { observed } = this;
    observed.now = now;
    observed.elapsed = now - requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    const random = this.exitRandom[stream]!;
    random.set(subject.number, subject.device);
    const verdict = this.setup.policy.exit.decide(this.reached[exit]!, observed, random);
    const answer = verdict.kind === "answer" ? verdict.of : -1;
    if (verdicts !== null) verdicts[known] = answer;
    return answer;
  }

  /** Gives the server back and takes the next that waits. */
  private leave(slot: number, machine: number, group: number, now: number): void {
    const { requests, machines } = this;
    const m = machine * machineWidth;
    machines[m + BUSY]! -= 1;
    this.busySeconds[machine]! += now;
    this.departed[group]! += 1;
    const r = slot * requests.realWidth;
    const startedAt = requests.real[r + STARTED_AT]!;
    const queuedAt = requests.real[r + QUEUED_AT]!;
    this.collector.visit(group, requests.int[slot * intWidth + SLICE]!, startedAt - queuedAt, now - startedAt);
    if (this.recorder !== null) this.recorder.visit(slot, group, queuedAt, startedAt, now);
    while (machines[m + QUEUED]! > 0) {
      const first = machines[m + HEAD]!;
      machines[m + HEAD] = requests.int[first * intWidth + NEXT]!;
      machines[m + QUEUED]! -= 1;
      this.waitingSeconds[group]! += now;
      this.waitingNow[group]! -= 1;
      if (this.serve(first, machine, group, now)) break;
    }
  }

  /** The answer sets out for where it is due. */
  private answer(slot: number, stream: number, group: number, now: number): void {
    const { answerTo, source } = this.setup.streams[stream]!;
    const due = answerTo === "source" ? source : answerTo;
    if (due === "nowhere" || due === group) this.done(slot, now);
    else this.transport.send(slot, group, due, this.tables.results[stream]!, now);
  }

  private done(slot: number, now: number): void {
    const { requests, collector } = this;
    const { int, real } = requests;
    const i = slot * intWidth;
    const r = slot * requests.realWidth;
    const stream = int[i + STREAM]!;
    const exit = int[i + EXIT]!;
    const row = int[i + ROW]!;
    const latency = now - real[r + ARRIVED_AT]!;
    const last = r + requests.realWidth;
    real[last - 1] = now - real[r + EXITED_AT]!;
    let sum = 0;
    for (let p = r + PARTS; p < last; p++) sum += real[p]!;
    // Relative to what rounding of instants may leave: a share of the clock, too.
    const gap = Math.abs(sum - latency) / (latency + now * 1e-9);
    if (gap > this.partsGap) this.partsGap = gap;
    let prediction = -1;
    let correct: boolean | null = null;
    if (this.knowsCorrect) {
      prediction = scoresOf(this.setup.model, exit, int[i + CROSSED]!)?.prediction[row] ?? -1;
      correct = this.isCorrect(slot, stream, exit, row, prediction);
    }
    const { deadline } = this.setup.streams[stream]!;
    this.inSystemSeconds += now;
    collector.complete(
      collector.cell(stream, exit, int[i + GROUP]!),
      int[i + SLICE]!,
      this.slicing.batch(int[i + ORDER]!, real[r + ARRIVED_AT]!),
      latency,
      correct === true,
      deadline === null || latency <= deadline,
      row,
      real,
      r + PARTS,
    );
    if (this.recorder !== null) this.recorder.ended(slot, requests, "completed", now, prediction, correct);
    requests.release(slot);
  }

  private isCorrect(slot: number, stream: number, exit: number, row: number, prediction: number): boolean | null {
    const { outputs } = this.setup.model;
    if (outputs.kind === "table") return prediction === outputs.labels[row];
    const accuracy = outputs.accuracy[exit]!;
    if (accuracy === null) return null;
    const key = this.correctKeys[stream]!;
    const i = slot * intWidth;
    return uniform(key.k0, key.k1, this.requests.int[i + NUMBER]!, this.requests.int[i + DEVICE]!) < accuracy;
  }

  private drop(slot: number, reason: number): void {
    const { requests } = this;
    const now = this.agenda.time;
    const i = slot * intWidth;
    this.inSystemSeconds += now;
    this.collector.drop(reason, requests.int[i + STREAM]!, requests.int[i + SLICE]!);
    this.recorder?.ended(slot, requests, dropReasons[reason]!, now, -1, null);
    requests.release(slot);
  }

  /** Slices and the window that end at instants, not at arrivals. */
  private crossInstants(now: number): void {
    while (this.slicing.nextTime <= now) {
      const at = this.slicing.nextTime;
      if (at === this.setup.run.duration) {
        this.end ??= this.snapshot(at);
        this.slicing.finish();
      } else this.slicing.cross(this.arrived, this.snapshot(at));
    }
  }

  private snapshot(now: number): Snapshot {
    const { setup, tables, collector } = this;
    const groups = setup.nodes.length;
    const busy = new Float64Array(groups);
    const waiting = new Float64Array(groups);
    const busyEach = setup.nodes.map((node, g) => {
      const first = tables.firstMachine[g]!;
      const each = node.count * this.slicing.slices <= 1 << 20 ? new Float64Array(node.count) : null;
      for (let i = 0; i < node.count; i++) {
        const seconds = this.busySeconds[first + i]! + this.machines[(first + i) * machineWidth + BUSY]! * now;
        if (each !== null) each[i] = seconds;
        busy[g] = busy[g]! + seconds;
      }
      waiting[g] = this.waitingSeconds[g]! + this.waitingNow[g]! * now;
      return each;
    });
    return {
      at: now,
      arrived: this.arrived,
      busy,
      waiting,
      departed: this.departed.slice(),
      busyEach,
      ...this.transport.snapshot(now),
      completed: collector.completed.slice(),
      good: collector.good.slice(),
      inSystem: this.inSystemSeconds + this.requests.inFlight * now,
    };
  }

  private leaveBehind(end: Snapshot): Replication {
    const { requests, collector, setup } = this;
    const { streams, slices } = collector.shape;
    const inFlight = new Float64Array(streams * slices);
    const inFlightLate = new Float64Array(streams * slices);
    const now = this.agenda.time;
    for (let slot = 0; slot < requests.used; slot++) {
      if (requests.real[slot * requests.realWidth + ARRIVED_AT]! < 0) continue;
      const stream = requests.int[slot * intWidth + STREAM]!;
      const place = stream * slices + requests.int[slot * intWidth + SLICE]!;
      inFlight[place] = inFlight[place]! + 1;
      const { deadline } = setup.streams[stream]!;
      if (deadline !== null && now - requests.real[slot * requests.realWidth + ARRIVED_AT]! > deadline)
        inFlightLate[place] = inFlightLate[place]! + 1;
      this.recorder?.ended(slot, requests, "in_flight", now, -1, null);
    }
    return {
      collector,
      snapshots: this.slicing.snapshots,
      end,
      inFlight,
      inFlightLate,
      fingerprint: this.fingerprint.state(),
      events: this.events,
      partsGap: this.partsGap,
    };
  }
}

const kinds = { flow: FLOW, delivery: DELIVERY, entry: ENTRY, giveUp: GIVE_UP } as const;

export type { Bulk };
