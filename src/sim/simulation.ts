/**
 * One replication of one policy, from empty to empty. Start reading at `run`.
 *
 * Events are integers (kind and entity in `code`, request slot beside it); machines, links and requests live in typed arrays; user code
 * runs only where a rule decides.
 */
import { Agenda } from "./agenda.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals.ts";
import { Collector, DEADLINE, partNames, QUEUE, type Replication, type Snapshot } from "./collector.ts";
import type { KeyRoot } from "./draw.ts";
import { evidenceUpTo, type Subject, scoresOf } from "./evidence.ts";
import type { ExitEvidence } from "./exit-rules/index.ts";
import { Fingerprint } from "./fingerprint.ts";
import { deriveKey, KeyedRandom, uniform } from "./random.ts";
import { Requests } from "./requests.ts";
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
const entityBits = 27;
const entityMask = (1 << entityBits) - 1;

/** Is told what happened to each request, for row-by-row output; times in seconds. */
export interface Recorder {
  visit(slot: number, group: number, queuedAt: number, startedAt: number, endedAt: number): void;
  message(slot: number, direction: number, queuedAt: number, startedAt: number, endedAt: number): void;
  ended(
    slot: number,
    requests: Requests,
    end: "completed" | "dropped" | "in-flight",
    at: number,
    prediction: number,
    correct: boolean | null,
  ): void;
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

  private readonly busy: Int32Array;
  private readonly queued: Int32Array;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
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

  constructor(setup: Setup, root: KeyRoot, recorder: Recorder | null) {
    const { nodes, streams, model, policy } = setup;
    this.setup = setup;
    this.recorder = recorder;
    this.tables = new Tables(setup, root);
    this.requests = new Requests(nodes.length + partNames.length);
    this.agenda = new Agenda((slot) => this.requests.order[slot] ?? slot);
    this.slicing = new Slicing(setup.run);
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
    this.busy = new Int32Array(machines);
    this.queued = new Int32Array(machines);
    this.head = new Int32Array(machines);
    this.tail = new Int32Array(machines);
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
    this.fingerprint.add(code, this.requests.order[slot]!, now);
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
    const { requests, tables, setup } = this;
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
    requests.stream[slot] = stream;
    requests.device[slot] = device;
    requests.number[slot] = number;
    requests.order[slot] = order;
    const streamNumber = this.streamNumbers[stream]!;
    this.streamNumbers[stream] = streamNumber + 1;
    requests.streamNumber[slot] = streamNumber;
    requests.slice[slot] = this.slicing.current;
    requests.arrivedAt[slot] = now;
    this.inSystemSeconds -= now;
    this.events++;
    this.fingerprint.add(code, order, now);
    const place = stream * this.collector.shape.slices + this.slicing.current;
    this.collector.arrived[place] = this.collector.arrived[place]! + 1;
    const { outputs } = setup.model;
    if (outputs.kind === "table") {
      const key = this.sampleKeys[stream]!;
      requests.row[slot] =
        setup.streams[stream]!.samples === "random"
          ? Math.floor(uniform(key.k0, key.k1, number, device) * outputs.rows)
          : streamNumber % outputs.rows;
    } else requests.row[slot] = -1;
    const last = this.arrived === setup.run.requests || (this.sources === 0 && setup.run.duration === null);
    if (last) this.end = this.snapshot(now);
    this.place(slot, stream, now);
  }

  /** A request at its source: to its first segment. */
  private place(slot: number, stream: number, now: number): void {
    const { requests } = this;
    const source = this.setup.streams[stream]!.source;
    requests.group[slot] = source;
    requests.segment[slot] = 0;
    const target = this.groupFor(slot, stream, 0, source, now);
    requests.target[slot] = target;
    if (target === source) this.join(slot, source, now);
    else if (this.tables.encode[(stream * this.tables.groups + source) * this.tables.segments] !== null) {
      requests.segment[slot] = ~0;
      this.join(slot, source, now);
    } else this.transport.send(slot, source, target, this.tables.sizes[stream * this.tables.segments]!, now);
  }

  private groupFor(slot: number, stream: number, segment: number, at: number, now: number): number {
    const plan = this.tables.plans[stream];
    if (plan) return plan[segment]!;
    const { requests, observed } = this;
    observed.now = now;
    observed.elapsed = now - requests.arrivedAt[slot]!;
    const random = this.placeRandom[stream]!;
    random.set(requests.number[slot]!, requests.device[slot]!);
    return this.setup.policy.place.next({ source: this.setup.streams[stream]!.source, segment, at }, observed, random);
  }

  private machine(slot: number, group: number): number {
    const { tables, requests } = this;
    const source = this.setup.streams[requests.stream[slot]!]!.source;
    let i = requests.device[slot]!;
    const moduli = tables.moduli[source * tables.groups + group]!;
    for (let m = 0; m < moduli.length; m++) i %= moduli[m]!;
    return tables.firstMachine[group]! + i;
  }

  /** A message that brought a tensor, or the answer, has reached its target. */
  private arrives(slot: number): void {
    const now = this.agenda.time;
    if (this.requests.exit[slot]! >= 0) this.done(slot, now);
    else {
      this.requests.received[slot] = 1;
      this.join(slot, this.requests.target[slot]!, now);
    }
  }

  private join(slot: number, group: number, now: number): void {
    const { requests } = this;
    const machine = this.machine(slot, group);
    requests.group[slot] = group;
    requests.queuedAt[slot] = now;
    if (this.busy[machine]! < this.servers[group]!) this.serve(slot, machine, group, now);
    else if (this.queued[machine]! < this.places[group]!) {
      if (this.queued[machine]! === 0) this.head[machine] = slot;
      else requests.next[this.tail[machine]!] = slot;
      this.tail[machine] = slot;
      this.queued[machine] = this.queued[machine]! + 1;
      this.waitingSeconds[group] = this.waitingSeconds[group]! - now;
      this.waitingNow[group] = this.waitingNow[group]! + 1;
    } else this.drop(slot, QUEUE);
  }

  /** A server takes a request, unless it is late and to be dropped; false then. */
  private serve(slot: number, machine: number, group: number, now: number): boolean {
    const { requests, tables } = this;
    const stream = requests.stream[slot]!;
    if (this.transport.givesUp(slot, now)) {
      this.drop(slot, DEADLINE);
      return false;
    }
    this.busy[machine] = this.busy[machine]! + 1;
    this.busySeconds[machine] = this.busySeconds[machine]! - now;
    requests.startedAt[slot] = now;
    this.add(slot, tables.groups, now - requests.queuedAt[slot]!);
    const segment = requests.segment[slot]!;
    let until = now;
    if (requests.received[slot] === 1) {
      requests.received[slot] = 0;
      const decode = tables.decode[(stream * tables.groups + group) * tables.segments + segment]!;
      if (decode !== null) until += this.codec(slot, decode);
    }
    if (segment < 0) {
      until += this.codec(slot, tables.encode[(stream * tables.groups + group) * tables.segments + ~segment]!);
      this.agenda.schedule(until, (STAGE << entityBits) | machine, slot);
    } else this.runStage(slot, machine, group, stream, segment, until);
    return true;
  }

  private codec(slot: number, draw: { value(n: number, d: number, s: number): number }): number {
    const { requests } = this;
    const time = draw.value(requests.number[slot]!, requests.device[slot]!, requests.streamNumber[slot]!);
    this.add(slot, this.tables.groups + 4, time);
    return time;
  }

  private add(slot: number, part: number, time: number): void {
    const { requests } = this;
    const i = slot * requests.parts + part;
    requests.part[i] = requests.part[i]! + time;
  }

  /** Trunk of a segment, and the head after it where one runs, from `from` on. */
  private runStage(slot: number, machine: number, group: number, stream: number, segment: number, from: number): void {
    const { requests } = this;
    const stage = this.tables.stages[(stream * this.tables.groups + group) * this.tables.segments + segment]!;
    let time = stage.fixed;
    if (Number.isNaN(time)) {
      const number = requests.number[slot]!;
      const device = requests.device[slot]!;
      const streamNumber = requests.streamNumber[slot]!;
      time = stage.trunk.value(number, device, streamNumber);
      if (stage.head !== null) time += stage.head.value(number, device, streamNumber);
    }
    this.add(slot, group, time);
    this.agenda.schedule(from + time, (STAGE << entityBits) | machine, slot);
  }

  private stageEnds(slot: number, machine: number, now: number): void {
    const { requests, tables } = this;
    const group = requests.group[slot]!;
    const stream = requests.stream[slot]!;
    const segment = requests.segment[slot]!;
    if (segment < 0) {
      requests.segment[slot] = ~segment;
      this.leave(slot, machine, group, now);
      this.transport.send(slot, group, requests.target[slot]!, tables.sizes[stream * tables.segments + ~segment]!, now);
      return;
    }
    const exit = tables.exitAfter[segment]!;
    if (exit >= 0) {
      const answer = this.verdict(slot, stream, exit, now);
      if (answer >= 0) {
        requests.exit[slot] = answer;
        requests.exitedAt[slot] = now;
        this.leave(slot, machine, group, now);
        this.answer(slot, stream, group, now);
        return;
      }
    }
    const following = segment + 1;
    const target = this.groupFor(slot, stream, following, group, now);
    if (target === group) {
      requests.segment[slot] = following;
      this.runStage(slot, machine, group, stream, following, now);
      return;
    }
    requests.target[slot] = target;
    const encode = tables.encode[(stream * tables.groups + group) * tables.segments + following]!;
    if (encode !== null) {
      requests.segment[slot] = ~following;
      this.agenda.schedule(now + this.codec(slot, encode), (STAGE << entityBits) | machine, slot);
      return;
    }
    requests.segment[slot] = following;
    this.leave(slot, machine, group, now);
    this.transport.send(slot, group, target, tables.sizes[stream * tables.segments + following]!, now);
  }

  /** Exit that answers, or -1 to go on. */
  private verdict(slot: number, stream: number, exit: number, now: number): number {
    if (exit === this.setup.model.exits.length - 1) return exit;
    const { requests, verdicts } = this;
    const row = requests.row[slot]!;
    const crossed = requests.crossed[slot]!;
    const rows = this.collector.shape.rows;
    const known = verdicts === null ? -1 : ((crossed + 1) * this.setup.model.exits.length + exit) * rows + row;
    if (verdicts !== null && verdicts[known] !== -2) return verdicts[known]!;
    const { subject, observed } = this;
    subject.row = row;
    subject.crossed = crossed;
    subject.stream = stream;
    subject.number = requests.number[slot]!;
    subject.device = requests.device[slot]!;
    observed.now = now;
    observed.elapsed = now - requests.arrivedAt[slot]!;
    const random = this.exitRandom[stream]!;
    random.set(subject.number, subject.device);
    const verdict = this.setup.policy.exit.decide(this.reached[exit]!, observed, random);
    const answer = verdict.kind === "answer" ? verdict.of : -1;
    if (verdicts !== null) verdicts[known] = answer;
    return answer;
  }

  /** Gives the server back and takes the next that waits. */
  private leave(slot: number, machine: number, group: number, now: number): void {
    const { requests } = this;
    this.busy[machine] = this.busy[machine]! - 1;
    this.busySeconds[machine] = this.busySeconds[machine]! + now;
    this.departed[group] = this.departed[group]! + 1;
    const startedAt = requests.startedAt[slot]!;
    const queuedAt = requests.queuedAt[slot]!;
    this.collector.visit(group, requests.slice[slot]!, startedAt - queuedAt, now - startedAt);
    this.recorder?.visit(slot, group, queuedAt, startedAt, now);
    while (this.queued[machine]! > 0) {
      const first = this.head[machine]!;
      this.head[machine] = requests.next[first]!;
      this.queued[machine] = this.queued[machine]! - 1;
      this.waitingSeconds[group] = this.waitingSeconds[group]! + now;
      this.waitingNow[group] = this.waitingNow[group]! - 1;
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
    const stream = requests.stream[slot]!;
    const exit = requests.exit[slot]!;
    const row = requests.row[slot]!;
    const latency = now - requests.arrivedAt[slot]!;
    const response = now - requests.exitedAt[slot]!;
    const first = slot * requests.parts;
    const last = first + requests.parts;
    requests.part[last - 1] = response;
    let sum = 0;
    for (let i = first; i < last; i++) sum += requests.part[i]!;
    const gap = Math.abs(sum - latency);
    if (gap > this.partsGap * latency && latency > 0) this.partsGap = gap / latency;
    const prediction = scoresOf(this.setup.model, exit, requests.crossed[slot]!)?.prediction[row] ?? -1;
    const correct = this.isCorrect(slot, stream, exit, row, prediction);
    const { deadline } = this.setup.streams[stream]!;
    this.inSystemSeconds += now;
    collector.complete(
      stream,
      exit,
      requests.group[slot]!,
      requests.slice[slot]!,
      this.slicing.batch(requests.order[slot]!, requests.arrivedAt[slot]!),
      latency,
      correct === true,
      deadline !== null && latency > deadline,
      row,
      requests.part,
      first,
    );
    this.recorder?.ended(slot, requests, "completed", now, prediction, correct);
    requests.release(slot);
  }

  private isCorrect(slot: number, stream: number, exit: number, row: number, prediction: number): boolean | null {
    const { outputs } = this.setup.model;
    if (outputs.kind === "table") return prediction === outputs.labels[row];
    const accuracy = outputs.accuracy[exit]!;
    if (accuracy === null) return null;
    const key = this.correctKeys[stream]!;
    return uniform(key.k0, key.k1, this.requests.number[slot]!, this.requests.device[slot]!) < accuracy;
  }

  private drop(slot: number, reason: number): void {
    const { requests } = this;
    const now = this.agenda.time;
    this.inSystemSeconds += now;
    this.collector.drop(reason, requests.stream[slot]!, requests.slice[slot]!);
    this.recorder?.ended(slot, requests, "dropped", now, -1, null);
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
        const seconds = this.busySeconds[first + i]! + this.busy[first + i]! * now;
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
      if (requests.arrivedAt[slot]! < 0) continue;
      const stream = requests.stream[slot]!;
      const place = stream * slices + requests.slice[slot]!;
      inFlight[place] = inFlight[place]! + 1;
      const { deadline } = setup.streams[stream]!;
      if (deadline !== null && now - requests.arrivedAt[slot]! > deadline)
        inFlightLate[place] = inFlightLate[place]! + 1;
      this.recorder?.ended(slot, requests, "in-flight", now, -1, null);
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
